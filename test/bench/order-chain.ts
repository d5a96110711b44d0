import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FactMessage, type InboundMessage, type JetStreamBus } from '@algo/bus';
import { type Fact, laneOf, type ReconciliationRequested, type Speaker, subjectOf } from '@algo/contracts';
import {
  accountId,
  BUY,
  type ClientOrderId,
  Decimal,
  decisionId,
  emptyTrades,
  type InstrumentId,
  instrumentId,
  type OrderEvent,
  type OrderTimed,
  ownClientOrderId,
  type PlaceOrder,
  type PositionEvent,
  strategyName,
  US_PER_SECOND,
} from '@algo/model';
import { BenchServer } from './bench-server.ts';
import { ACCOUNT, pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { OrderVenue } from './order-venue.ts';
import { residentMiB } from './process-figures.ts';

const FEED = 'binance';
const STRATEGY = strategyName('order_flow_scalping');
const INGEST: Speaker = { identity: `ingest.${FEED}`, account: '' };
const DECISION: Speaker = { identity: `decision.${ACCOUNT}`, account: ACCOUNT };
const GUARD: Speaker = { identity: `position-risk.${ACCOUNT}`, account: ACCOUNT };
const RECONCILE: Speaker = { identity: `reconcile.${ACCOUNT}`, account: ACCOUNT };
const TELL_EVERY_MS = 500;
const WAIT_MAX_MS = 10_000;
/** Of all instruments, before any trade of a bench's own. */
export const PRICE = 100;

/** Every limit is far away, above all that of the rate. */
const LIMITS = `accounts:
  ${ACCOUNT}: { positions_max: 1000, gross_notional_max: 1000000000,
    entry_notional_per_minute_max: 1000000000 }
  default: { positions_max: 1000, gross_notional_max: 1000000000, entries_per_minute_max: 1000000,
    entry_notional_per_minute_max: 1000000000, unknown_orders_max: 1000, unknown_age_max_s: 100000 }
venues:
  default: { open_orders_max: 1000, rejects_max: 1000, rejects_within_s: 60, rejects_pause_s: 1800 }
instruments:
  default: { order_notional_max: 10000, position_notional_max: 20000, collar: 0.01,
    reference_age_max_s: 100000, market_stale_s: 100000, market_cap: 0.005, open_orders_max: 5,
    repeat_after_s: 0, entries_per_hour_max: 1000000, entries_per_day_max: 1000000 }
`;

/** Writes a catalog of instruments and limits that are far away; returns the settings that name them. */
export function tradingFiles(dir: string, instruments: readonly InstrumentId[]): Record<string, string> {
  const catalog = join(dir, 'instruments.yaml');
  const rules =
    "quote: USDT, price_tick: '0.01', quantity_step: '0.001', min_quantity: '0.001', min_notional: '1'";
  writeFileSync(catalog, instruments.map((id, i) => `${id}: { base: B${i}, ${rules} }\n`).join(''));
  const limits = join(dir, 'limits.yaml');
  writeFileSync(limits, LIMITS);
  return { ALGO_INSTRUMENTS_FILE: catalog, ALGO_LIMITS_FILE: limits };
}

/** What a bench waits for. */
export interface Said {
  readonly type: Extract<
    OrderEvent['type'] | PositionEvent['type'],
    | ('OrderDenied' | 'OrderAccepted' | 'OrderCanceled' | 'OrderExpired' | 'OrderFilled')
    | ('PositionOpened' | 'PositionClosed')
  >;
  readonly instrument: InstrumentId;
  readonly why: string;
}

/** Execution as it runs, and position-risk where it is wanted; all else around them is the bench. */
export class OrderChain implements AsyncDisposable {
  readonly server: BenchServer;
  readonly venue: OrderVenue;
  readonly instruments: readonly InstrumentId[];
  onSaid: (said: Said) => void = () => {};
  /** Told when execution had an order where, once it is answered. */
  onTimed: (times: OrderTimed) => void = () => {};
  readonly #processes: EngineProcesses;
  readonly #bus: JetStreamBus;
  readonly #isGuarded: boolean;
  readonly #counts = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #commands = 0;
  #tradeId = 0;

  private constructor(
    server: BenchServer,
    bus: JetStreamBus,
    venue: OrderVenue,
    instruments: readonly InstrumentId[],
    isGuarded: boolean,
  ) {
    this.server = server;
    this.venue = venue;
    this.instruments = instruments;
    this.#bus = bus;
    this.#isGuarded = isGuarded;
    this.#processes = new EngineProcesses(server);
    this.#timer = setInterval(() => this.#tellTime(), TELL_EVERY_MS);
  }

  /** The instruments of a chain. */
  static instruments(count: number): readonly InstrumentId[] {
    return Array.from({ length: count }, (_, i) => instrumentId(`binance.spot.B${i}USDT`));
  }

  /**
   * `guard`: whether position-risk is real, or the bench says that it lives; `settingsOf`: what processes are
   * told beside, with a folder for their files.
   */
  static async start(
    count: number,
    guard: 'real' | 'played',
    settingsOf: (dir: string) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<OrderChain> {
    const server = await BenchServer.start();
    const bus = await server.bus('bench-orders');
    const venue = await OrderVenue.open(await server.bus('bench-venue'));
    const instruments = OrderChain.instruments(count);
    const chain = new OrderChain(server, bus, venue, instruments, guard === 'real');
    try {
      await chain.#begin(settingsOf(server.dir));
      return chain;
    } catch (error) {
      await chain[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Commands an entry, which rests where `rests` says at which price; returns its order's id and, once the
   * command is stored, the moment when it was.
   */
  command(
    instrument: InstrumentId,
    rests?: { readonly limit: string; readonly quantity: string },
  ): { readonly id: ClientOrderId; readonly stored: Promise<number> } {
    const decision = decisionId(`bench-${++this.#commands}`);
    const timeUs = nowUs();
    const body: PlaceOrder = {
      ...{ type: 'PlaceOrder', commandId: decision, decision, strategy: STRATEGY, instrument, timeUs },
      ...{ account: accountId(ACCOUNT), direction: 'long', orderType: 'limit' },
      timeInForce: rests === undefined ? 'ioc' : 'gtc',
      quantity: Decimal.of(rests?.quantity ?? '0.1'),
      limitPrice: Decimal.of(rests?.limit ?? String(PRICE)),
      plan: {
        ...{ stopPrice: Decimal.of('99'), targetPrice: Decimal.of('110') },
        ...{ trailing: Decimal.of('0.005'), holdMaxUs: 3_600 * US_PER_SECOND },
      },
      expiresUs: timeUs + 60 * US_PER_SECOND,
    };
    const stored = this.#say({ name: 'PlaceOrder', body }, DECISION).then(() => performance.now());
    return { id: ownClientOrderId(ACCOUNT, STRATEGY, decision, 0, 1), stored };
  }

  /** Publishes one trade; resolves when it is stored. */
  trade(instrument: InstrumentId, price: number): Promise<unknown> {
    const trades = emptyTrades(instrument, 1);
    const timeUs = nowUs();
    trades.timeUs[0] = timeUs;
    trades.side[0] = BUY;
    trades.price[0] = price;
    trades.quantity[0] = 1;
    (trades.ids.values as Float64Array)[0] = ++this.#tradeId;
    const about = { receivedUs: timeUs, complete: true, origin: 'live', sides: 'told' } as const;
    const body = { trades, ...about };
    return this.#say({ name: 'TradeBatch', body }, INGEST);
  }

  /** What execution has of memory. */
  residentMiB(): number {
    return residentMiB(this.#processes.pids().get(`execution.${ACCOUNT}`)!);
  }

  async #begin(settings: Readonly<Record<string, string>>): Promise<void> {
    const { server, instruments } = this;
    await this.#bus.follow({ stream: 'ORDERS', subjects: ['ord.evt.>', 'ord.time.>'], after: 0 }, (m) =>
      this.#hear(m),
    );
    await this.#bus.follow({ stream: 'POSITIONS', subjects: ['pos.evt.>'], after: 0 }, (m) => this.#hear(m));
    await this.#bus.follow({ stream: 'RECONCILIATION', subjects: ['rec.ask.>'], after: 0 }, (m) =>
      this.#hear(m),
    );
    this.#tellTime();
    for (const instrument of instruments) await this.trade(instrument, PRICE);
    const services = this.#isGuarded ? ['execution', 'position-risk'] : ['execution'];
    await this.#processes.start(
      services.map((service) => `${service}.${ACCOUNT}`),
      { ...tradingFiles(server.dir, instruments), ...settings },
    );
    const gate = () => this.#processes.statuses.get(`execution.${ACCOUNT}`)?.counters.gateOpen;
    for (const late = performance.now() + WAIT_MAX_MS; gate() !== 1; await pause(50))
      if (performance.now() > late) throw new Error(`execution may not trade after ${WAIT_MAX_MS} ms`);
  }

  #hear({ fact }: InboundMessage): void {
    switch (fact.name) {
      case 'ReconciliationRequested':
        this.#pass(fact.body);
        return;
      case 'OrderTimed':
        this.onTimed(fact.body);
        return;
      case 'OrderDenied': {
        const { instrument, denial } = fact.body;
        this.onSaid({ type: fact.name, instrument, why: `${denial.code} ${denial.detail}` });
        return;
      }
      case 'OrderCanceled':
      case 'OrderExpired':
        this.onSaid({ type: fact.name, instrument: fact.body.instrument, why: fact.body.reason });
        return;
      case 'OrderAccepted':
      case 'OrderFilled':
        this.onSaid({ type: fact.name, instrument: fact.body.instrument, why: '' });
        return;
      case 'PositionOpened':
      case 'PositionClosed':
        this.onSaid({ type: fact.name, instrument: fact.body.position.instrument, why: '' });
        return;
      default: // the bench waits for nothing else
    }
  }

  /** Answers for reconcile: all books agree. */
  #pass({ account, venue, epoch, requestId }: ReconciliationRequested): void {
    const about = { reportId: requestId, account, venue, epoch, requestId, asOfUs: nowUs() };
    const body = {
      ...about,
      snapshotHash: 'bench',
      discrepancies: [],
      counts: {},
      validForMs: 60_000,
      shut: [],
      differences: [],
      aside: [],
      setup: null,
      shownUs: 1,
      orders: [],
    };
    void this.#say({ name: 'ReconciliationCompleted', body }, RECONCILE);
  }

  #tellTime(): void {
    const timeUs = nowUs();
    const body = {
      ...{ type: 'TimeAdvanced' as const, feed: FEED, toldUs: timeUs, sureUs: timeUs },
      ...{ behind: [], wallUs: timeUs, speed: 1, warm: false },
    };
    void this.#say({ name: 'TimeAdvanced', body }, INGEST);
    if (this.#isGuarded) return;
    void this.#say({ name: 'GuardAlive', body: { account: accountId(ACCOUNT), feed: FEED, timeUs } }, GUARD);
  }

  /** Publishes as that service does: in its lanes, in the order of the calls. */
  #say(fact: Fact, speaker: Speaker): Promise<unknown> {
    const subject = subjectOf(fact.name, fact.body, speaker);
    const lane = `${speaker.identity} ${laneOf(subject)}`;
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    const place = { lane: { producer: speaker.identity, epoch: 1, count } };
    return this.#bus.publish(FactMessage.said(fact, speaker, place, subject));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#processes[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

function nowUs(): number {
  return Date.now() * 1_000;
}
