// Who is asked for first, and what becomes of holes while the venue may not be asked.
import { ReadFailure } from '@algo/venues';
import { expect, test } from 'vitest';
import { HOLE_WAIT_MAX_MS, REORDER_WAIT_MS } from '../domain/bounds.ts';
import { byHand } from './testing/hand-feed.ts';
import { instrument } from './testing/instruments.ts';

const ALL = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => instrument(`binance.spot.${name}USDT`));

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('four holes are asked for at once, the smallest first; a page more when one has come', async () => {
  const { feed, clock, run, stored } = await byHand(true, ALL);
  for (const { id } of ALL) feed.hear(id, 1);
  const pages = new Map(ALL.map(({ id }) => [id, Promise.withResolvers<ReturnType<typeof feed.page>>()]));
  feed.answer = (id) => pages.get(id)!.promise;
  for (const [i, { id }] of ALL.entries()) feed.hear(id, 20 - i);
  await clock.advance(REORDER_WAIT_MS + 40);
  const [a, b, c, d, e, f] = ALL.map(({ id }) => id);
  expect(feed.asked).toEqual([
    [f, 2],
    [e, 2],
    [d, 2],
    [c, 2],
  ]);
  pages.get(d!)!.resolve(feed.page(d!, numbers(2, 17)));
  await clock.advance(20);
  expect(feed.asked.slice(4)).toEqual([[b, 2]]);
  expect(stored.bodies('GapFilled')).toMatchObject([{ instrument: d, recovered: 15 }]);
  expect(feed.asked.map(([id]) => id)).not.toContain(a);
  await run[Symbol.asyncDispose]();
});

test('a venue that wants a pause gets it from all, and what that costs is told as the budget', async () => {
  const { feed, clock, run, stored } = await byHand(true, ALL.slice(0, 2));
  const [a, b] = ALL.map(({ id }) => id);
  feed.hear(a!, 1);
  feed.hear(b!, 1);
  feed.answer = () => Promise.reject(new ReadFailure('HTTP 429', 60_000));
  feed.hear(a!, 3);
  await clock.advance(REORDER_WAIT_MS + 40);
  feed.hear(b!, 3);
  await clock.advance(HOLE_WAIT_MAX_MS + REORDER_WAIT_MS);
  expect(feed.asked).toEqual([[a, 2]]);
  expect(stored.bodies('GapUnfillable')).toMatchObject([
    { instrument: a, code: 'BUDGET', reason: expect.stringContaining('429') },
    { instrument: b, code: 'BUDGET', reason: expect.stringContaining('429') },
  ]);
  await run[Symbol.asyncDispose]();
});

test('a hole is asked for again after a failure, and filled in time', async () => {
  const { feed, clock, run, stored } = await byHand(true, ALL.slice(0, 1));
  const id = ALL[0]!.id;
  feed.hear(id, 1);
  feed.answer = () => Promise.reject(new Error('HTTP 503'));
  const page = feed.page(id, [2, 3, 4]);
  feed.hear(id, 4);
  await clock.advance(2_000);
  expect(feed.asked.length).toBeGreaterThan(2);
  feed.answer = async () => page;
  await clock.advance(1_100);
  expect(stored.ids).toEqual([1, 2, 3, 4]);
  expect(stored.events).not.toContain('GapUnfillable');
  await run[Symbol.asyncDispose]();
});

test('an instrument that is held is asked for before smaller holes of others', async () => {
  const [a, b, c] = ALL.map(({ id }) => id);
  const held = new Set([a!]);
  const { feed, clock, run } = await byHand(true, ALL, 1, (id) => held.has(id));
  for (const { id } of ALL) feed.hear(id, 1);
  for (const [i, { id }] of ALL.entries()) feed.hear(id, 20 - i);
  await clock.advance(REORDER_WAIT_MS + 40);
  expect(feed.asked[0]).toEqual([a, 2]);
  expect(feed.asked.map(([id]) => id)).not.toContain(b);
  expect(feed.asked.map(([id]) => id)).not.toContain(c);
  await run[Symbol.asyncDispose]();
});
