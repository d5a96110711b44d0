// A fresh engine on a stand-in of Binance, as processes: how soon level 1 has all its numbers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MarketState, US_PER_MS } from '@algo/model';
import { regimeLevel } from '@algo/strategy';
import { BinanceStandIn, SPOT_DIALECT } from '@algo/testkit/venues';
import { expect, test } from '@jest/globals';
import { AlgoProcess } from './support/algo-process.ts';
import { factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';

const PATIENCE_MS = 120_000;
const SYMBOL = 'LTCUSDT';
/** A trade a minute for eleven days: 264 bars of an hour. */
const HISTORY_MINUTES = 11 * 24 * 60;

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

test(
  'level 1 speaks within two minutes of the first start, and the run can be gone through again',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'algo-warm-'));
    const next = wanderer();
    await using market = await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols: [SYMBOL] });
    const beganMs = Date.now();
    for (let minute = HISTORY_MINUTES; minute > 0; minute--)
      market.happen(SYMBOL, [next(beganMs - minute * 60_000)]);
    const telling = setInterval(() => market.tell(SYMBOL, [next(Date.now())]), 250);
    try {
      const options = ['--feed', 'binance', '--instruments', `binance.spot.${SYMBOL}`];
      const env = { ALGO_BINANCE_URL: market.url, ALGO_BINANCE_REST_URL: market.restUrl };
      await using run = new EngineRun(join(dir, 'data'), options, env);
      const bus = await run.bus(PATIENCE_MS);
      let state: MarketState | undefined;
      const speaks = async () => {
        const states = (await factsOf(bus, 'an.state')).flatMap(({ fact }) =>
          fact.name === 'MarketStateUpdated' ? [fact.body] : [],
        );
        state = states.find((each) =>
          regimeLevel(each, '1h')
            .checks()
            .every(({ value }) => value !== null),
        );
        return state !== undefined;
      };
      await run.until('level 1 to have all its numbers', speaks, PATIENCE_MS);
      expect(Date.now() - beganMs).toBeLessThan(PATIENCE_MS);
      expect(state!.sinceUs).toBeGreaterThan((beganMs - 60_000) * US_PER_MS);
      expect(state!.bars[4]!.bars).toBeGreaterThan(260);
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
