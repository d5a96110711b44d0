import { FactMessage, type InboundMessage, type JetStreamBus } from '@algo/bus';
import { codecs, type Fact, laneOf, type StreamName, subjectOf, subjects } from '@algo/contracts';
import { BUY, emptyTrades, type InstrumentId, type TradeColumns, US_PER_SECOND } from '@algo/model';
import { BenchServer } from './bench-server.ts';
import { ACCOUNT, type Chain, type HopBytes, listenAtVenue, PROBE, type Pulse, pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { START_US } from './tape.ts';

const INGEST = { identity: 'ingest.binance', account: '' };
const WAIT_MAX_MS = 10_000;
/** The probe's trades are an hour later than those of the load: only they are fresh enough to be acted on. */
const PROBE_START_US = START_US + 3_600 * US_PER_SECOND;
/** Between two probes: entries that nobody filled are forgotten, the one-minute window is empty. */
const APART_US = 75 * US_PER_SECOND;
/** Time passes about so fast from probe to probe: what lasts some wall time for others is then right. */
const SPEED = 1_000;
/** After so much event time the windows are complete and entries are accepted. */
const WARM_PULSES = 14;
/** Behind a probe: its order is over, as nobody traded. */
const OVER_MS = 40_000;
const TRADING = ['paper-venue', 'reconcile', 'execution', 'position-risk', 'decision'];
const ENDS: ReadonlySet<string> = new Set(
  [codecs.OrderExpired, codecs.OrderCanceled, codecs.OrderRejected, codecs.OrderFilled].map(
    ({ type }) => type,
  ),
);

/** The processes in which an engine trades, but for ingest: that is the bench. */
export class EngineChain implements Chain {
  readonly server: BenchServer;
  readonly #processes: EngineProcesses;
  readonly #bus: JetStreamBus;
  readonly #behind: readonly InstrumentId[];
  readonly #counts = new Map<string, number>();
  #round = 0;
  #tradeId = 1;
  #requestBytes = 0;
  #submittedBytes = 0;
  #onRequest: () => void = () => {};
  #onOrder: (message: InboundMessage) => void = () => {};
  /** Settles when the order of the last pulse is over. */
  #over: Promise<void> = Promise.resolve();

  private constructor(server: BenchServer, bus: JetStreamBus, behind: readonly InstrumentId[]) {
    this.server = server;
    this.#bus = bus;
    this.#behind = behind;
    this.#processes = new EngineProcesses(server);
  }

  /** `behind` are instruments that others give trades of, in times of their own. */
  static async start(tradingConfigsDir: string, behind: readonly InstrumentId[]): Promise<EngineChain> {
    const server = await BenchServer.start();
    const chain = new EngineChain(server, await server.bus(INGEST.identity), behind);
    try {
      await chain.#tellTime(0);
      await chain.#processes.start([...TRADING.map((service) => `${service}.${ACCOUNT}`), 'analytics.0'], {
        ALGO_TRADING_CONFIGS_DIR: tradingConfigsDir,
        ALGO_TRADING_CONFIG: 'bench',
      });
      await chain.#begin();
      return chain;
    } catch (error) {
      await chain[Symbol.asyncDispose]();
      throw error;
    }
  }

  async prepare(): Promise<void> {
    await this.#over;
    this.#round++;
    // Balanced tape, then four buys: one short of what the microstructure reading asks for.
    const rows = [
      ...Array.from({ length: 110 }, (_, i) => [i * 45, i % 2, 0.015]),
      ...[5.0, 5.1, 5.2, 5.3].map((s) => [s * 1_000, BUY, 10]),
    ];
    void this.#giveTrades(rows as [number, number, number][]);
    await this.#tellTime(5_300);
  }

  async pulse(): Promise<Pulse> {
    const requested = Promise.withResolvers<number>();
    this.#onRequest = () => requested.resolve(performance.now());
    const submitted = this.#order(({ type }) => type === codecs.OrderSubmitted.type);
    const rows = Array.from({ length: 10 }, (_, i): [number, number, number] => [5_400 + i, BUY, 10]);
    const startMs = performance.now();
    void this.#giveTrades(rows);
    await submitted;
    const submittedMs = performance.now() - startMs;
    this.#over = this.#letEnd();
    return { orderedMs: (await requested.promise) - startMs, submittedMs };
  }

  /** Returns what the last pulse's messages weighed. */
  async bytes(): Promise<HopBytes> {
    const last = async (stream: StreamName, subject: string) =>
      (await this.#bus.last(stream, subject))?.data.length ?? 0;
    return {
      trades: await last('MARKET', subjects.trades(PROBE)),
      signal: await last('ANALYTICS', subjects.signal(PROBE)),
      command: await last('ORDERS', subjects.orderCommand(ACCOUNT)),
      request: this.#requestBytes,
      event: this.#submittedBytes,
    };
  }

  async #begin(): Promise<void> {
    listenAtVenue(this.#bus, (bytes) => {
      this.#requestBytes = bytes;
      this.#onRequest();
    });
    await this.#bus.follow({ stream: 'ORDERS', subjects: ['ord.evt.>'], after: 0 }, (message) => {
      if (message.type === codecs.OrderSubmitted.type) this.#submittedBytes = message.data.length;
      this.#onOrder(message);
    });
    for (let i = 0; i < WARM_PULSES; i++) {
      await this.prepare();
      await this.#giveTrades([[5_400, BUY, 10]]);
      await this.#tellTime(OVER_MS);
      await pause(20);
    }
    const gate = () => this.#processes.statuses.get(`execution.${ACCOUNT}`)?.counters.gateOpen;
    for (const late = performance.now() + WAIT_MAX_MS; gate() !== 1; await pause(50))
      if (performance.now() > late) throw new Error(`execution may not trade after ${WAIT_MAX_MS} ms`);
  }

  /** Resolves when the venue has told of the order's end; time goes on once the venue has the order. */
  async #letEnd(): Promise<void> {
    const first = await this.#order(({ type }) => type === codecs.OrderAccepted.type || ENDS.has(type));
    if (ENDS.has(first.type)) return; // it never left: the machine was too busy
    const over = this.#order(({ type }) => ENDS.has(type));
    await this.#tellTime(OVER_MS);
    const { fact } = await over;
    if (fact.name === 'OrderFilled')
      throw new Error('an order of the probe was filled: nobody traded with it');
  }

  /** Resolves with the next word of an order that is wanted. *Errors*: a denial, or nothing for long. */
  #order(isWanted: (message: InboundMessage) => boolean): Promise<InboundMessage> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => void this.#sayWhyNot().then(reject), WAIT_MAX_MS);
      this.#onOrder = (message) => {
        const isDenied = message.type === codecs.OrderDenied.type;
        if (!isDenied && !isWanted(message)) return;
        clearTimeout(late);
        if (isDenied) reject(new Error(`round ${this.#round}: denied, ${JSON.stringify(message.fact.body)}`));
        else resolve(message);
      };
    });
  }

  async #sayWhyNot(): Promise<Error> {
    const last = async (stream: StreamName, subject: string) =>
      JSON.stringify((await this.#bus.last(stream, subject))?.fact.body ?? 'nothing');
    const decided = await last('DECISIONS', subjects.decision(PROBE));
    const done = await last('ORDERS', subjects.orderEvent(ACCOUNT, PROBE));
    return new Error(
      `round ${this.#round}: not within ${WAIT_MAX_MS} ms; last decided: ${decided}; last of orders: ${done}`,
    );
  }

  /** Rows of ms after the round's begin, side and quantity. */
  #giveTrades(rows: readonly (readonly [number, number, number])[]): Promise<unknown> {
    const trades: TradeColumns = emptyTrades(PROBE, rows.length);
    rows.forEach(([ms, side, quantity], i) => {
      trades.timeUs[i] = this.#timeUs(ms);
      trades.side[i] = side;
      trades.price[i] = side === BUY ? 100.01 : 100;
      trades.quantity[i] = quantity;
      (trades.ids.values as Float64Array)[i] = this.#tradeId++;
    });
    const receivedUs = this.#timeUs(0);
    return this.#say({
      name: 'TradeBatch',
      body: { trades, receivedUs, complete: true, origin: 'live', sides: 'told' },
    });
  }

  #tellTime(ms: number): Promise<unknown> {
    const timeUs = this.#timeUs(ms);
    const body = {
      ...{ type: 'TimeAdvanced' as const, feed: 'binance', toldUs: timeUs, sureUs: timeUs },
      ...{ behind: this.#behind, wallUs: Date.now() * 1_000, speed: SPEED, warm: false },
    };
    return this.#say({ name: 'TimeAdvanced', body });
  }

  #timeUs(ms: number): number {
    return PROBE_START_US + this.#round * APART_US + ms * 1_000;
  }

  /** Publishes as ingest does: in its lanes, in the order of the calls. */
  #say(fact: Fact): Promise<unknown> {
    const subject = subjectOf(fact.name, fact.body, INGEST);
    const lane = laneOf(subject);
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    const place = { lane: { producer: INGEST.identity, epoch: 1, count } };
    return this.#bus.publish(FactMessage.said(fact, INGEST, place, subject));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#over.catch(() => undefined); // the last order may not be over yet
    await this.#processes[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
