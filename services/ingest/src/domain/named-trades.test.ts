// Venues that name their trades: each once, and connections joined by a trade that both have.
import { BUY, instrumentId, SIDE_UNREADABLE } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOLE_WAIT_MAX_MS, LOOK_PAUSE_MAX_MS, NAMES_MAX, PAGE_ROWS } from './bounds.ts';
import { NamedTrades } from './named-trades.ts';
import type { RawTrades } from './raw-trades.ts';

const LTC = instrumentId('bybit.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;
const HEARD = { receivedUs: T0, heardMs: 0 };

/** Trade `id` happens `id` seconds after T0. */
function trades(...ids: readonly number[]): RawTrades {
  return {
    ...{ instrument: LTC, count: ids.length, ids: undefined, names: ids.map((id) => `t${id}`) },
    timeUs: Float64Array.from(ids, (id) => T0 + id * 1e6),
    price: new Float64Array(ids.length).fill(83.5),
    quantity: new Float64Array(ids.length).fill(1),
    side: new Uint8Array(ids.length).fill(BUY),
  };
}

function named(last?: { names: string[]; timeUs: number }): NamedTrades {
  return new NamedTrades({ instrument: LTC, last, noRest: undefined });
}

function told(order: NamedTrades): string[] {
  return order.take().flatMap((word): string[] => {
    switch (word.type) {
      case 'released':
        return word.raw.names!.map((name, i) =>
          i === 0 && word.isBehindHole ? `${name} behind a hole` : name,
        );
      case 'refused':
        return [`${word.raw.names![word.row]} ${word.code}`];
      case 'gap':
        return ['code' in word.event ? `${word.event.type} ${word.event.code}` : word.event.type];
      default:
        return [word.type];
    }
  });
}

test('a repeat is known by its name, and what is no trade by its fields', () => {
  const order = named();
  order.hear(trades(1, 2, 1), HEARD);
  order.hear({ ...trades(3), side: Uint8Array.of(SIDE_UNREADABLE) }, HEARD);
  order.hear(trades(3), HEARD);
  expect(told(order).toSorted()).toEqual(['t1', 't1 DUPLICATE_ID', 't2', 't3', 't3 UNREADABLE_ROW']);
});

test('a page that holds a trade of ours joins two connections, and fills what lies between', () => {
  const order = named();
  order.hear(trades(1, 2), HEARD);
  order.connected(0);
  order.hear(trades(5, 6), HEARD);
  expect(order.question(0)).toEqual({ kind: 'recent' });
  order.asked();
  expect(order.question(0)).toBeUndefined();
  order.page(0, trades(2, 3, 4, 5), 0);
  expect(told(order)).toEqual(['t1', 't2', 't3', 't4', 't5', 't6']);
});

test('a page that ends before what was heard joins nothing, and is asked for again', () => {
  const order = named();
  order.hear(trades(1, 2), HEARD);
  order.connected(0);
  order.hear(trades(5), HEARD);
  order.page(0, trades(1, 2, 3), 100);
  expect([order.hasHole, order.question(100), order.question(400)]).toEqual([
    true,
    undefined,
    { kind: 'recent' },
  ]);
  order.page(0, trades(2, 3, 4, 5), 400);
  expect(told(order)).toEqual(['t1', 't2', 't3', 't4', 't5']);
});

test('a page without a trade of ours is a gap in time, and what was heard before it goes first', () => {
  const order = named();
  order.hear(trades(1, 2), HEARD);
  order.connected(0);
  order.hear(trades(7, 9), HEARD);
  order.page(0, trades(8, 9), 0);
  const words = order.take();
  expect(words.find((word) => word.type === 'gap')).toMatchObject({
    event: { kind: 'time', ids: null, fromUs: T0 + 2e6, toUs: T0 + 7e6, missing: 0 },
  });
  const released = words.flatMap((word) => (word.type === 'released' ? [word] : []));
  expect(released.map(({ raw, isBehindHole }) => [...raw.names!, isBehindHole])).toEqual([
    ['t1', 't2', false],
    ['t7', true],
    ['t8', 't9', false],
  ]);
});

test('a new life knows what the last batch held, and does not say again what was before it', () => {
  const order = named({ names: ['t4', 't5'], timeUs: T0 + 5e6 });
  order.connected(0);
  order.page(0, trades(2, 3, 4, 5, 6), 0);
  expect(told(order)).toEqual(['t6']);
});

test('the very first connection has nothing to be joined to', () => {
  const order = named();
  order.connected(0);
  order.page(0, trades(1, 2), 0);
  expect(told(order)).toEqual(['t1', 't2']);
});

test('a page that does not come is not waited for', () => {
  const order = named();
  order.hear(trades(1), HEARD);
  order.connected(0);
  order.hear(trades(4), HEARD);
  for (let nowMs = 0; nowMs < HOLE_WAIT_MAX_MS; nowMs += LOOK_PAUSE_MAX_MS) order.goOn(nowMs);
  expect(order.hasHole).toBe(true);
  order.goOn(HOLE_WAIT_MAX_MS);
  expect(told(order)).toEqual(['t1', 'GapOpened', 'GapUnfillable TIMEOUT', 't4 behind a hole']);
});

test('names are forgotten when they are old and not of the last two pages', () => {
  const order = named();
  order.hear(trades(...Array.from({ length: 4 * PAGE_ROWS }, (_, id) => id)), HEARD);
  expect(order.remembered).toBe(2 * PAGE_ROWS);
  const many = NAMES_MAX + 10;
  const atOnce = trades(...Array.from({ length: many }, (_, id) => 5_000 + id));
  order.hear({ ...atOnce, timeUs: atOnce.timeUs.fill(T0 + 5e9) }, HEARD);
  expect(order.remembered).toBe(NAMES_MAX);
});

test('whatever a connection repeats or reorders within a minute, each trade is released once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), fc.nat(60), (ids, cut) => {
      const order = named();
      order.hear(trades(...ids.slice(0, cut)), HEARD);
      order.connected(0);
      order.hear(trades(...ids.slice(cut)), HEARD);
      order.page(0, trades(...[...new Set(ids)].toSorted((a, b) => a - b)), 0);
      for (let nowMs = 0; nowMs <= HOLE_WAIT_MAX_MS; nowMs += LOOK_PAUSE_MAX_MS) order.goOn(nowMs);
      const names = told(order).filter((word) => /^t\d+( behind a hole)?$/.test(word));
      const once = names.map((word) => word.split(' ')[0]!);
      expect(new Set(once).size).toBe(once.length);
      for (const id of ids.slice(cut)) expect(once).toContain(`t${id}`);
    }),
  );
});
