import type { Bus, InboundMessage, Subscription } from '@algo/bus';
import {
  codecs,
  orderEvents,
  positionEvents,
  riskEvents,
  type ServiceStatus,
  type StreamName,
} from '@algo/contracts';
import { Decimal, type OrderEvent, type PositionEvent, type RiskEvent } from '@algo/model';

const RATE_WINDOW_MS = 5_000;
/** Twice a second for the length of the window, with room. */
const RATE_SAMPLES_MAX = 32;

type EquityMarked = Extract<RiskEvent, { type: 'EquityMarked' }>;

/** What the supervisor knows of a running engine by listening to it. */
export class EngineView implements AsyncDisposable {
  readonly statuses = new Map<string, ServiceStatus>();
  equity: EquityMarked | undefined;
  /** Net of fees, over every position that this data directory has seen closed. *Units*: quote. */
  realizedPnl: Decimal = Decimal.zero;
  /** The last thing worth a person's look, in words. */
  lastEvent = '';
  /** Counts every notable event, so that a change can be told from a repeat. */
  events = 0;
  onStatus: (status: ServiceStatus) => void = () => {};
  readonly #closed = new Set<string>();
  readonly #samples: { atMs: number; trades: number }[] = [];
  readonly #subscriptions: Subscription[] = [];

  static async open(bus: Bus): Promise<EngineView> {
    const view = new EngineView();
    await view.#listen(bus, 'SYSTEM', 'sys.service.>', (message) => view.#onStatusMessage(message));
    await view.#listen(bus, 'ORDERS', 'ord.evt.>', (message) => view.#onOrder(message));
    const now = (await bus.last('POSITIONS', 'pos.evt.>'))?.sequence ?? 0;
    const onPosition = (message: InboundMessage) => view.#onPosition(message, message.sequence > now);
    view.#subscriptions.push(
      await bus.follow({ stream: 'POSITIONS', subjects: ['pos.evt.>'], after: 0 }, tolerant(onPosition)),
    );
    const last = await view.#listen(bus, 'RISK', 'risk.evt.>', (message) => view.#onRisk(message));
    if (last !== undefined) view.#onRisk(last);
    return view;
  }

  counter(instance: string, name: string): number {
    return this.statuses.get(instance)?.counters[name] ?? 0;
  }

  /** Returns a counter summed over every process of a service. */
  sum(service: string, name: string): number {
    let sum = 0;
    for (const status of this.statuses.values())
      if (status.service === service) sum += status.counters[name] ?? 0;
    return sum;
  }

  /** Trades that came in per second over the last few seconds. */
  get tradesPerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return Math.max(0, ((last.trades - first.trades) * 1_000) / (last.atMs - first.atMs));
  }

  async #listen(
    bus: Bus,
    stream: StreamName,
    subject: string,
    handler: (message: InboundMessage) => void,
  ): Promise<InboundMessage | undefined> {
    const last = await bus.last(stream, subject);
    const after = last?.sequence ?? 0;
    this.#subscriptions.push(await bus.follow({ stream, subjects: [subject], after }, tolerant(handler)));
    return last;
  }

  #onStatusMessage(message: InboundMessage): void {
    if (message.type !== codecs.ServiceStatus.type) return;
    const status = codecs.ServiceStatus.decode(message.data);
    this.statuses.set(status.instance, status);
    if (status.service === 'ingest') this.#sample(status.counters.accepted ?? 0);
    this.onStatus(status);
  }

  #sample(trades: number): void {
    const atMs = performance.now();
    this.#samples.push({ atMs, trades });
    while (this.#samples.length > RATE_SAMPLES_MAX || this.#samples[0]!.atMs < atMs - RATE_WINDOW_MS)
      this.#samples.shift();
  }

  #onOrder(message: InboundMessage): void {
    this.#tell(orderWords(orderEvents.decode(message.type, message.data)));
  }

  #onPosition(message: InboundMessage, isNew: boolean): void {
    const event = positionEvents.decode(message.type, message.data);
    if (event.type === 'PositionClosed' && !this.#closed.has(event.position.id)) {
      this.#closed.add(event.position.id);
      this.realizedPnl = this.realizedPnl.plus(event.netPnl);
    }
    if (isNew) this.#tell(positionWords(event));
  }

  #onRisk(message: InboundMessage): void {
    const event = riskEvents.decode(message.type, message.data);
    if (event.type === 'EquityMarked') this.equity = event;
    else this.#tell(riskWords(event));
  }

  #tell(words: string | undefined): void {
    if (words === undefined) return;
    this.lastEvent = words;
    this.events++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }
}

/** A message that can't be read is the services' matter; the view goes on with the next. */
function tolerant(handler: (message: InboundMessage) => void): (message: InboundMessage) => void {
  return (message) => {
    try {
      handler(message);
    } catch {
      // see above
    }
  };
}

function orderWords(event: OrderEvent): string | undefined {
  if (event.type === 'OrderFilled') {
    const { side, quantity, price } = event.fill;
    return `order filled: ${side} ${quantity} ${event.instrument} at ${price}`;
  }
  if (event.type === 'OrderDenied') return `order denied: ${event.instrument} ${event.denial.code}`;
  if (event.type === 'OrderRejected') return `order rejected: ${event.instrument} ${event.reason}`;
  return undefined;
}

function positionWords(event: PositionEvent): string | undefined {
  const { direction, instrument } = event.position;
  if (event.type === 'StopMoved') return `stop moved: ${direction} ${instrument} ${event.from} → ${event.to}`;
  if (event.type === 'PositionOpened')
    return `position opened: ${direction} ${instrument}, stop ${event.stopPrice}`;
  if (event.type !== 'PositionClosed') return undefined;
  const { exitPrice, netPnl, reason } = event;
  return `position closed: ${direction} ${instrument} at ${exitPrice}, P&L ${netPnl} (${reason})`;
}

function riskWords(event: Exclude<RiskEvent, EquityMarked>): string {
  if (event.type === 'DrawdownLevelChanged') return `drawdown ${event.from} → ${event.to}`;
  return `trading mode ${event.mode}: ${event.reason} (by ${event.by})`;
}
