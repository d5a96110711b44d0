import type { JetStreamBus } from '@algo/bus';
import { codecs, encodeEvent, riskEvents, subjects } from '@algo/contracts';
import {
  accountId,
  BUY,
  Decimal,
  type InstrumentId,
  instrumentId,
  type TradeColumns,
  US_PER_SECOND,
} from '@algo/model';
import type { RelayOrder } from './bare-relay.ts';
import { BenchServer } from './bench-server.ts';
import { EngineProcesses } from './engine-processes.ts';
import { Forked } from './forked.ts';
import { emptyColumns, START_US } from './tape.ts';

export const PROBE: InstrumentId = instrumentId('binance.spot.LTCUSDT');
const ACCOUNT = accountId('paper-main');
const PULSE_MAX_MS = 10_000;
/**
 * The probe's trades are an hour later than those of the load, so that only they are fresh enough to be
 * acted on.
 */
const PROBE_START_US = START_US + 3_600 * US_PER_SECOND;
/** Between two probes: entries that nobody filled are forgotten, the one-minute window is empty. */
const APART_US = 75 * US_PER_SECOND;
/** After so much event time the windows are complete and entries are accepted. */
const WARM_PULSES = 14;

/** Bytes of the three messages of a chain. */
export interface HopBytes {
  readonly trades: number;
  readonly signal: number;
  readonly command: number;
}

/** A way from trades to an order command that can be timed. */
export interface Chain extends AsyncDisposable {
  readonly server: BenchServer;
  /** Gets what must stand before a pulse out of the way. */
  prepare(): Promise<void>;
  /** Returns the ms from trades in hand to the order command in the reader's hand. */
  pulse(): Promise<number>;
}

/** The real analytics and decision processes, live pacing. */
export class EngineChain implements Chain {
  readonly server: BenchServer;
  readonly #processes: EngineProcesses;
  readonly #bus: JetStreamBus;
  #round = 0;
  #tradeId = 1;
  #count = 0;
  #onCommand: (() => void) | undefined;

  private constructor(server: BenchServer, bus: JetStreamBus) {
    this.server = server;
    this.#bus = bus;
    this.#processes = new EngineProcesses(server);
  }

  static async start(tradingConfigsDir: string): Promise<EngineChain> {
    const server = await BenchServer.start();
    const chain = new EngineChain(server, await server.bus('ingest-0'));
    try {
      const config = {
        ALGO_PACING: 'live',
        ALGO_TRADING_CONFIGS_DIR: tradingConfigsDir,
        ALGO_TRADING_CONFIG: 'bench',
      };
      await chain.#processes.start(['analytics', 'decision'], config);
      await chain.#begin();
      return chain;
    } catch (error) {
      await chain[Symbol.asyncDispose]();
      throw error;
    }
  }

  async prepare(): Promise<void> {
    this.#round++;
    // Balanced tape, then four buys: one short of what the microstructure reading asks for.
    const rows = [
      ...Array.from({ length: 110 }, (_, i) => [i * 45, i % 2, 0.015]),
      ...[5.0, 5.1, 5.2, 5.3].map((s) => [s * 1_000, BUY, 10]),
    ];
    await this.#publish(rows as [number, number, number][]);
  }

  async pulse(): Promise<number> {
    const command = this.#nextCommand();
    const rows = Array.from({ length: 10 }, (_, i): [number, number, number] => [5_400 + i, BUY, 10]);
    const startMs = performance.now();
    void this.#publish(rows);
    await command;
    return performance.now() - startMs;
  }

  /** Returns what the last pulse's messages weighed. */
  async bytes(): Promise<HopBytes> {
    const last = async (...[stream, subject]: Parameters<JetStreamBus['last']>) =>
      (await this.#bus.last(stream, subject))?.data.length ?? 0;
    return {
      trades: await last('MARKET', subjects.trades(PROBE)),
      signal: await last('ANALYTICS', subjects.signal(PROBE)),
      command: await last('ORDERS', subjects.orderCommand(ACCOUNT)),
    };
  }

  async #begin(): Promise<void> {
    const bus = this.#bus;
    await bus.follow({ stream: 'ORDERS', subjects: ['ord.cmd.>'], after: 0 }, () => this.#onCommand?.());
    const zero = Decimal.of('0');
    const equity = {
      type: 'EquityMarked',
      account: ACCOUNT,
      equity: Decimal.of('100000'),
      realized: zero,
      unrealized: zero,
      drawdown: zero,
      timeUs: PROBE_START_US,
    } as const;
    const { type, bytes } = encodeEvent(equity);
    riskEvents.decode(type, bytes);
    await bus.publish({
      subject: subjects.risk(ACCOUNT),
      type,
      id: 'bench-equity',
      timeUs: PROBE_START_US,
      data: bytes,
    });
    for (let i = 0; i < WARM_PULSES; i++) {
      await this.prepare();
      await this.#publish([[5_400, BUY, 10]]);
      await pause(20);
    }
    await pause(500);
  }

  #nextCommand(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => void this.#sayWhyNot().then(reject), PULSE_MAX_MS);
      this.#onCommand = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  async #sayWhyNot(): Promise<Error> {
    const last = await this.#bus.last('DECISIONS', subjects.decision(PROBE));
    const outcome =
      last?.type === codecs.DecisionMade.type ? codecs.DecisionMade.decode(last.data).outcome : 'nothing';
    return new Error(
      `round ${this.#round}: no order command within ${PULSE_MAX_MS} ms; last decided: ${JSON.stringify(outcome)}`,
    );
  }

  /** Rows of ms after the round's begin, side and quantity. */
  async #publish(rows: readonly (readonly [number, number, number])[]): Promise<void> {
    const trades: TradeColumns = emptyColumns(PROBE, rows.length);
    rows.forEach(([ms, side, quantity], i) => {
      trades.timeUs[i] = PROBE_START_US + this.#round * APART_US + ms * 1_000;
      trades.side[i] = side;
      trades.price[i] = side === BUY ? 100.01 : 100;
      trades.quantity[i] = quantity;
      (trades.ids.values as Float64Array)[i] = this.#tradeId++;
    });
    const timeUs = trades.timeUs[rows.length - 1]!;
    const data = codecs.TradeBatch.encode({ trades, receivedUs: timeUs, complete: true });
    const lane = { producer: 'ingest-0', epoch: 1, count: ++this.#count };
    await this.#bus.publish({
      subject: subjects.trades(PROBE),
      type: codecs.TradeBatch.type,
      id: `probe:${this.#tradeId}`,
      timeUs,
      data,
      lane,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The same three hops through two processes that do nothing. */
export class BareChain implements Chain {
  readonly server: BenchServer;
  readonly #relays: AsyncDisposable[] = [];
  readonly #bus: JetStreamBus;
  readonly #data: Uint8Array;
  #count = 0;
  #onCommand: (() => void) | undefined;

  private constructor(server: BenchServer, bus: JetStreamBus, bytes: HopBytes) {
    this.server = server;
    this.#bus = bus;
    this.#data = new Uint8Array(bytes.trades);
  }

  static async start(bytes: HopBytes): Promise<BareChain> {
    const server = await BenchServer.start();
    const chain = new BareChain(server, await server.bus('ingest-0'), bytes);
    const signal = {
      subject: subjects.signal(PROBE),
      type: codecs.SignalGenerated.type,
      bytes: bytes.signal,
    };
    const command = {
      subject: subjects.orderCommand(ACCOUNT),
      type: 'algo.v1.PlaceOrder',
      bytes: bytes.command,
    };
    const { url } = server;
    const hops: RelayOrder[] = [
      {
        url,
        identity: 'analytics-0',
        stream: 'MARKET',
        filter: 'md.trades.>',
        probe: subjects.trades(PROBE),
        to: signal,
      },
      {
        url,
        identity: 'decision-0',
        stream: 'ANALYTICS',
        filter: 'an.>',
        probe: signal.subject,
        to: command,
      },
    ];
    for (const hop of hops) chain.#relays.push(await Forked.start<RelayOrder, never>('./bare-relay.ts', hop));
    await chain.#bus.follow({ stream: 'ORDERS', subjects: ['ord.cmd.>'], after: 0 }, () =>
      chain.#onCommand?.(),
    );
    return chain;
  }

  async prepare(): Promise<void> {}

  async pulse(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onCommand = resolve;
    const lane = { producer: 'ingest-0', epoch: 1, count: ++this.#count };
    const startMs = performance.now();
    void this.#bus.publish({
      subject: subjects.trades(PROBE),
      type: codecs.TradeBatch.type,
      id: `probe:${this.#count}`,
      timeUs: PROBE_START_US,
      data: this.#data,
      lane,
    });
    await promise;
    return performance.now() - startMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const relay of this.#relays) await relay[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns the ms of so many pulses, one after the other, `gapMs` apart. */
export async function pulses(chain: Chain, count: number, gapMs: number): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    await chain.prepare();
    await pause(gapMs);
    taken.push(await chain.pulse());
  }
  return taken;
}
