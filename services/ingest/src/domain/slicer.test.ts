import { BUY, InputError, instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RawTrades, sliceRaw } from './raw-trades.ts';
import { SLICE_ROWS_MAX, type Slice, Slicer, stepAt } from './slicer.ts';

const NAMES = [instrumentId('binance.spot.LTCUSDT'), instrumentId('binance.spot.BTCUSDT')] as const;
const STEP_US = 100_000;
const T0 = 1_750_507_467_000_000;

function raw(lane: number, times: readonly number[]): RawTrades {
  const count = times.length;
  return {
    instrument: NAMES[lane]!,
    count,
    timeUs: Float64Array.from(times),
    price: new Float64Array(count).fill(1),
    quantity: new Float64Array(count).fill(1),
    side: new Uint8Array(count).fill(BUY),
    ids: Float64Array.from(times, (_, i) => i + 1),
  };
}

/** Slices everything; each lane gets its rows in pieces as long as `pieces` says, in turn. */
function slices(lanes: readonly RawTrades[], pieces: readonly number[], stepUs = STEP_US): Slice[] {
  const slicer = new Slicer(stepUs, NAMES.slice(0, lanes.length), 0);
  const given = lanes.map(() => 0);
  const out: Slice[] = [];
  for (let turn = 0; ; turn++) {
    const cut = slicer.next();
    if (cut.kind === 'ended') return out;
    if (cut.kind === 'slice') {
      out.push(cut.slice);
      continue;
    }
    const rows = lanes[cut.lane]!;
    const from = given[cut.lane]!;
    const to = Math.min(rows.count, from + pieces[turn % pieces.length]!);
    given[cut.lane] = to;
    if (from === to) slicer.end(cut.lane);
    else slicer.push(cut.lane, sliceRaw(rows, from, to));
  }
}

const idsOf = (all: readonly Slice[], lane: number) =>
  all.flatMap(({ parts }) =>
    parts.filter(({ instrument }) => instrument === NAMES[lane]).flatMap(({ ids }) => [...ids!]),
  );

test('trades of a tenth of a second travel together, and the number of their step is their time', () => {
  const all = slices([raw(0, [T0 + 1, T0 + 99_999, T0 + 100_000, T0 + 5_000_000])], [10]);
  expect(all.map(({ step, timeUs, parts }) => [step, timeUs, parts[0]!.count])).toEqual([
    [T0 / STEP_US, T0 + 100_000, 2],
    [T0 / STEP_US + 1, T0 + 200_000, 1],
    [T0 / STEP_US + 50, T0 + 5_100_000, 1],
  ]);
});

test('instruments advance together', () => {
  const all = slices([raw(0, [T0, T0 + 300_000]), raw(1, [T0 + 50_000, T0 + 200_000])], [10]);
  expect(all.map(({ parts }) => parts.map(({ instrument, count }) => [instrument, count]))).toEqual([
    [
      [NAMES[0], 1],
      [NAMES[1], 1],
    ],
    [[NAMES[1], 1]],
    [[NAMES[0], 1]],
  ]);
});

test.each([
  ['has no time', Number.NaN],
  ['is older than the last', T0 - 1e9],
  ['is of a year to come', 1e19],
])('a row that %s goes with the rows around it', (_what, timeUs) => {
  const all = slices([raw(0, [T0, timeUs, T0 + 10, T0 + 100_000])], [10]);
  expect(all.map(({ parts }) => parts[0]!.count)).toEqual([3, 1]);
});

test('more trades at one time than a slice holds go into the next ones', () => {
  const all = slices([raw(0, new Array<number>(2 * SLICE_ROWS_MAX + 5).fill(T0))], [50_000]);
  expect(all.map(({ parts }) => parts[0]!.count)).toEqual([SLICE_ROWS_MAX, SLICE_ROWS_MAX, 5]);
  expect(all.map(({ step }) => step - all[0]!.step)).toEqual([0, 1, 2]);
});

const time = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: T0, max: T0 + 3_000_000 }) },
  fc.constant(Number.NaN),
);
const lane = fc.array(time, { maxLength: 50 }).map((times) => times.sort((a, b) => a - b));

test('slices are the same however the rows arrive, lose none, and their steps rise', () => {
  fc.assert(
    fc.property(lane, lane, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (a, b, pieces) => {
      fc.pre([...a, ...b].every((t) => t > 0) || (a.some((t) => t > 0) && b.some((t) => t > 0)));
      const lanes = [raw(0, a), raw(1, b)];
      const all = slices(lanes, pieces);
      expect(all).toEqual(slices(lanes, [1_000]));
      for (const i of [0, 1]) expect(idsOf(all, i)).toEqual([...lanes[i]!.ids!]);
      for (const [i, slice] of all.entries()) {
        expect(slice.step).toBe(stepAt(slice.timeUs - STEP_US));
        if (i > 0) expect(slice.step).toBeGreaterThan(all[i - 1]!.step);
        for (const part of slice.parts)
          for (const t of part.timeUs) if (t > 0) expect(t).toBeLessThan(slice.timeUs);
      }
    }),
  );
});

test.each([0, -100_000, 50_000, 150_000, Number.NaN])('slices of %d µs are refused', (stepUs) => {
  expect(() => new Slicer(stepUs, [], 0)).toThrow(InputError);
});
