import {
  BUY,
  type FeedEvent,
  instrumentId,
  type TradeColumns,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BarAudit } from './bar-audit.ts';
import { AUDIT_MAX_MS, AUDIT_WAIT_MS } from './bounds.ts';

const LTC = instrumentId('bybit.spot.LTCUSDT');
const M0 = 29_000_000 * US_PER_MINUTE;
const MERGED_US = US_PER_SECOND / 10;

/** Rows of time, quantity and how many trades they stand for. */
function rows(
  ...told: readonly (readonly [timeUs: number, quantity: number, merged: number])[]
): TradeColumns {
  return {
    ...{ instrument: LTC, count: told.length, ids: { kind: 'named', values: told.map((_, i) => `t${i}`) } },
    timeUs: Float64Array.from(told, ([timeUs]) => timeUs),
    price: new Float64Array(told.length).fill(1),
    quantity: Float64Array.from(told, ([, quantity]) => quantity),
    side: new Uint8Array(told.length).fill(BUY),
    merged: Uint32Array.from(told, ([, , merged]) => merged),
  };
}

/** Began in the minute before M0, and heard 0.1 and 0.2 (of two trades) within M0. */
function heard(isBehindHole = false): BarAudit {
  const audit = new BarAudit(LTC, 0);
  audit.trades(rows([M0 - US_PER_SECOND, 5, 1]), false);
  audit.trades(rows([M0 + US_PER_SECOND, 0.1, 1]), isBehindHole);
  audit.trades(rows([M0 + 2 * US_PER_SECOND, 0.2, 2]), false);
  return audit;
}

function compared(
  audit: BarAudit,
  openTimeUs: number,
  volume: number,
  trades: number | undefined,
): FeedEvent[] {
  audit.bar({ openTimeUs, volume, trades }, 0);
  return audit.look(AUDIT_MAX_MS, false);
}

test.each([
  ['tells the same', 3],
  ['does not count its trades', undefined],
])('a bar of the venue that %s is no news', (_, trades) => {
  const audit = heard();
  expect(compared(audit, M0, 0.3, trades)).toEqual([]);
  expect(audit.counters).toEqual({ barsCompared: 1, barsDiffer: 0 });
});

test.each([
  ['volume', 0.4, 3],
  ['count', 0.3, 4],
])('another %s is a gap of that minute, told once', (_, volume, trades) => {
  const audit = heard();
  const gap = { kind: 'bar', ids: null, fromUs: M0, toUs: M0 + US_PER_MINUTE - 1, missing: 0 };
  expect(compared(audit, M0, volume, trades)).toMatchObject([
    { type: 'GapOpened', ...gap },
    { type: 'GapUnfillable', ...gap, code: 'BAR_DIFFERS' },
  ]);
  expect(compared(audit, M0, volume, trades)).toEqual([]);
});

test('a bar waits for trades that are slower, and while others are missing', () => {
  const audit = heard();
  audit.trades(rows([M0 + US_PER_MINUTE, 1, 1]), false);
  audit.bar({ openTimeUs: M0, volume: 9, trades: 9 }, 0);
  expect([audit.look(AUDIT_WAIT_MS - 1, false), audit.look(AUDIT_WAIT_MS, true)]).toEqual([[], []]);
  expect(audit.look(AUDIT_WAIT_MS, false)).toHaveLength(2);
});

// Bars come over a connection of their own, and go on while the one of the trades stands still.
test('a bar that differs waits for a trade of a later minute, a minute at most; one alike does not', () => {
  const audit = heard();
  audit.bar({ openTimeUs: M0, volume: 0.6, trades: 4 }, 0);
  expect(audit.look(AUDIT_MAX_MS - 1, false)).toEqual([]);
  audit.trades(rows([M0 + 3 * US_PER_SECOND, 0.3, 1]), false);
  expect([audit.look(AUDIT_MAX_MS - 1, false), audit.counters.barsCompared]).toEqual([[], 1]);
  const quiet = heard();
  quiet.bar({ openTimeUs: M0, volume: 0.6, trades: 4 }, 0);
  expect([quiet.look(AUDIT_MAX_MS - 1, false), quiet.counters.barsCompared]).toEqual([[], 0]);
  expect(quiet.look(AUDIT_MAX_MS, false)).toHaveLength(2);
});

test('time in which this process stood still is none that a bar waited for its trades', () => {
  const audit = new BarAudit(LTC, 0);
  audit.trades(rows([M0 - US_PER_SECOND, 5, 1], [M0 + US_PER_SECOND, 0.1, 1]), false);
  audit.bar({ openTimeUs: M0, volume: 0.3, trades: 3 }, 0);
  expect([audit.look(20, false), audit.look(AUDIT_MAX_MS + 20, false)]).toEqual([[], []]);
  audit.trades(rows([M0 + 2 * US_PER_SECOND, 0.2, 2], [M0 + US_PER_MINUTE, 1, 1]), false);
  const said: FeedEvent[] = [];
  for (let ms = 0; ms <= AUDIT_WAIT_MS; ms += 20) said.push(...audit.look(AUDIT_MAX_MS + ms, false));
  expect([said, audit.counters]).toEqual([[], { barsCompared: 1, barsDiffer: 0 }]);
});

test('a bar that comes when its minute is forgotten says nothing', () => {
  const audit = heard();
  for (let minute = 1; minute <= 20; minute++) audit.trades(rows([M0 + minute * US_PER_MINUTE, 1, 1]), false);
  expect(compared(audit, M0, 0.3, 3)).toEqual([]);
  expect(compared(audit, M0 + 18 * US_PER_MINUTE, 2, 1)).toHaveLength(2);
});

test('a minute with trades of which none was heard differs, an empty one does not', () => {
  expect(compared(heard(), M0 + US_PER_MINUTE, 1, 1)).toHaveLength(2);
  expect(compared(heard(), M0 + US_PER_MINUTE, 0, 0)).toEqual([]);
});

test('a minute that is known to be incomplete is not told again', () => {
  expect(compared(heard(true), M0, 9, 9)).toEqual([]);
  expect(compared(heard(), M0 - US_PER_MINUTE, 9, 9)).toEqual([]);
  const holed = heard();
  holed.lost(M0 + US_PER_SECOND, M0 + US_PER_MINUTE);
  expect([compared(holed, M0, 9, 9), compared(holed, M0 + US_PER_MINUTE, 9, 9)]).toEqual([[], []]);
});

/** A merged row of five trades 50 ms before the end of M0. */
function atEdge(): BarAudit {
  const audit = new BarAudit(LTC, MERGED_US);
  audit.trades(rows([M0 - US_PER_MINUTE, 1, 1], [M0 + US_PER_MINUTE - 50_000, 5, 5]), false);
  audit.trades(rows([M0 + 2 * US_PER_MINUTE - 1, 1, 1]), false);
  return audit;
}

test('trades of a merged row may belong to the next minute: one has too much, the other too little', () => {
  const audit = atEdge();
  expect(compared(audit, M0, 3, 3)).toEqual([]);
  expect(compared(audit, M0 + US_PER_MINUTE, 3, 3)).toEqual([]);
});

test.each([
  ['more than such rows have', 0.5, 0, 3, 3],
  ['what the next minute has not', 3, 3, 1, 1],
  ['another count next to it', 3, 3, 3, 4],
])('%s is missing all the same', (_, volume, trades, next, nextTrades) => {
  const audit = atEdge();
  const told = [
    ...compared(audit, M0, volume, trades),
    ...compared(audit, M0 + US_PER_MINUTE, next, nextTrades),
  ];
  expect(told).toHaveLength(2);
});

test('a venue that merges and loses nothing is never told to differ', () => {
  const trade = fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.array(trade, { minLength: 1, maxLength: 60 }), fc.boolean(), (told, isLast) => {
      let atUs = M0 - 1;
      const singles = told.map(([gap, quantity]) => {
        atUs += (gap % 3 === 0 ? gap : gap % 40) * 1_000;
        return { timeUs: atUs, quantity };
      });
      const merged: [number, number, number, number][] = [];
      for (const { timeUs, quantity } of singles) {
        const row = merged.at(-1);
        if (row !== undefined && timeUs - row[3] <= MERGED_US)
          merged[merged.length - 1] = [isLast ? timeUs : row[0], row[1] + quantity, row[2] + 1, row[3]];
        else merged.push([timeUs, quantity, 1, timeUs]);
      }
      const audit = new BarAudit(LTC, MERGED_US);
      audit.trades(rows([M0 - US_PER_MINUTE, 1, 1]), false);
      const endUs = singles.at(-1)!.timeUs + US_PER_MINUTE;
      let row = 0;
      for (let openUs = M0; openUs < endUs; openUs += US_PER_MINUTE) {
        const fromRow = row;
        while (row < merged.length && merged[row]![0] < openUs + US_PER_MINUTE + MERGED_US) row++;
        const heardNow = merged
          .slice(fromRow, row)
          .map(([timeUs, quantity, count]) => [timeUs, quantity, count] as const);
        if (heardNow.length > 0) audit.trades(rows(...heardNow), false);
        const inside = singles.filter(({ timeUs }) => timeUs >= openUs && timeUs < openUs + US_PER_MINUTE);
        const volume = inside.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(compared(audit, openUs, volume, inside.length)).toEqual([]);
      }
    }),
  );
});
