import { BUY, type FeedEvent, InputError, instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { joinRaw, type RawTrades, SIDE_UNREADABLE, sliceRaw } from './raw-trades.ts';
import { REFUSALS_TOLD_MAX, TradeScreen } from './trade-screen.ts';

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

const typesOf = (events: readonly FeedEvent[]) =>
  events.map((event) => (event.type === 'TradeRefused' ? event.code : event.type));

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
  const screen = new TradeScreen(LTC, 'nobody has them');
  const { trades, events } = screen.screen(raw([{}, { id: 101, ...row }, { id: 102 }]));
  const isHeard = code !== 'DUPLICATE_ID' && !Number.isNaN((row as Row).id);
  expect(trades.ids.values).toEqual(Float64Array.of(100, 102));
  expect(typesOf(events)).toEqual(isHeard ? [code] : [code, 'GapOpened', 'GapUnfillable']);
  expect(screen.counters).toMatchObject({ accepted: 2, refused: 1 });
});

test('a jump in ids is told as a gap that cannot be filled, and the batch with it is not complete', () => {
  const screen = new TradeScreen(LTC, 'nobody has them');
  expect(screen.screen(raw([{}, {}])).complete).toBe(true);
  const { events, complete } = screen.screen(raw([{ id: 110, timeUs: T0 + 5 }]));
  const gap = { instrument: LTC, fromTradeId: 102, toTradeId: 109, missing: 8, timeUs: T0 + 5 };
  expect(events).toEqual([
    { type: 'GapOpened', ...gap },
    { type: 'GapUnfillable', ...gap, reason: 'nobody has them' },
  ]);
  expect(complete).toBe(false);
  expect(screen.screen(raw([{ id: 111, timeUs: T0 + 6 }])).complete).toBe(true);
  expect(screen.counters).toEqual({ accepted: 4, refused: 0, duplicates: 0, gaps: 1, missing: 8 });
});

test('rows without ids are numbered as they come, and equal rows are different trades', () => {
  const screen = new TradeScreen(LTC, '');
  screen.screen(raw([{}, {}], false));
  const { trades, events } = screen.screen(
    raw([{ timeUs: T0 + 1 }, { timeUs: T0 + 1, price: 0 }, { timeUs: T0 + 1 }], false),
  );
  expect(trades.ids.values).toEqual(Float64Array.of(3, 5));
  expect(typesOf(events)).toEqual(['PRICE_NOT_POSITIVE']);
});

test('of a thousand bad rows twenty are told and all are counted', () => {
  const screen = new TradeScreen(LTC, '');
  const { events } = screen.screen(raw(Array.from({ length: 2_500 }, () => ({ price: 0 }))));
  expect(events).toHaveLength(3 * REFUSALS_TOLD_MAX);
  expect(screen.counters.refused).toBe(2_500);
});

test('good rows are handed on without being copied', () => {
  const rows = raw([{}, {}, {}]);
  const { trades } = new TradeScreen(LTC, '').screen(rows);
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
      const screen = new TradeScreen(LTC, '');
      const { trades } = screen.screen(raw(rows));
      for (let i = 1; i < trades.count; i++) {
        expect(trades.ids.values[i]).toBeGreaterThan(Number(trades.ids.values[i - 1]));
        expect(trades.timeUs[i]).toBeGreaterThanOrEqual(trades.timeUs[i - 1]!);
      }
      const { accepted, refused, missing } = screen.counters;
      expect(accepted + refused).toBe(rows.length);
      if (trades.count === 0) return;
      const span = Number(trades.ids.values[trades.count - 1]) - Number(trades.ids.values[0]) + 1;
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
      const whole = new TradeScreen(LTC, 'x');
      const before = whole.screen(sliceRaw(all, 0, cut));
      const restored = new TradeScreen(LTC, 'x', JSON.parse(JSON.stringify(whole.snapshot())));
      const rest = sliceRaw(all, cut, rows.length);
      expect(restored.screen(rest)).toEqual(whole.screen(rest));
      expect(restored.snapshot()).toEqual(whole.snapshot());
      const once = new TradeScreen(LTC, 'x').screen(joinRaw(sliceRaw(all, 0, cut), rest));
      expect(once.trades.count).toBeGreaterThanOrEqual(before.trades.count);
    }),
  );
});

test('the state of another build is refused', () => {
  const saved = { ...new TradeScreen(LTC, '').snapshot(), version: 2 as 1 };
  expect(() => new TradeScreen(LTC, '', saved)).toThrow(InputError);
});
