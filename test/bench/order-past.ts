import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FactMessage, type InboundMessage, type JetStreamBus } from '@algo/bus';
import { type Fact, laneOf, type MessageOf, type Speaker, subjectOf } from '@algo/contracts';
import { accountId, type InstrumentId, instrumentId } from '@algo/model';
import { BenchServer } from './bench-server.ts';
import { ACCOUNT, pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { tradingFiles } from './order-chain.ts';
import { entryOf, tradeOf } from './past-facts.ts';
import { cpuMs } from './process-figures.ts';
import { START_US } from './tape.ts';

const SERVICES = ['paper-venue', 'reconcile', 'execution', 'position-risk'] as const;
const FEED = 'binance';
const INGEST: Speaker = { identity: `ingest.${FEED}`, account: '' };
const DECISION: Speaker = { identity: `decision.${ACCOUNT}`, account: ACCOUNT };
/** What was refused is not asked again sooner: a crowd of questions would keep whoever answers behind. */
const ASK_AGAIN_MS = 500;
const STUCK_MS = 60_000;
/** An entry is filled at the one, its stop goes off at the other, near enough to be no odd print. */
const [ENTRY, BELOW] = [100, 99.4];

/** Where a past is in the kept files. */
const PLACE = 'past.json';

/** What the bench, being ingest and decision, must go on from. *Units*: `timeUs` feed time. */
interface Place {
  readonly orders: number;
  readonly timeUs: number;
  readonly commands: number;
  readonly tradeId: number;
  readonly counts: readonly (readonly [lane: string, count: number])[];
}

/** What a start took. *Units*: ms by the wall, and of CPU of all processes together. */
export interface Start {
  readonly tookMs: number;
  readonly cpuMs: number;
}

/** A market. *Units*: `speed` in times of the clock; where it is high, an entry may find no trade in time. */
interface Market {
  readonly instruments: number;
  readonly speed: number;
  readonly tellEveryMs: number;
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
  /** Whether what is flat is bought, and whether what is held is stopped out. */
  #does = { enter: false, leave: true };
  readonly #bus: JetStreamBus;
  readonly #speed: number;
  readonly #env: Readonly<Record<string, string>>;
  readonly #timer: NodeJS.Timeout;
  readonly #fromUs: number;
  readonly #beganMs = performance.now();
  readonly #counts: Map<string, number>;
  readonly #held = new Set<InstrumentId>();
  /** What waits for its entry or its exit, and when what was refused may be asked again. */
  readonly #asked = new Set<InstrumentId>();
  readonly #againMs = new Map<InstrumentId, number>();
  #commands: number;
  #tradeId: number;
  #life: EngineProcesses | undefined;
  #onPassed: () => void = () => {};
  #onReport: (report: MessageOf<'ReconciliationCompleted'>) => void = () => {};
  #heard = '';
  #refusal = 'nothing was denied';

  private constructor(
    server: BenchServer,
    bus: JetStreamBus,
    { instruments: count, speed, tellEveryMs }: Market,
    place: Place,
  ) {
    this.#speed = speed;
    this.#fromUs = place.timeUs;
    this.orders = place.orders;
    this.#commands = place.commands;
    this.#tradeId = place.tradeId;
    this.#counts = new Map(place.counts);
    this.server = server;
    this.#bus = bus;
    this.instruments = Array.from({ length: count }, (_, i) => instrumentId(`binance.spot.B${i}USDT`));
    this.#env = tradingFiles(server.dir, this.instruments);
    this.#timer = setInterval(() => {
      if (this.#life !== undefined) this.#tell();
    }, tellEveryMs);
  }

  /** Opens a past that has not begun, or goes on with one that was kept in a folder. */
  static async open(market: Market, from?: string): Promise<OrderPast> {
    const server = await BenchServer.start(from);
    const place =
      from === undefined
        ? { orders: 0, timeUs: START_US, commands: 0, tradeId: 0, counts: [] }
        : (JSON.parse(readFileSync(join(server.dir, PLACE), 'utf8')) as Place);
    const bus = await server.bus('bench-past');
    const past = new OrderPast(server, bus, market, place);
    const follow = async (stream: 'ORDERS' | 'POSITIONS' | 'RECONCILIATION', subject: string) => {
      const { last: after } = await bus.bounds(stream);
      await bus.follow({ stream, subjects: [subject], after }, (message) => past.#hear(message));
    };
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

  /** Ends all, and keeps what there is in a folder: once, nothing goes on behind it. */
  async keep(to: string): Promise<void> {
    await this.stop();
    const [orders, timeUs, commands, tradeId] = [this.orders, this.#nowUs(), this.#commands, this.#tradeId];
    const place: Place = { orders, timeUs, commands, tradeId, counts: [...this.#counts] };
    writeFileSync(join(this.server.dir, PLACE), JSON.stringify(place));
    await this.server.keep(to);
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
    this.#does = { enter: true, leave: true };
    await this.#until('orders', () => this.orders >= orders, say);
    this.#does = { enter: false, leave: true };
    await this.#until('the last exit', () => this.#held.size === 0 && this.#asked.size === 0, say);
  }

  /** Buys every instrument, and keeps it behind its stop. */
  async hold(say: (line: string) => void): Promise<void> {
    this.#does = { enter: true, leave: false };
    await this.#until('positions', () => this.#held.size === this.instruments.length, say);
  }

  /** Has the books compared as a light pass does; returns how many of what were. *Errors*: what differs. */
  async compare(): Promise<Readonly<Record<string, number>>> {
    const commandId = randomUUID();
    const report = new Promise<MessageOf<'ReconciliationCompleted'>>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`nobody compares; ${this.#refusal}`)), STUCK_MS);
      this.#onReport = (body) => {
        if (body.requestId !== commandId) return;
        clearTimeout(late);
        resolve(body);
      };
    });
    const person = { by: 'bench', reason: 'a bench', timeUs: this.#nowUs() };
    const expiresWallUs = (Date.now() + STUCK_MS) * 1_000;
    const body = { ...person, commandId, account: accountId(ACCOUNT), dryRun: true, expiresWallUs };
    const command = { name: 'CompareBooks', body: { type: 'CompareBooks', ...body } } as const;
    const speaker = { identity: this.#bus.identity, account: ACCOUNT };
    await this.#bus.publish(FactMessage.said(command, speaker, { id: commandId }));
    return (await report).counts;
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
        this.#refused(fact.body.instrument, JSON.stringify(fact.body.denial));
        return;
      case 'OrderExpired':
      case 'OrderRejected':
      case 'OrderCanceled':
        if (!this.#held.has(fact.body.instrument)) this.#refused(fact.body.instrument, fact.body.reason);
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
        this.#onReport(fact.body);
        return;
      default: // the bench waits for nothing else
    }
  }

  #refused(instrument: InstrumentId, why: string): void {
    this.#refusal = why;
    this.#asked.delete(instrument);
    this.#againMs.set(instrument, performance.now() + ASK_AGAIN_MS);
  }

  #nowUs(): number {
    return this.#fromUs + Math.floor((performance.now() - this.#beganMs) * 1_000 * this.#speed);
  }

  /** Tells the time, lets a trade of each instrument happen, and buys what is flat. */
  #tell(): void {
    const timeUs = this.#nowUs();
    for (const instrument of this.instruments) {
      const leaves = this.#does.leave && this.#held.has(instrument);
      this.#trade(instrument, leaves ? BELOW : ENTRY, timeUs);
      const mayAsk =
        !this.#asked.has(instrument) && performance.now() >= (this.#againMs.get(instrument) ?? 0);
      if (this.#does.enter && mayAsk) this.#command(instrument, timeUs);
    }
    const body = {
      ...{ type: 'TimeAdvanced' as const, feed: FEED, toldUs: timeUs, sureUs: timeUs },
      ...{ behind: [], wallUs: Date.now() * 1_000, speed: this.#speed, warm: false },
    };
    this.#say({ name: 'TimeAdvanced', body }, INGEST);
  }

  #trade(instrument: InstrumentId, price: number, timeUs: number): void {
    const body = tradeOf(instrument, price, timeUs, ++this.#tradeId);
    this.#say({ name: 'TradeBatch', body }, INGEST);
  }

  #command(instrument: InstrumentId, timeUs: number): void {
    this.#asked.add(instrument);
    const body = entryOf(`bench-${++this.#commands}`, instrument, timeUs);
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
