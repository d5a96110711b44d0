import type { GapKind } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptNearest } from './kept-nearest.ts';
import { NearestGaps } from './nearest-gaps.ts';

interface Gap {
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
  /** How it is shown now. */
  look: string;
}

const kind = fc.constantFrom<GapKind>('bullish', 'bearish');
const step = fc.record({
  what: fc.constantFrom('come', 'change', 'leave', 'ask', 'ask', 'ask'),
  list: fc.nat({ max: 1 }),
  which: fc.nat({ max: 20 }),
  ...{ kind, low: fc.nat({ max: 120 }), height: fc.integer({ min: 1, max: 12 }) },
});

test('whatever comes, changes and leaves, it says at any price what a search of all bands says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 200, maxLength: 500 }), (steps) => {
      const kept = new KeptNearest<Gap, NearestGaps<Gap>, string>();
      const lists: [Gap[], Gap[]] = [[], []];
      const chosenOf = (gaps: readonly Gap[], price: number) => {
        const nearest = new NearestGaps<Gap>(price);
        for (const gap of gaps) nearest.weigh(gap);
        return nearest;
      };
      for (const gaps of lists)
        kept.add({
          letGo() {},
          chosenAt: (price) => chosenOf(gaps, price),
          shown: ({ look }) => look,
        });
      for (const [i, { what, list, which, height, ...band }] of steps.entries()) {
        const gaps = lists[list]!;
        const gap = gaps[which % Math.max(1, gaps.length)];
        if (what === 'come') {
          const fresh = { kind: band.kind, low: band.low, high: band.low + height, look: `gap ${i}` };
          gaps.push(fresh);
          kept.come(list, (choice) => choice.weigh(fresh));
        } else if (what === 'change' && gap) {
          gap.look += '+';
          kept.change(list, gap);
        } else if (what === 'leave' && gap) {
          gaps.splice(gaps.indexOf(gap), 1);
          kept.leave(list, gap);
        } else {
          const plainly = lists.flatMap((each) =>
            chosenOf(each, band.low)
              .chosen()
              .map(({ look }) => look),
          );
          expect(kept.at(band.low, 0)).toEqual(plainly);
          expect(kept.at(band.low, 0)).toBe(kept.at(band.low, 0));
        }
      }
    }),
    { numRuns: 100 },
  );
});
