import { FactMessage, type InboundMessage, type JetStreamBus } from '@algo/bus';
import { type Fact, laneOf, type Speaker, subjectOf } from '@algo/contracts';
import {
  accountId,
  BUY,
  Decimal,
  decisionId,
  type InstrumentId,
  instrumentId,
  type PlaceOrder,
  strategyName,
  US_PER_HOUR,
} from '@algo/model';
import { BenchServer } from './bench-server.ts';
import { ACCOUNT, pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { tradingFiles } from './order-chain.ts';
import { cpuMs } from './process-figures.ts';
import { emptyColumns, START_US } from './tape.ts';

const SERVICES = ['paper-venue', 'reconcile', 'execution', 'position-risk'] as const;
const FEED = 'binance';
const INGEST: Speaker = { identity: `ingest.${FEED}`, account: '' };
const DECISION: Speaker = { identity: `decision.${ACCOUNT}`, account: ACCOUNT };
const TELL_EVERY_MS = 50;
const STUCK_MS = 60_000;
/** An entry is filled at the one, its stop goes off at the other, near enough to be no odd print. */
const [ENTRY, BELOW] = [100, 99.4];

/** What a start took. *Units*: ms by the wall, and of CPU of all processes together. */
export interface Start {
  readonly tookMs: number;
  readonly cpuMs: number;
}

/**
 * Execution, position-risk, reconcile and the paper exchange, each its own process, on a real nats-server;
 * the bench is ingest and decision. Every instrument is bought and stopped out, over and over.
 */
export class OrderPast implements AsyncDisposable {
  readonly server: BenchServer;
  readonly instruments: readonly InstrumentId[];
  /** Orders that were sent so far. */
  orders = 0;
  /** Whether what is flat is bought. */
  #enters = false;
  readonly #bus: JetStreamBus;
  readonly #speed: number;
  readonly #env: Readonly<Record<string, string>>;
  readonly #timer: NodeJS.Timeout;
  readonly #beganMs = performance.now();
  readonly #counts = new Map<string, number>();
  readonly #held = new Set<InstrumentId>();
  readonly #asked = new Map<InstrumentId, number>();
  #commands = 0;
  #tradeId = 0;
  #life: EngineProcesses | undefined;
  #onPassed: () => void = () => {};
  #heard = '';
  #refusal = 'nothing was denied';

  private constructor(server: BenchServer, bus: JetStreamBus, count: number, speed: number) {
    this.#speed = speed;
    this.server = server;
    this.#bus = bus;
    this.instruments = Array.from({ length: count }, (_, i) => instrumentId(`binance.spot.B${i}USDT`));
    this.#env = tradingFiles(server.dir, this.instruments);
    this.#timer = setInterval(() => this.#tell(), TELL_EVERY_MS);
  }

  /** `speed` is the market's; where it is high, an entry may find no trade in time, and is made again. */
  static async open(instruments: number, speed: number): Promise<OrderPast> {
    const server = await BenchServer.start();
    const past = new OrderPast(server, await server.bus('bench-past'), instruments, speed);
    const follow = (stream: 'ORDERS' | 'POSITIONS' | 'RECONCILIATION', subject: string) =>
      past.#bus.follow({ stream, subjects: [subject], after: 0 }, (message) => past.#hear(message));
    await follow('ORDERS', 'ord.evt.>');
    await follow('POSITIONS', 'pos.evt.>');
    await follow('RECONCILIATION', 'rec.>');
    return past;
  }

  /** Starts all processes together; returns what it took until what the account stream missed is compared. */
  async start(): Promise<Start> {
    this.#life = new EngineProcesses(this.server);
    const beganMs = performance.now();
    const passed = new Promise<Start>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the gate does not open')), STUCK_MS);
      this.#onPassed = () => {
        clearTimeout(late);
        const cpu = [...this.pids().values()].reduce((sum, pid) => sum + cpuMs(pid), 0);
        resolve({ tookMs: performance.now() - beganMs, cpuMs: cpu });
      };
    });
    const [took] = await Promise.all([passed, this.#life.start(this.identities, this.#env)]);
    return took;
  }

  /** Ends all processes politely. */
  async stop(): Promise<void> {
    await this.#life?.[Symbol.asyncDispose]();
    this.#life = undefined;
  }

  get identities(): string[] {
    return SERVICES.map((service) => `${service}.${ACCOUNT}`);
  }

  /** Process ids by service. */
  pids(): ReadonlyMap<string, number> {
    return this.#life?.pids() ?? new Map();
  }

  /** Trades until so many orders were sent, and then until nothing is held. */
  async trade(orders: number, say: (line: string) => void): Promise<void> {
    this.#enters = true;
    await this.#until('orders', () => this.orders >= orders, say);
    this.#enters = false;
    await this.#until('the last exit', () => this.#held.size === 0 && this.#asked.size === 0, say);
  }

  async #until(what: string, holds: () => boolean, say: (line: string) => void): Promise<void> {
    for (let last = -1, lastMs = performance.now(), saidMs = lastMs; !holds(); await pause(20)) {
      const nowMs = performance.now();
      if (this.orders > last) [last, lastMs] = [this.orders, nowMs];
      if (nowMs - lastMs > STUCK_MS) throw new Error(`${what}: stuck at ${this.orders}; ${this.#refusal}`);
      if (nowMs - saidMs < 15_000) continue;
      saidMs = nowMs;
      say(`${this.orders} orders`);
    }
  }

  #hear({ fact }: InboundMessage): void {
    switch (fact.name) {
      case 'OrderSubmitted':
        this.orders++;
        return;
      case 'OrderDenied':
        this.#refusal = JSON.stringify(fact.body.denial);
        this.#asked.delete(fact.body.instrument);
        return;
      case 'OrderExpired':
      case 'OrderRejected':
      case 'OrderCanceled':
        if (!this.#held.has(fact.body.instrument)) this.#asked.delete(fact.body.instrument);
        return;
      case 'PositionOpened':
        this.#held.add(fact.body.position.instrument);
        return;
      case 'PositionClosed':
        this.#held.delete(fact.body.position.instrument);
        this.#asked.delete(fact.body.position.instrument);
        return;
      case 'ReconciliationRequested':
        if (fact.body.reason === 'the account stream is connected') this.#heard = fact.body.requestId;
        return;
      case 'ReconciliationFailed':
        this.#refusal = fact.body.reasons.join('; ');
        return;
      case 'ReconciliationCompleted':
        if (fact.body.requestId === this.#heard) this.#onPassed();
        return;
      default: // the bench waits for nothing else
    }
  }

  #nowUs(): number {
    return START_US + Math.floor((performance.now() - this.#beganMs) * 1_000 * this.#speed);
  }

  /** Tells the time, lets a trade of each instrument happen, and buys what is flat. */
  #tell(): void {
    const timeUs = this.#nowUs();
    for (const instrument of this.instruments) {
      this.#trade(instrument, this.#held.has(instrument) ? BELOW : ENTRY, timeUs);
      if (this.#enters && !this.#asked.has(instrument)) this.#command(instrument, timeUs);
    }
    const body = {
      ...{ type: 'TimeAdvanced' as const, feed: FEED, toldUs: timeUs, sureUs: timeUs },
      ...{ behind: [], wallUs: Date.now() * 1_000, speed: this.#speed, warm: false },
    };
    this.#say({ name: 'TimeAdvanced', body }, INGEST);
  }

  #trade(instrument: InstrumentId, price: number, timeUs: number): void {
    const trades = emptyColumns(instrument, 1);
    trades.timeUs[0] = timeUs;
    trades.side[0] = BUY;
    trades.price[0] = price;
    trades.quantity[0] = 5;
    (trades.ids.values as Float64Array)[0] = ++this.#tradeId;
    const about = { receivedUs: timeUs, complete: true, origin: 'live', sides: 'told' } as const;
    const body = { trades, ...about };
    this.#say({ name: 'TradeBatch', body }, INGEST);
  }

  #command(instrument: InstrumentId, timeUs: number): void {
    this.#asked.set(instrument, timeUs);
    const decision = decisionId(`bench-${++this.#commands}`);
    const body: PlaceOrder = {
      ...{ type: 'PlaceOrder', commandId: decision, decision, instrument, timeUs },
      ...{ strategy: strategyName('order_flow_scalping'), account: accountId(ACCOUNT), direction: 'long' },
      ...{ orderType: 'limit', timeInForce: 'ioc', quantity: Decimal.of('0.02') },
      limitPrice: Decimal.of('100.2'),
      plan: {
        ...{ stopPrice: Decimal.of('99.5'), targetPrice: Decimal.of('110') },
        ...{ trailing: Decimal.of('0.005'), holdMaxUs: 2_000 * US_PER_HOUR },
      },
      expiresUs: timeUs + US_PER_HOUR,
    };
    this.#say({ name: 'PlaceOrder', body }, DECISION);
  }

  /** Publishes as that service does: in its lanes, in the order of the calls. */
  #say(fact: Fact, speaker: Speaker): void {
    const subject = subjectOf(fact.name, fact.body, speaker);
    const lane = `${speaker.identity} ${laneOf(subject)}`;
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    const place = { lane: { producer: speaker.identity, epoch: 1, count } };
    this.#bus.say(FactMessage.said(fact, speaker, place, subject), () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.stop();
    await this.server[Symbol.asyncDispose]();
  }
}
