// A live feed over a real socket and HTTP, out of a stand-in for Binance that breaks by a plan: nothing is
// lost, doubled or told wrongly. `npm run test:soak -- torture` plays twenty times as much.

import { systemClock } from '@algo/bus';
import type { Instrument, InstrumentId } from '@algo/model';
import {
  BinanceStandIn,
  BrokenMarket,
  type Listener,
  linesOfTrades,
  SPOT_DIALECT,
  USDM_DIALECT,
} from '@algo/testkit/venues';
import { spotFeedOn, unboundedBudget, usdmFeedOn } from '@algo/venues/binance/testing';
import { expect, test, vi } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { soak } from './testing/config.ts';
import { instrument } from './testing/instruments.ts';
import { MemorySpeech, StoredFeed } from './testing/memory-speech.ts';

vi.setConfig({ testTimeout: soak ? 900_000 : 90_000 });

const SYMBOLS = Array.from({ length: 20 }, (_, i) => `COIN${i}USDT`);
/** The venue's two kinds: each trade by its id, and rows that stand for some. */
const MARKETS = [
  { name: 'spot', dialect: SPOT_DIALECT, feedOn: spotFeedOn, prefix: 'binance.spot.', merges: false },
  { name: 'USD-M', dialect: USDM_DIALECT, feedOn: usdmFeedOn, prefix: 'binance.perp.', merges: true },
] as const;
type Kind = (typeof MARKETS)[number];
const SIZE = soak
  ? { seed: 1, trades: 1_000_000, faults: 240, restarts: 8 }
  : { seed: 1, trades: 50_000, faults: 36, restarts: 2 };
/** Short enough for a plan of seconds; what ingest itself waits for passes so many times as fast. */
const SILENCE_MS = 1_500;
const MINUTE_MS = 60_000;
const HASTE = soak ? 1 : 2;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Ingest's run on a stand-in, with as many lives as the plan wants. */
class Lives implements Listener {
  readonly stored = new StoredFeed();
  readonly runs: FeedRun[] = [];
  readonly #server: BinanceStandIn;
  readonly #kind: Kind;
  readonly #instruments: readonly Instrument[];
  #speech = new MemorySpeech(this.stored);
  #beganMs = 0;
  /** How long a life that was ended has lasted at most. */
  longestMs = 0;

  constructor(server: BinanceStandIn, kind: Kind, instruments: readonly Instrument[]) {
    this.#server = server;
    this.#kind = kind;
    this.#instruments = instruments;
  }

  get run(): FeedRun {
    return this.runs.at(-1)!;
  }

  async start(): Promise<void> {
    this.#beganMs = performance.now();
    this.#speech = new MemorySpeech(this.stored);
    const feed = this.#kind.feedOn(this.#server, {
      timings: { silenceMs: SILENCE_MS },
      budget: unboundedBudget(),
      hearsBars: true,
    });
    const options = { name: feed.name, speech: this.#speech, clock: systemClock, speed: 1 };
    const monotonicMs = () => performance.now() * HASTE;
    this.runs.push(await FeedRun.live({ ...options, monotonicMs }, feed, this.#instruments));
  }

  async stop(): Promise<void> {
    this.longestMs = Math.max(this.longestMs, performance.now() - this.#beganMs);
    this.#speech.die(this.#speech.underWay >> 1);
    await this.run[Symbol.asyncDispose]();
  }

  async settled(): Promise<void> {
    const isWell = () =>
      this.run.reasons().length === 0 &&
      this.run.counters().waiting === 0 &&
      this.#server.open.every(({ isMuted }) => !isMuted);
    await until('nothing waits', isWell);
  }
}

const symbolOf = (id: InstrumentId) => id.slice('binance.spot.'.length);

test.each(MARKETS)(
  '$name: whatever breaks, each trade that can be had is stored once, in order',
  async (kind) => {
    const { dialect, merges, prefix } = kind;
    const instruments = SYMBOLS.map((symbol) => instrument(`${prefix}${symbol}`));
    const weightMax = Number.POSITIVE_INFINITY;
    let time = () => 0;
    const nowMs = () => time();
    await using server = await BinanceStandIn.start({ dialect, symbols: SYMBOLS, nowMs, weightMax });
    const market = new BrokenMarket(server, SYMBOLS, { ...SIZE, symbols: SYMBOLS.length }, merges);
    time = () => market.nowMs();
    const lives = new Lives(server, kind, instruments);
    await lives.start();
    await until('it is connected', () => server.open.length === 2 && lives.run.reasons().length === 0);
    await market.play(lives);
    const { stored } = lives;
    const newest = new Map([...market.tape].map(([symbol, trades]) => [symbol, trades.at(-1)!.id]));
    let seen = 0;
    const last = new Map<string, number>();
    await until('all is stored', () => {
      for (const { name, body } of stored.facts.slice(seen))
        if (name === 'TradeBatch')
          last.set(symbolOf(body.trades.instrument), Number(body.trades.ids.values[body.trades.count - 1]));
      seen = stored.facts.length;
      return SYMBOLS.every((symbol) => last.get(symbol) === newest.get(symbol));
    });
    market.end();
    await lives.run[Symbol.asyncDispose]();

    const reported = new Map<string, string[]>();
    for (const { instrument: id, ids, missing } of stored.bodies('GapUnfillable')) {
      const { fromTradeId, toTradeId } = ids!;
      expect(missing).toBe(toTradeId - fromTradeId + 1);
      reported.set(id, [...(reported.get(id) ?? []), `${fromTradeId}-${toTradeId}`]);
    }
    for (const [i, symbol] of SYMBOLS.entries()) {
      const { id } = instruments[i]!;
      const buried = market.buried.get(symbol) ?? [];
      const ranges = buried.map(({ fromId, toId }) => `${fromId}-${toId}`);
      expect([symbol, reported.get(id) ?? []]).toEqual([symbol, ranges]);
      const clean = market.linesOf(symbol);
      const lines = stored.batches.flatMap(({ trades }) =>
        trades.instrument === id ? linesOfTrades(trades) : [],
      );
      const differs = clean.findIndex((line, row) => line !== lines[row]);
      expect([symbol, lines[differs], lines.length]).toEqual([symbol, undefined, clean.length]);
    }
    // The venue's own bars were held against what was said, and differ in none that was not known to.
    const compared = lives.runs.reduce((all, run) => all + run.counters().barsCompared!, 0);
    // A minute in which a life began is not compared: on a quick machine none lives long enough.
    expect(compared).toBeGreaterThanOrEqual(lives.longestMs >= 2 * MINUTE_MS ? 1 : 0);
    const incomplete = stored.batches.filter(({ complete }) => !complete);
    expect(incomplete).toHaveLength([...market.buried.values()].flat().length);
    const refused = new Set(stored.bodies('TradeRefused').map(({ code }) => code));
    expect([...refused]).toEqual(['DUPLICATE_ID']);
    expect(new Set(market.plan.map(({ kind }) => kind)).size).toBe(13);
    expect(market.plan.length).toBeGreaterThanOrEqual(soak ? 200 : 30);
  },
);
