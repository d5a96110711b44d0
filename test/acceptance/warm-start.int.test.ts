// A fresh engine on a stand-in of Binance, as processes: how soon level 1 has all its numbers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MarketState, ToldStates, US_PER_MS } from '@algo/model';
import { regimeLevel } from '@algo/strategy';
import { BinanceStandIn, SPOT_DIALECT, USDM_DIALECT } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { AlgoProcess, algo } from './support/algo-process.ts';
import { factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';

const PATIENCE_MS = 120_000;
/** What is fed when nobody says. */
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
/** A trade a minute for eleven days: 264 bars of an hour. */
const HISTORY_MINUTES = 11 * 24 * 60;

const MARKETS = [
  { feed: 'binance', dialect: SPOT_DIALECT },
  { feed: 'binance-usdm', dialect: USDM_DIALECT },
] as const;

/** A market whose price wanders the same way at each run. */
function wanderer() {
  let [id, ticks, seed] = [0, 8_000, 7];
  return (timeMs: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    ticks = Math.max(1_000, ticks + (seed % 31) - 15);
    const [price, quantity] = [(ticks / 100).toFixed(2), `${1 + (seed % 5)}`];
    return { id: ++id, timeUs: timeMs * US_PER_MS, price, quantity, isBuyerMaker: seed % 2 === 0 };
  };
}

test.each(MARKETS)(
  '$feed: level 1 speaks within two minutes of the first start, and the run can be gone through again',
  async ({ feed, dialect }) => {
    const dir = mkdtempSync(join(tmpdir(), 'algo-warm-'));
    const nexts = SYMBOLS.map((symbol) => [symbol, wanderer()] as const);
    await using market = await BinanceStandIn.start({ dialect, symbols: SYMBOLS });
    const beganMs = Date.now();
    for (let minute = HISTORY_MINUTES; minute > 0; minute--)
      for (const [symbol, next] of nexts) market.happen(symbol, [next(beganMs - minute * 60_000)]);
    const telling = setInterval(() => {
      for (const [symbol, next] of nexts) market.tell(symbol, [next(Date.now())]);
    }, 250);
    try {
      const options = ['--feed', feed];
      const env = {
        ...{ ALGO_BINANCE_URL: market.url, ALGO_BINANCE_REST_URL: market.restUrl },
        ...{ ALGO_BINANCE_USDM_URL: market.url, ALGO_BINANCE_USDM_REST_URL: market.restUrl },
      };
      await using run = new EngineRun(join(dir, 'data'), options, env);
      const bus = await run.bus(PATIENCE_MS);
      const speaking = new Map<string, MarketState>();
      const areSpeaking = async () => {
        const states = new ToldStates();
        for (const { fact } of await factsOf(bus, 'an.state')) {
          const state =
            fact.name === 'MarketStateUpdated' ? states.whole(fact.body) : states.after(fact.body);
          const isSpeaking = regimeLevel(state!, '1h')
            .checks()
            .every(({ value }) => value !== null);
          if (isSpeaking) speaking.set(state!.instrument, state!);
        }
        return speaking.size === SYMBOLS.length;
      };
      await run.until('level 1 to have all its numbers', areSpeaking, PATIENCE_MS);
      expect(Date.now() - beganMs).toBeLessThan(PATIENCE_MS);
      for (const { bars, sinceUs } of speaking.values()) {
        expect(sinceUs).toBeGreaterThan((beganMs - 90_000) * US_PER_MS);
        expect(bars[4]!.bars).toBeGreaterThan(260);
      }
      const status = await algo(['status', '--data-dir', run.dataDir]);
      const words = `${feed}: complete by id, 2 instruments`;
      expect([status.code, status.said]).toEqual([0, expect.stringContaining(words)]);
      expect((await run.stop()).code).toBe(0);
      const replay = new AlgoProcess(['replay', run.dataDir]);
      const { code, said } = await replay.ended;
      expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    } finally {
      clearInterval(telling);
      rmSync(dir, { recursive: true, force: true });
    }
  },
  3 * PATIENCE_MS,
);
