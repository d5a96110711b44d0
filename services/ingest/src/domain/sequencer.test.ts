// Trades of one instrument by id: what is released, what is asked for, and what is said of the rest.
import { BUY, instrumentId } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  HOLE_TRADES_MAX,
  HOLE_WAIT_MAX_MS,
  LOOK_PAUSE_MAX_MS,
  REORDER_WAIT_MS,
  WAITING_ROWS_MAX,
} from './bounds.ts';
import type { RawTrades } from './raw-trades.ts';
import { Sequencer } from './sequencer.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;

/** Trade `id` happens `id` ms after T0, unless it is told otherwise. */
function rows(ids: readonly number[], more: { readonly timeUs?: number; readonly price?: number } = {}) {
  const raw: RawTrades = {
    instrument: LTC,
    count: ids.length,
    timeUs: Float64Array.from(ids, (id) => more.timeUs ?? T0 + id * 1_000),
    price: new Float64Array(ids.length).fill(more.price ?? 83.5),
    quantity: new Float64Array(ids.length).fill(1),
    side: new Uint8Array(ids.length).fill(BUY),
    ids: Float64Array.from(ids),
  };
  return raw;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A sequencer and all that it has said. */
class Told {
  readonly sequencer: Sequencer;
  readonly ids: number[] = [];
  /** The first ids behind holes that stay. */
  readonly behind: number[] = [];
  readonly words: string[] = [];
  readonly unfillable: number[] = [];
  #nowMs = 0;

  constructor(lastId: number | 'none' = 10, noRest?: string) {
    const last = lastId === 'none' ? undefined : { id: lastId, timeUs: T0 + lastId * 1_000 };
    this.sequencer = new Sequencer({ instrument: LTC, last, noRest, rowsSpanIds: true });
  }

  hear(ids: readonly number[], heardMs = 0, more = {}): this {
    this.sequencer.hear(rows(ids, more), { receivedUs: 1, heardMs });
    return this.take();
  }

  page(fromId: number, ids: readonly number[], nowMs = REORDER_WAIT_MS): this {
    this.sequencer.asked();
    this.sequencer.page(fromId, rows(ids), nowMs);
    return this.take();
  }

  goOn(nowMs: number): this {
    for (; this.#nowMs < nowMs; this.#nowMs = Math.min(nowMs, this.#nowMs + LOOK_PAUSE_MAX_MS))
      this.sequencer.goOn(this.#nowMs);
    this.sequencer.goOn(nowMs);
    return this.take();
  }

  take(): this {
    for (const word of this.sequencer.take())
      if (word.type === 'released') {
        this.ids.push(...word.raw.ids!);
        if (word.isBehindHole) this.behind.push(word.raw.ids![0]!);
      } else if (word.type === 'refused') this.words.push(`${word.code} ${word.raw.ids![word.row]}`);
      else if (word.type === 'warm') this.words.push(`warm from ${word.fromId} on: ${word.code}`);
      else if (word.event.type === 'GapOpened')
        this.words.push(`opened ${word.event.ids!.fromTradeId}-${word.event.ids!.toTradeId}`);
      else if (word.event.type === 'GapFilled')
        this.words.push(`filled ${word.event.recovered}, absent ${word.event.absent}`);
      else if (word.event.type === 'GapUnfillable') {
        const { code, missing } = word.event;
        const { fromTradeId, toTradeId } = word.event.ids!;
        this.words.push(`${code} ${fromTradeId}-${toTradeId}`);
        this.unfillable.push(...numbers(fromTradeId, fromTradeId + missing - 1));
      }
    return this;
  }
}

test('the next id is released, one that was released is a repeat', () => {
  const told = new Told().hear([11, 12]).hear([12, 13, 11]);
  expect([told.ids, told.words]).toEqual([
    [11, 12, 13],
    ['DUPLICATE_ID 12', 'DUPLICATE_ID 11'],
  ]);
});

test('an instrument without history begins with the first trade that is heard', () => {
  const told = new Told('none').hear([500, 501]).hear([499]);
  expect([told.ids, told.words, told.sequencer.hasHole]).toEqual([[500, 501], ['DUPLICATE_ID 499'], false]);
});

test('frames that overtook each other are put in order without a word', () => {
  const told = new Told().hear([11, 14], 0).hear([13], 100).goOn(200).hear([12, 15], 240).goOn(1_000);
  expect([told.ids, told.words]).toEqual([numbers(11, 15), []]);
  expect(told.sequencer.counters).toMatchObject({ reordered: 1, gaps: 0, missing: 0 });
});

test('a jump is asked for after a quarter of a second, from the first id that is missing', () => {
  const told = new Told().hear([11, 15], 0).goOn(249);
  expect([told.sequencer.question(249), told.words]).toEqual([undefined, []]);
  told.goOn(250);
  expect(told.sequencer.question(250)).toEqual({ kind: 'page', fromId: 12, missing: 3 });
  told.page(12, [12, 13, 14, 15, 16]);
  expect([told.ids, told.words]).toEqual([numbers(11, 15), ['opened 12-14', 'filled 3, absent 0']]);
  expect(told.sequencer.hasHole).toBe(false);
});

test('what a page skips the venue does not have, which is no loss', () => {
  const told = new Told().hear([11, 20]).goOn(250).page(12, [14, 15, 17, 18, 19, 20]);
  expect(told.ids).toEqual([11, 14, 15, 17, 18, 19, 20]);
  expect([told.words, told.behind]).toEqual([['opened 12-19', 'filled 5, absent 3'], []]);
});

test('a page that ends below the end of the hole is old: it is asked again, until time is up', () => {
  const told = new Told().hear([11, 20]).goOn(250).page(12, [12, 13]);
  expect(told.sequencer.question(250)).toEqual({ kind: 'page', fromId: 14, missing: 6 });
  told.page(14, [], 300);
  expect(told.sequencer.question(540)).toBeUndefined();
  expect(told.sequencer.question(550)).toEqual({ kind: 'page', fromId: 14, missing: 6 });
  told.goOn(HOLE_WAIT_MAX_MS);
  expect(told.words).toEqual(['opened 12-19', 'filled 2, absent 0', 'VENUE_LACKS 14-19']);
  expect([told.ids, told.behind]).toEqual([[11, 12, 13, 20], [20]]);
  expect(told.hear([15], 0).words.at(-1)).toBe('LATE 15');
  expect(told.ids.at(-1)).toBe(20);
});

test('a hole that is too long ends all that waits where bars can be had instead, told once', () => {
  const told = new Told().hear([11, 13], 0).hear([20 + HOLE_TRADES_MAX], 10);
  told.sequencer.goOn(260, true);
  told.take();
  const opened = `opened 14-${19 + HOLE_TRADES_MAX}`;
  expect(told.words).toEqual(['opened 12-12', opened, 'warm from 12 on: TOO_OLD']);
  expect([told.ids, told.sequencer.hasHole, told.sequencer.waitingRows]).toEqual([[11], false, 0]);
  expect(told.sequencer.question(10_000)).toBeUndefined();
});

test('a hole that the budget has no time for does so too, one that the venue lacks does not', () => {
  const told = new Told().hear([11, 13], 0);
  told.sequencer.goOn(250, true);
  told.sequencer.postponed('asked too much');
  for (let nowMs = 250; nowMs < HOLE_WAIT_MAX_MS; nowMs += LOOK_PAUSE_MAX_MS)
    told.sequencer.goOn(nowMs, true);
  expect(told.take().words).toEqual(['opened 12-12']);
  told.sequencer.goOn(HOLE_WAIT_MAX_MS, true);
  expect(told.take().words).toEqual(['opened 12-12', 'warm from 12 on: BUDGET']);
  const lacking = new Told().hear([11, 13], 0);
  lacking.sequencer.goOn(250, true);
  lacking.page(12, [], 260);
  for (let nowMs = 300; nowMs <= HOLE_WAIT_MAX_MS; nowMs += LOOK_PAUSE_MAX_MS)
    lacking.sequencer.goOn(nowMs, true);
  expect(lacking.take().words).toEqual(['opened 12-12', 'VENUE_LACKS 12-12']);
});

test('of one id and two trades the first stands, whether it waits, was released, or is fetched', () => {
  const told = new Told().hear([11, 13]).hear([11], 0, { price: 84 }).hear([13], 0, { price: 84 });
  told.goOn(250).page(12, [12, 13]);
  expect(told.words).toEqual(['CONFLICT 11', 'CONFLICT 13', 'opened 12-12', 'filled 1, absent 0']);
  told.hear([15], 300, { price: 84 }).goOn(550).page(14, [14, 15]);
  expect(told.words.slice(4)).toEqual(['opened 14-14', 'filled 1, absent 0', 'CONFLICT 15']);
});

test('holes inside what waits are asked for oldest first, and the next one while the first pauses', () => {
  const told = new Told().hear([11, 15, 16], 0).hear([20], 10).goOn(300);
  expect(told.sequencer.question(300)).toMatchObject({ fromId: 12 });
  told.sequencer.failed(12, 300, 'TIMEOUT', 'HTTP 503');
  expect(told.sequencer.question(300)).toMatchObject({ fromId: 17 });
  told.page(17, [17, 18, 19, 20], 310);
  expect(told.ids).toEqual([11]);
  told.page(12, [12, 13, 14], 700);
  expect(told.ids).toEqual(numbers(11, 20));
  expect(told.unfillable).toEqual([]);
});

test('the oldest hole is given up when too much waits, and release goes on to the next', () => {
  const told = new Told().hear([13], 0).hear([15], 1);
  told.hear(numbers(16, 14 + WAITING_ROWS_MAX), 2);
  expect(told.words).toEqual(['opened 11-12', 'BOUND 11-12']);
  expect([told.ids, told.sequencer.waitingRows]).toEqual([[13], WAITING_ROWS_MAX]);
});

test('a hole that is too long, or that nobody can be asked for, is given up after the reordering', () => {
  const long = new Told().hear([12 + HOLE_TRADES_MAX]).goOn(250);
  expect([long.words.at(-1), long.behind]).toEqual([
    `TOO_OLD 11-${11 + HOLE_TRADES_MAX}`,
    [12 + HOLE_TRADES_MAX],
  ]);
  expect(new Told(10, 'no such read').hear([12]).goOn(250).words.at(-1)).toBe('NO_REST 11-11');
});

test('where the venue may not be asked any more the reason is the budget', () => {
  const told = new Told().hear([12]).goOn(250);
  told.sequencer.postponed('asked enough');
  expect(told.goOn(HOLE_WAIT_MAX_MS).words.at(-1)).toBe('BUDGET 11-11');
});

test('what a page has brought ends the reason that was there before it', () => {
  const told = new Told().hear([20]).goOn(250);
  told.sequencer.postponed('asked enough');
  told.page(11, [11, 12], 300);
  for (let nowMs = 300; nowMs <= HOLE_WAIT_MAX_MS; nowMs += LOOK_PAUSE_MAX_MS)
    told.sequencer.goOn(nowMs, true);
  // Bars are not warmed up anew for want of a budget that there was.
  expect(told.take().words).toEqual(['opened 11-19', 'filled 2, absent 0', 'TIMEOUT 13-19']);
});

test('ids that begin anew are believed when the venue says so, and only then', () => {
  const later = { timeUs: T0 + 3_600_000_000 };
  const told = new Told(1_000_000).hear([1_000_001]).hear([7, 8], 0, later);
  expect([told.ids, told.sequencer.question(0)]).toEqual([[1_000_001], { kind: 'newest' }]);
  told.sequencer.newest(999_990, 0); // its history lags
  expect(told.take().words).toEqual(['DUPLICATE_ID 7', 'DUPLICATE_ID 8']);
  told.hear([9], 500, later);
  expect(told.sequencer.question(999)).toBeUndefined();
  told.sequencer.newest(9, 1_000);
  told.take().hear([10], 1_001, later);
  expect([told.ids, told.behind]).toEqual([[1_000_001, 9, 10], [9]]);
  expect(told.words.at(-1)).toBe('RESTARTED 9-9');
});

test('what cannot be a trade does not make a jump; the very next one is left to the screen', () => {
  const told = new Told().hear([11]).hear([900], 0, { price: -1 }).hear([Number.NaN]);
  told.hear([12], 0, { price: -1 }).hear([13]);
  expect([told.ids, told.words]).toEqual([
    [11, 12, 13],
    ['PRICE_NOT_POSITIVE 900', 'UNREADABLE_ROW NaN'],
  ]);
});

test('in any order of frames, losses and pages released ids rise, and nothing is lost without a word', () => {
  const kind = fc.constantFrom('heard', 'heard', 'heard', 'lost', 'late', 'twice', 'absent');
  const step = fc.record({
    waitMs: fc.nat(400),
    lag: fc.nat(12),
    fails: fc.boolean(),
    size: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 80 }), fc.array(step, { maxLength: 60 }), (kinds, steps) => {
      const told = new Told();
      const frames = kinds.flatMap((what, i) => {
        const id = 11 + i;
        if (what === 'lost' || what === 'absent') return [];
        return what === 'twice'
          ? [
              [i, id],
              [i + 3, id],
            ]
          : [[what === 'late' ? i + 4 : i, id]];
      });
      const order = frames.toSorted(([a], [b]) => a! - b!).map(([, id]) => id!);
      const lastId = 11 + kinds.length;
      order.push(lastId);
      const absent = new Set(kinds.flatMap((what, i) => (what === 'absent' ? [11 + i] : [])));
      const history = (from: number, lag: number) =>
        numbers(from, lastId - lag).filter((id) => !absent.has(id));
      let nowMs = 0;
      const answer = ({ lag, fails, size }: { lag: number; fails: boolean; size: number }) => {
        const question = told.goOn(nowMs).sequencer.question(nowMs);
        if (question?.kind !== 'page') return;
        if (fails) told.sequencer.failed(question.fromId, nowMs, 'TIMEOUT', 'HTTP 503');
        else told.page(question.fromId, history(question.fromId, lag).slice(0, size), nowMs);
      };
      for (const { waitMs, ...answered } of steps) {
        told.hear(order.splice(0, answered.size), nowMs);
        nowMs += waitMs;
        answer(answered);
      }
      told.hear(order, nowMs).goOn(nowMs + HOLE_WAIT_MAX_MS);
      const { ids, sequencer, unfillable } = told;
      for (let i = 1; i < ids.length; i++) expect(ids[i]).toBeGreaterThan(ids[i - 1]!);
      const { absent: absentCount, missing, waiting } = sequencer.counters;
      expect([waiting, missing, sequencer.hasHole]).toEqual([0, unfillable.length, false]);
      const known = new Set([...ids, ...unfillable]);
      expect(known.size).toBe(ids.length + unfillable.length);
      expect(numbers(ids[0] ?? 11, lastId).filter((id) => !known.has(id) && !absent.has(id))).toEqual([]);
      expect(absentCount).toBeLessThanOrEqual(absent.size);
      expect(ids.at(-1)).toBe(lastId);
    }),
    { numRuns: 500 },
  );
});
