// Ingest as a process of its own on a real nats-server, out of a stand-in that breaks by a plan, killed with
// -9 and started again meanwhile: nothing is lost, doubled or told wrongly. `npm run test:soak -- torture`
// plays a million trades.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { eventually, NatsFixture } from '@algo/testkit';
import {
  type BinanceDialect,
  BinanceStandIn,
  BrokenMarket,
  type BrokenPlan,
  type Listener,
  linesOfTrades,
  SPOT_DIALECT,
  USDM_DIALECT,
} from '@algo/testkit/venues';
import { expect, test, vi } from 'vitest';
import { soak } from './support/config.ts';
import { FactTail } from './support/engine-record.ts';
import { ServiceProcess } from './support/service-process.ts';

vi.setConfig({ testTimeout: soak ? 7_200_000 : 120_000 });

const PATIENCE_MS = soak ? 300_000 : 60_000;
const SYMBOLS = Array.from({ length: soak ? 20 : 4 }, (_, i) => `COIN${i}USDT`);
/** What the stand-in says that an address may use: the plan of an hour passes in seconds. */
const WEIGHT_MAX = 100_000;
const SIZE = soak
  ? { seed: 1, trades: 1_000_000, tradesPerSecond: 1_400, faults: 240, restarts: 8 }
  : { seed: 1, trades: 6_000, tradesPerSecond: 700, faults: 24, restarts: 3 };
const WHOLE = { size: SIZE, load: 'with the processor to itself' };
const SPOT = { ...WHOLE, feed: 'binance', market: 'spot', dialect: SPOT_DIALECT, merges: false };
const USDM = { ...WHOLE, feed: 'binance-usdm', market: 'perp', dialect: USDM_DIALECT, merges: true };
/** As where many share a processor: instants of it, in which a hole of several pages must be filled. */
const STARVED = {
  ...{ ...USDM, load: 'with 60 ms of the processor in 860', starved: { runsMs: 60, waitsMs: 800 } },
  size: { seed: 2, trades: 120_000, tradesPerSecond: 1_400, faults: 40, restarts: 4 },
};
const CASES: readonly Case[] = soak ? [SPOT, USDM, STARVED] : [SPOT];

interface Case {
  readonly feed: string;
  readonly market: string;
  readonly dialect: BinanceDialect;
  readonly merges: boolean;
  readonly size: Omit<BrokenPlan, 'symbols'>;
  readonly load: string;
  readonly starved?: { readonly runsMs: number; readonly waitsMs: number };
}

/** Ingest as a process, with as many lives as the plan wants. */
class IngestLives implements Listener, AsyncDisposable {
  readonly #process: ServiceProcess;
  readonly #server: BinanceStandIn;
  readonly #bus: JetStreamBus;
  readonly #subject: string;
  readonly #ending = new AbortController();
  deaths = 0;

  constructor(nats: NatsFixture, bus: JetStreamBus, server: BinanceStandIn, kind: Case, dir: string) {
    const { feed, market } = kind;
    const [socket, rest] = [server.url, server.restUrl];
    this.#process = new ServiceProcess('ingest', {
      ...{ ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: dir, ALGO_FEED: feed, ALGO_FEEDS: feed },
      ALGO_INSTRUMENTS: SYMBOLS.map((symbol) => `binance.${market}.${symbol}`).join(','),
      ...{ ALGO_BINANCE_URL: socket, ALGO_BINANCE_REST_URL: rest },
      ...{ ALGO_BINANCE_USDM_URL: socket, ALGO_BINANCE_USDM_REST_URL: rest },
    });
    this.#bus = bus;
    this.#server = server;
    this.#subject = subjects.service(`ingest.${feed}`);
  }

  get said(): string {
    return this.#process.said;
  }

  async start(): Promise<void> {
    this.#process.start();
  }

  /** Others have most of the processor, from now on to the end. */
  starve({ runsMs, waitsMs }: NonNullable<Case['starved']>): void {
    void this.#process.starve(runsMs, waitsMs, this.#ending.signal);
  }

  async stop(): Promise<void> {
    this.deaths++;
    await this.#process.kill();
  }

  /** Resolves when this life says that it is connected, and that no trade waits for others or for bars. */
  async settled(): Promise<void> {
    const sinceMs = Date.now();
    await eventually(
      () => `ingest is well; it said: ${this.said.slice(-2_000)}`,
      async () => {
        const fact = (await this.#bus.last('SYSTEM', this.#subject))?.fact;
        if (fact?.name !== 'ServiceStatus' || fact.body.pid !== this.#process.pid) return false;
        const { counters, notes, ready, timeUs } = fact.body;
        const isWarm = !notes.some((note) => note.startsWith('warm-up'));
        const areHeard = this.#server.open.every(({ isMuted }) => !isMuted);
        return timeUs > sinceMs * 1_000 && ready && isWarm && counters.waiting === 0 && areHeard;
      },
      PATIENCE_MS,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#process[Symbol.asyncDispose]();
  }
}

test.each(CASES)(
  '$feed $load: whatever breaks, and dies, each trade that can be had is stored once',
  async (kind) => {
    const dir = mkdtempSync(join(tmpdir(), 'algo-torture-'));
    await using cleaning = new AsyncDisposableStack();
    cleaning.defer(() => rmSync(dir, { recursive: true, force: true }));
    const nats = cleaning.use(await NatsFixture.start());
    const bus = await nats.bus('cli.torture');
    let time = () => 0;
    const nowMs = () => time();
    const { dialect, merges, size } = kind;
    const options = { dialect, symbols: SYMBOLS, nowMs, weightMax: WEIGHT_MAX };
    const server = cleaning.use(await BinanceStandIn.start(options));
    const market = new BrokenMarket(server, SYMBOLS, { ...size, symbols: SYMBOLS.length }, merges);
    time = () => market.nowMs();
    market.begin();
    const lives = cleaning.use(new IngestLives(nats, bus, server, kind, dir));
    await lives.start();
    await lives.settled();
    if (kind.starved !== undefined) lives.starve(kind.starved);
    await market.play(lives);

    const [trades, events] = [new FactTail('md.trades'), new FactTail('md.feed')];
    const lines = new Map<string, string[]>(SYMBOLS.map((symbol) => [symbol, []]));
    let incomplete = 0;
    const readOn = async () => {
      await trades.readOn(bus);
      for (const { fact } of trades.facts.splice(0)) {
        if (!fact.body.complete) incomplete++;
        const symbol = fact.body.trades.instrument.slice(fact.body.trades.instrument.lastIndexOf('.') + 1);
        for (const line of linesOfTrades(fact.body.trades)) lines.get(symbol)!.push(line);
      }
    };
    const areAll = async () => {
      await readOn();
      return SYMBOLS.every((symbol) => lines.get(symbol)!.at(-1) === market.linesOf(symbol).at(-1));
    };
    await eventually(() => `all is stored; ${lives.said.slice(-2_000)}`, areAll, PATIENCE_MS);
    market.end();

    await events.readOn(bus);
    const lost = events.facts.flatMap(({ fact }) => (fact.name === 'GapUnfillable' ? [fact.body] : []));
    // Why trades were given up that could be had, where that is so: the reasons that were told.
    const told = lost.map(({ code, instrument, reason }) => `${instrument} ${code} ${reason}`).join('\n');
    for (const symbol of SYMBOLS) {
      const [clean, stored] = [market.linesOf(symbol), lines.get(symbol)!];
      const differs = clean.findIndex((line, row) => line !== stored[row]);
      const found = [symbol, stored[differs], stored.length, differs < 0 ? '' : told];
      expect(found).toEqual([symbol, undefined, clean.length, '']);
    }
    const rangesOf = (symbol: string) =>
      lost
        .filter(({ instrument }) => instrument.endsWith(`.${symbol}`))
        .map(({ code, ids }) => (ids === null ? code : `${ids.fromTradeId}-${ids.toTradeId}`));
    const buried = (symbol: string) =>
      (market.buried.get(symbol) ?? []).map(({ fromId, toId }) => `${fromId}-${toId}`);
    expect(SYMBOLS.map(rangesOf)).toEqual(SYMBOLS.map(buried));
    expect(incomplete).toBe(lost.length);
    const refused = events.facts.flatMap(({ fact }) =>
      fact.name === 'TradeRefused' ? [fact.body.code] : [],
    );
    expect(refused.filter((code) => code !== 'DUPLICATE_ID')).toEqual([]);
    expect(lives.deaths).toBeGreaterThanOrEqual(size.restarts - 1);
    expect(lost.length).toBeGreaterThan(0);
    expect(server.refusedRequests).toBe(0);
  },
);
