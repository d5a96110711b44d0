// Pages of a venue that merges what one taker traded at one price into a row for several ids.
import { BUY, instrumentId } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOLE_WAIT_MAX_MS, LOOK_PAUSE_MAX_MS, REORDER_WAIT_MS } from './bounds.ts';
import type { RawTrades } from './raw-trades.ts';
import { Sequencer } from './sequencer.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;

/** Rows of so many trades of 0.1 each; an id is that of the last trade of its row. */
function rows(parts: readonly (readonly [id: number, trades: number])[]): RawTrades {
  const column = (of: (part: readonly [number, number]) => number) => Float64Array.from(parts, of);
  const merged = Uint32Array.from(parts, ([, trades]) => trades);
  return {
    ...{ instrument: LTC, count: parts.length, timeUs: column(() => T0), price: column(() => 83.5) },
    ...{ quantity: column(([, trades]) => trades / 10), ids: column(([id]) => id), merged },
    side: new Uint8Array(parts.length).fill(BUY),
  };
}

/** A sequencer behind trade 10 that has heard some of what followed, and asks for the rest. */
function behind10(heard: readonly number[]): Sequencer {
  const settings = { last: { id: 10, timeUs: T0 }, noRest: undefined, rowsSpanIds: true };
  const sequencer = new Sequencer({ instrument: LTC, ...settings });
  for (const id of heard) sequencer.hear(rows([[id, 1]]), { receivedUs: 1, heardMs: 0 });
  sequencer.goOn(REORDER_WAIT_MS);
  return sequencer;
}

function told(sequencer: Sequencer) {
  const words = sequencer.take();
  const released = words.flatMap((word) => (word.type === 'released' ? [word.raw] : []));
  const parts = released.flatMap((raw) =>
    [...raw.ids!].map((id, i) => [id, raw.merged?.[i] ?? 1, raw.quantity[i]]),
  );
  return { parts, events: words.flatMap((word) => (word.type === 'gap' ? [word.event] : [])) };
}

test('a merged row that overlaps what is known gives only the difference', () => {
  const sequencer = behind10([11, 12, 15, 18]);
  sequencer.page(
    13,
    rows([
      [16, 6],
      [18, 2],
    ]),
    REORDER_WAIT_MS,
  );
  const { parts, events } = told(sequencer);
  expect(parts).toEqual([
    ...[
      [11, 1, 0.1],
      [12, 1, 0.1],
      [15, 1, 0.1],
    ],
    ...[
      [16, 3, 0.3],
      [17, 1, 0.1],
      [18, 1, 0.1],
    ],
  ]);
  expect(events.filter(({ type }) => type === 'GapFilled')).toMatchObject([
    { recovered: 2, absent: 0 },
    { recovered: 2, absent: 0 },
  ]);
});

test('a row of which nobody knows what was told already fills nothing', () => {
  const sequencer = behind10([13]);
  // Trade 10 was told by an earlier life: how much of the row was its, is not known.
  sequencer.page(11, rows([[12, 3]]), REORDER_WAIT_MS);
  for (let nowMs = REORDER_WAIT_MS; nowMs <= HOLE_WAIT_MAX_MS + 500; nowMs += LOOK_PAUSE_MAX_MS)
    sequencer.goOn(nowMs);
  const { parts, events } = told(sequencer);
  expect(parts).toEqual([[13, 1, 0.1]]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'GapUnfillable', missing: 2 }));
});

test('however rows are merged and whatever was heard, each trade counts once', () => {
  const heard = fc.uniqueArray(fc.integer({ min: 12, max: 40 }), { maxLength: 29 });
  fc.assert(
    fc.property(heard, fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 }), (ids, sizes) => {
      const sequencer = behind10([11, ...[...ids].sort((a, b) => a - b), 41]);
      let id = 11;
      const page = [...sizes, 41].map((size) => {
        const trades = Math.min(size, 41 - id);
        id += trades;
        return [id - 1, trades] as const;
      });
      sequencer.page(12, rows(page.filter(([, trades]) => trades > 0)), REORDER_WAIT_MS);
      const { parts } = told(sequencer);
      const sum = (column: 1 | 2) => parts.reduce((all, part) => all + part[column]!, 0);
      expect(sum(1)).toBe(31);
      expect(sum(2)).toBeCloseTo(3.1, 9);
      expect(sequencer.hasHole).toBe(false);
    }),
  );
});
