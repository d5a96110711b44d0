import type { Bus, InboundMessage, Subscription } from '@algo/bus';
import { type Fact, type ServiceStatus, type StreamName, subjects } from '@algo/contracts';
import { accountId, Decimal } from '@algo/model';
import { entryLines } from '@algo/read-models';
import { counterSum } from '../reading/counter-sum.ts';

const RATE_WINDOW_MS = 5_000;
/** Twice a second for the length of the window, with room. */
const RATE_SAMPLES_MAX = 32;

/** What the supervisor knows of a running engine by listening to it. */
export class EngineView implements AsyncDisposable {
  readonly statuses = new Map<string, ServiceStatus>();
  /** The sum over all accounts; undefined before any was marked. *Units*: quote. */
  get equity(): Decimal | undefined {
    const [first, ...others] = this.#equities.values();
    return others.reduce((sum, equity) => sum?.plus(equity), first);
  }
  /** Why an account may not trade, by account, while its last reconciliation failed. */
  readonly refusals = new Map<string, string>();
  /** What keeps entries from passing until a person lifts it, by account: a halt outlives who gave it. */
  readonly stopped = new Map<string, string>();
  /** Net of fees, over every position that this data directory has seen closed. *Units*: quote. */
  realizedPnl: Decimal = Decimal.zero;
  /** The last thing worth a person's look, in words. */
  lastEvent = '';
  /** Counts every notable event, so that a change can be told from a repeat. */
  events = 0;
  onStatus: (status: ServiceStatus) => void = () => {};
  /** Told once for each new reason. */
  onRefusal: (words: string) => void = () => {};
  readonly #equities = new Map<string, Decimal>();
  readonly #closed = new Set<string>();
  readonly #samples: { atMs: number; trades: number }[] = [];
  readonly #subscriptions: Subscription[] = [];

  static async open(bus: Bus, accounts: readonly string[]): Promise<EngineView> {
    const view = new EngineView();
    await view.#listen(bus, 'SYSTEM', 'sys.service.>');
    await view.#listen(bus, 'RECONCILIATION', 'rec.run.>');
    await view.#listen(bus, 'ORDERS', 'ord.evt.>');
    // Every position counts for the result; only what happens from now on is news.
    const now = (await bus.last('POSITIONS', 'pos.evt.>'))?.sequence ?? 0;
    await view.#follow(bus, 'POSITIONS', 'pos.evt.>', 0, now);
    for (const account of accounts) {
      const standing = await view.#listen(bus, 'ORDERS', subjects.entryStanding(accountId(account)));
      if (standing !== undefined) view.#hear(standing, false);
      const last = await view.#listen(bus, 'RISK', subjects.risk(account));
      if (last !== undefined) view.#hear(last, false);
    }
    return view;
  }

  /** Returns a counter summed over every process of a service. */
  sum(service: string, name: string): number {
    return counterSum([...this.statuses.values()], service, name);
  }

  /** Trades that came in per second over the last few seconds. */
  get tradesPerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return Math.max(0, ((last.trades - first.trades) * 1_000) / (last.atMs - first.atMs));
  }

  /** Hears what is said from now on. */
  async #listen(bus: Bus, stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    const last = await bus.last(stream, subject);
    const after = last?.sequence ?? 0;
    await this.#follow(bus, stream, subject, after, after);
    return last;
  }

  async #follow(
    bus: Bus,
    stream: StreamName,
    subject: string,
    after: number,
    newsAfter: number,
  ): Promise<void> {
    const hear = (message: InboundMessage) => this.#hear(message, message.sequence > newsAfter);
    this.#subscriptions.push(await bus.follow({ stream, subjects: [subject], after }, hear));
  }

  /** A message that can't be read is the services' matter; the view goes on with the next. */
  #hear(message: InboundMessage, isNews: boolean): void {
    let fact: Fact;
    try {
      fact = message.fact;
    } catch {
      return;
    }
    this.#take(fact);
    const words = isNews ? newsOf(fact) : undefined;
    if (words === undefined) return;
    this.lastEvent = words;
    this.events++;
  }

  #take({ name, body }: Fact): void {
    switch (name) {
      case 'ServiceStatus':
        this.statuses.set(body.instance, body);
        if (body.service === 'ingest') this.#sample(this.sum('ingest', 'accepted'));
        this.onStatus(body);
        return;
      case 'EquityMarked':
        this.#equities.set(body.account, body.equity);
        return;
      case 'PositionClosed':
        if (this.#closed.has(body.position.id)) return;
        this.#closed.add(body.position.id);
        this.realizedPnl = this.realizedPnl.plus(body.netPnl);
        return;
      case 'EntryStanding': {
        const causes = body.causes.filter(({ lift }) => lift === 'person');
        if (causes.length === 0) this.stopped.delete(body.account);
        else this.stopped.set(body.account, `${body.account}: ${entryLines({ ...body, causes }).join(' ')}`);
        return;
      }
      case 'ReconciliationCompleted':
        this.refusals.delete(body.account);
        return;
      case 'ReconciliationFailed': {
        const words = `${body.account} may not trade, its reconciliation failed: ${body.reasons.join('; ')}`;
        if (this.refusals.get(body.account) !== words) this.onRefusal(words);
        this.refusals.set(body.account, words);
        return;
      }
      default: // nothing that is counted
    }
  }

  #sample(trades: number): void {
    const atMs = performance.now();
    this.#samples.push({ atMs, trades });
    while (this.#samples.length > RATE_SAMPLES_MAX || this.#samples[0]!.atMs < atMs - RATE_WINDOW_MS)
      this.#samples.shift();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }
}

/** Returns what a person should hear of at once, in words. */
function newsOf({ name, body }: Fact): string | undefined {
  switch (name) {
    case 'OrderFilled': {
      const { side, quantity, price } = body.fill;
      return `order filled: ${side} ${quantity} ${body.instrument} at ${price}`;
    }
    case 'OrderDenied':
      return `order denied: ${body.instrument} ${body.denial.code}`;
    case 'OrderRejected':
      return `order rejected: ${body.instrument} ${body.reason}`;
    case 'StopMoved': {
      const { direction, instrument } = body.position;
      return `stop moved: ${direction} ${instrument} ${body.from} → ${body.to}`;
    }
    case 'PositionOpened': {
      const { direction, instrument } = body.position;
      return `position opened: ${direction} ${instrument}, stop ${body.stopPrice}`;
    }
    case 'PositionClosed': {
      const { direction, instrument } = body.position;
      const result = `P&L ${body.netPnl} (${body.reason})`;
      return `position closed: ${direction} ${instrument} at ${body.exitPrice}, ${result}`;
    }
    case 'DrawdownLevelChanged':
      return `drawdown (${body.measure}) ${body.from} → ${body.to}`;
    case 'TradingModeChanged':
      return `trading mode ${body.mode}: ${body.reason} (by ${body.by})`;
    default:
      return undefined;
  }
}
