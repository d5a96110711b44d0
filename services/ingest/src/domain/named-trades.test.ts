// Venues that name their trades: each once, and connections joined by a trade that both have.
import { BUY, instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOLE_WAIT_MAX_MS, NAMES_MAX } from './bounds.ts';
import { type NamedTrade, NamedTrades } from './named-trades.ts';

const LTC = instrumentId('bybit.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;
const PAGE = 60;

/** Trade `id` happens `id` seconds after T0. */
const trades = (...ids: readonly number[]) =>
  ids.map(
    (id): NamedTrade => ({ name: `t${id}`, timeUs: T0 + id * 1e6, price: 83.5, quantity: 1, side: BUY }),
  );

function told(named: NamedTrades): string[] {
  return named.take().map((word) => {
    if (word.type !== 'gap')
      return `${word.trade.name}${word.type === 'repeated' ? ' again' : ''}${behind(word)}`;
    const { event } = word;
    return 'code' in event ? `${event.type} ${event.code}` : event.type;
  });
}
const behind = (word: object) =>
  'isBehindHole' in word && word.isBehindHole === true ? ' behind a hole' : '';

test('a repeat is known by its name', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.hear(trades(1, 2, 1));
  expect(told(named)).toEqual(['t1', 't2', 't1 again']);
});

test('a page that holds a trade of ours joins two connections, and fills what lies between', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.hear(trades(1, 2));
  named.connected(0);
  named.hear(trades(5, 6));
  named.page(trades(2, 3, 4, 5));
  expect(told(named)).toEqual(['t1', 't2', 't3', 't4', 't5', 't5 again', 't6']);
});

test('a page without a trade of ours is a gap in time', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.hear(trades(1, 2));
  named.connected(0);
  named.hear(trades(9));
  named.page(trades(8, 9));
  const words = named.take();
  expect(words.find((word) => word.type === 'gap')).toMatchObject({
    event: { kind: 'time', ids: null, fromUs: T0 + 2e6, toUs: T0 + 8e6, missing: 0 },
  });
  expect(words.filter((word) => word.type === 'released').map(({ isBehindHole }) => isBehindHole)).toEqual([
    ...[false, false],
    ...[true, false],
  ]);
});

test('the very first connection has nothing to be joined to', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.connected(0);
  named.page(trades(1, 2));
  expect(told(named)).toEqual(['t1', 't2']);
});

test('a page that does not come is not waited for', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.hear(trades(1));
  named.connected(0);
  named.hear(trades(4));
  named.goOn(HOLE_WAIT_MAX_MS - 1);
  expect(named.isWaiting).toBe(true);
  named.goOn(HOLE_WAIT_MAX_MS);
  expect(told(named)).toEqual(['t1', 'GapOpened', 'GapUnfillable TIMEOUT', 't4 behind a hole']);
});

test('names are forgotten when they are old and not of the last two pages', () => {
  const named = new NamedTrades(LTC, PAGE);
  named.hear(trades(...Array.from({ length: 1_000 }, (_, id) => id)));
  expect(named.remembered).toBe(2 * PAGE);
  const atOnce = Array.from({ length: NAMES_MAX + 10 }, (_, id) => ({
    ...trades(2_000)[0]!,
    name: `x${id}`,
  }));
  named.hear(atOnce);
  expect(named.remembered).toBe(NAMES_MAX);
});

test('whatever a connection repeats or reorders within a minute, each trade is released once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 })), fc.nat(60), (ids, cut) => {
      const named = new NamedTrades(LTC, PAGE);
      named.hear(trades(...ids.slice(0, cut)));
      named.connected(0);
      named.hear(trades(...ids.slice(cut)));
      named.page(trades(...new Set(ids)));
      const names = told(named).filter((word) => /^t\d+$/.test(word));
      expect(names.toSorted()).toEqual([...new Set(ids)].map((id) => `t${id}`).toSorted());
    }),
  );
});
