import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planShards } from '@algo/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { soak } from '../acceptance/support/config.ts';
import { instrumentsFile } from '../acceptance/support/instruments-file.ts';
import { firstOther, ShardMarket, wordsHeard, wordsOfOne } from '../acceptance/support/shard-market.ts';
import { ShardsWorld } from './shards-world.ts';

const SYMBOLS = ['M0USDT', 'M1USDT', 'M2USDT', 'M3USDT'];
const ORDINALS = [0, 1, 2];
const STEPS = 12;
const PER_BLOCK = 5;
const BLOCKS = soak ? 40 : 4;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-shards-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A generator of numbers that a seed decides. */
function seeded(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Shards move again and again; whoever has them is killed, or stands still, at any step of a move. */
async function hostileMoves(seed: number): Promise<ShardsWorld> {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const catalog = instrumentsFile(dir, 'spot', SYMBOLS);
  const world = new ShardsWorld(catalog, random);
  const bus = world.bus('test');
  const market = await world.passing(ShardMarket.open(world.bus('ingest.binance'), SYMBOLS));
  const shareAmong = (members: readonly number[]) => world.passing(planShards(bus, () => ({ members })));
  for (const ordinal of ORDINALS) await world.start(ordinal);
  for (let step = 0; step < STEPS; step++) {
    for (let ticks = 1 + below(20); ticks > 0; ticks--) await world.passing(market.tick());
    const members = ORDINALS.filter(() => random() < 0.6);
    if (members.length > 0) await shareAmong(members);
    await world.clock.advance(below(600));
    const who = below(ORDINALS.length);
    const fate = random();
    if (fate < 0.3) world.kill(who);
    else if (fate < 0.6) {
      world.halt(who);
      await shareAmong(ORDINALS.filter((ordinal) => ordinal !== who));
    }
    for (let ticks = below(10); ticks > 0; ticks--) await world.passing(market.tick());
    await world.clock.advance(below(2_500));
    for (const ordinal of ORDINALS) world.goOn(ordinal);
    await world.clock.advance(below(20));
    for (const ordinal of ORDINALS) await world.start(ordinal);
  }
  const { revision } = await shareAmong([2]);
  const { revision: last } = await shareAmong([0, 1]);
  expect(last).toBeGreaterThanOrEqual(revision);
  for (let ms = 0; !world.isSettled([0, 1], last); ms += 50) {
    if (ms > 30_000) throw new Error(`seed ${seed}: the last plan is never carried out`);
    await world.clock.advance(50);
    for (const ordinal of ORDINALS) await world.start(ordinal);
  }
  for (let ticks = 0; ticks < 10; ticks++) await world.passing(market.tick());
  await world.clock.advance(3_000);
  expect([seed, firstOther(await wordsHeard(bus), await wordsOfOne(bus, catalog))]).toEqual([
    seed,
    undefined,
  ]);
  const trades = market.instruments.map((instrument) => world.stored.get(instrument)?.trades);
  expect([seed, trades]).toEqual([seed, SYMBOLS.map(() => market.trades)]);
  expect([seed, world.divergences]).toEqual([seed, []]);
  const strange = world.failures.filter(
    ({ message }) => !/another holder took it|replaced|began life/.test(message),
  );
  expect([seed, strange]).toEqual([seed, []]);
  return world;
}

test.each(Array.from({ length: BLOCKS }, (_, block) => [block * PER_BLOCK]))(
  'seeds from %i: shards that move among processes that die and stand still say what one machine says',
  async (first) => {
    let zombies = 0;
    for (let seed = first; seed < first + PER_BLOCK; seed++)
      zombies += (await hostileMoves(seed)).failures.length;
    expect(zombies).toBeGreaterThan(0);
  },
  60_000,
);
