import {
  BUY,
  type FeedEvent,
  InputError,
  instrumentId,
  refusedIn,
  SIDE_UNREADABLE,
  type TradeColumns,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinRaw } from '../testing/join-raw.ts';
import { type RawTrades, sliceRaw } from './raw-trades.ts';
import { type Jump, REFUSALS_TOLD_MAX, TradeScreen } from './trade-screen.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;

interface Row {
  readonly id?: number;
  readonly timeUs?: number;
  readonly price?: number;
  readonly quantity?: number;
  readonly side?: number;
}

/** Rows are good and follow each other but for what they say of themselves. */
function raw(rows: readonly Row[], hasIds = true): RawTrades {
  const column = (value: (row: Row, i: number) => number) => Float64Array.from(rows, value);
  return {
    instrument: LTC,
    count: rows.length,
    timeUs: column((row, i) => row.timeUs ?? T0 + i),
    price: column((row) => row.price ?? 83.5),
    quantity: column((row) => row.quantity ?? 0.1),
    side: Uint8Array.from(rows, (row) => row.side ?? BUY),
    ids: hasIds ? column((row, i) => row.id ?? 100 + i) : undefined,
  };
}

const codesOf = (events: readonly FeedEvent[]) =>
  events.map((event) => (event.type === 'TradeRefused' ? event.code : event.type));

/** Screens like somebody who can't bring what is missing: goes on behind each jump. */
function through(screen: TradeScreen, rows: RawTrades) {
  const parts: TradeColumns[] = [];
  const told: string[] = [];
  const jumps: Jump[] = [];
  for (let rest = rows; ; ) {
    const { trades, events, jump } = screen.screen(rest);
    parts.push(trades);
    told.push(...codesOf(events));
    if (jump === undefined) break;
    jumps.push(jump);
    told.push('jump');
    screen.skipTo(jump.toTradeId + 1);
    rest = sliceRaw(rest, jump.row, rest.count);
  }
  const ids = parts.flatMap((part) => [...(part.ids.values as Float64Array)]);
  return { ids, timeUs: parts.flatMap(({ timeUs }) => [...timeUs]), told, jumps, parts };
}

test.each([
  ['a price of nothing', { price: 0 }, 'PRICE_NOT_POSITIVE'],
  ['a price below nothing', { price: -1 }, 'PRICE_NOT_POSITIVE'],
  ['a price that is no number', { price: Number.NaN }, 'PRICE_NOT_POSITIVE'],
  ['a price without end', { price: Number.POSITIVE_INFINITY }, 'PRICE_NOT_POSITIVE'],
  ['a quantity of nothing', { quantity: 0 }, 'QUANTITY_NOT_POSITIVE'],
  ['a quantity that is no number', { quantity: Number.NaN }, 'QUANTITY_NOT_POSITIVE'],
  ['a time before the last', { timeUs: T0 - 1 }, 'TIME_BACKWARDS'],
  ['a time in another unit', { timeUs: T0 / 1_000 }, 'UNREADABLE_ROW'],
  ['no time', { timeUs: Number.NaN }, 'UNREADABLE_ROW'],
  ['no side', { side: SIDE_UNREADABLE }, 'UNREADABLE_ROW'],
  ['an id that is no number', { id: Number.NaN }, 'UNREADABLE_ROW'],
  ['an id seen before', { id: 100 }, 'DUPLICATE_ID'],
])('a trade with %s is refused, and those around it are not', (_what, row, code) => {
  const screen = new TradeScreen(LTC);
  const { ids, told } = through(screen, raw([{}, { id: 101, ...row }, { id: 102 }]));
  const isHeard = code !== 'DUPLICATE_ID' && !Number.isNaN((row as Row).id);
  expect(ids).toEqual([100, 102]);
  expect(told).toEqual(isHeard ? [code] : [code, 'jump']);
  expect(screen.counters).toMatchObject({ accepted: 2, refused: { [code]: 1 } });
});

test('at a jump in ids the screen stops, and goes on where it is told to', () => {
  const screen = new TradeScreen(LTC);
  expect(screen.screen(raw([{}, {}])).jump).toBeUndefined();
  const rows = raw([
    { id: 102, timeUs: T0 + 4 },
    { id: 110, timeUs: T0 + 5 },
    { id: 111, timeUs: T0 + 5 },
  ]);
  const { trades, jump } = screen.screen(rows);
  expect(trades.ids.values).toEqual(Float64Array.of(102));
  expect(jump).toEqual({ row: 1, fromTradeId: 103, toTradeId: 109, timeUs: T0 + 5 });
  screen.skipTo(110);
  expect(screen.screen(sliceRaw(rows, 1, 3)).trades.ids.values).toEqual(Float64Array.of(110, 111));
  expect(screen.counters).toEqual({ accepted: 5, refused: {}, gaps: 1, missing: 7 });
});

test('trades that are brought into a jump close it', () => {
  const screen = new TradeScreen(LTC);
  const rows = raw([{}, { id: 103, timeUs: T0 + 3 }]);
  const { jump } = screen.screen(rows);
  screen.screen(
    raw([
      { id: 101, timeUs: T0 + 1 },
      { id: 102, timeUs: T0 + 2 },
    ]),
  );
  expect(screen.screen(sliceRaw(rows, jump!.row, 2)).jump).toBeUndefined();
  expect(screen.counters).toMatchObject({ accepted: 4, gaps: 1, missing: 0 });
});

test('a screen behind a trade takes older ones for repeats, and finds what was missed since', () => {
  const screen = TradeScreen.behind(LTC, { id: 101, timeUs: T0 + 1 });
  const { ids, told, jumps } = through(screen, raw([{ id: 100 }, { id: 101 }, { id: 104, timeUs: T0 + 9 }]));
  expect(ids).toEqual([104]);
  expect(told).toEqual(['DUPLICATE_ID', 'DUPLICATE_ID', 'jump']);
  expect(jumps[0]).toMatchObject({ fromTradeId: 102, toTradeId: 103 });
});

test('rows without ids are numbered as they come, and equal rows are different trades', () => {
  const screen = new TradeScreen(LTC);
  screen.screen(raw([{}, {}], false));
  const { trades, events } = screen.screen(
    raw([{ timeUs: T0 + 1 }, { timeUs: T0 + 1, price: 0 }, { timeUs: T0 + 1 }], false),
  );
  expect(trades.ids.values).toEqual(Float64Array.of(3, 5));
  expect(codesOf(events)).toEqual(['PRICE_NOT_POSITIVE']);
});

test('of a thousand bad rows twenty are told and all are counted', () => {
  const screen = new TradeScreen(LTC);
  const { events } = screen.screen(raw(Array.from({ length: 2_500 }, () => ({ price: 0 }))));
  expect(events).toHaveLength(3 * REFUSALS_TOLD_MAX);
  expect(refusedIn(screen.counters.refused)).toBe(2_500);
});

test('good rows are handed on without being copied', () => {
  const rows = raw([{}, {}, {}]);
  const { trades } = new TradeScreen(LTC).screen(rows);
  expect(trades.price.buffer).toBe(rows.price.buffer);
});

const row: fc.Arbitrary<Row> = fc.record({
  id: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 60 }) }, fc.constant(Number.NaN)),
  timeUs: fc.integer({ min: T0, max: T0 + 40 }),
  price: fc.oneof({ weight: 8, arbitrary: fc.constant(83.5) }, fc.constantFrom(0, -1, Number.NaN)),
  quantity: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.constantFrom(0, Number.NaN)),
});

test('whatever comes in, what goes out rises, and every id is out, missing or refused', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const screen = new TradeScreen(LTC);
      const { ids, timeUs } = through(screen, raw(rows));
      for (let i = 1; i < ids.length; i++) {
        expect(ids[i]).toBeGreaterThan(ids[i - 1]!);
        expect(timeUs[i]).toBeGreaterThanOrEqual(timeUs[i - 1]!);
      }
      const { accepted, missing } = screen.counters;
      const refused = refusedIn(screen.counters.refused);
      expect(accepted + refused).toBe(rows.length);
      if (ids.length === 0) return;
      const span = ids.at(-1)! - ids[0]! + 1;
      expect(accepted + missing).toBeLessThanOrEqual(span);
      expect(accepted + missing + refused).toBeGreaterThanOrEqual(span);
    }),
  );
});

test('a screen restored anywhere on the way goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), fc.nat(60), (rows, at) => {
      const all = raw(rows);
      const cut = Math.min(at, rows.length);
      const whole = new TradeScreen(LTC);
      const before = through(whole, sliceRaw(all, 0, cut));
      const restored = new TradeScreen(LTC, JSON.parse(JSON.stringify(whole.snapshot())));
      const rest = sliceRaw(all, cut, rows.length);
      expect(through(restored, rest)).toEqual(through(whole, rest));
      expect(restored.snapshot()).toEqual(whole.snapshot());
      const once = through(new TradeScreen(LTC), joinRaw(sliceRaw(all, 0, cut), rest));
      expect(once.ids.length).toBeGreaterThanOrEqual(before.ids.length);
    }),
  );
});

test('the state of another build is refused', () => {
  const saved = { ...new TradeScreen(LTC).snapshot(), version: 4 as 3 };
  expect(() => new TradeScreen(LTC, saved)).toThrow(InputError);
});

test('one trade far ahead of its time is set aside; a second shows that time itself leapt', () => {
  const screen = new TradeScreen(LTC);
  const hourUs = 3_600_000_000;
  const latestUs = T0 + 60_000_000;
  const one = screen.screen(raw([{}, { timeUs: T0 + hourUs }, { timeUs: T0 + 1 }]), latestUs);
  expect([one.trades.count, one.events]).toMatchObject([2, [{ code: 'TIME_AHEAD' }]]);
  const two = screen.screen(
    raw([
      { id: 103, timeUs: T0 + hourUs },
      { id: 104, timeUs: T0 + hourUs + 1 },
      { id: 105, timeUs: T0 + hourUs + 2 },
    ]),
    latestUs,
  );
  expect([[...two.trades.timeUs].length, two.events.length]).toEqual([2, 1]);
});
