import type { GapKind } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BandList, KeptNearest } from './kept-nearest.ts';
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

/** Gaps that come, change and leave; how they look now is what they are shown as. */
class Listed implements BandList<string> {
  version = 0;
  readonly gaps: Gap[] = [];

  letGo(): void {}

  chosenAt(price: number): readonly string[] {
    const nearest = new NearestGaps<Gap>(price);
    for (const gap of this.gaps) nearest.weigh(gap);
    return nearest.chosen().map(({ look }) => look);
  }
}

test('whatever comes, changes and leaves, it says at any price what a search of all bands says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 200, maxLength: 500 }), (steps) => {
      const kept = new KeptNearest<string>();
      const lists = [new Listed(), new Listed()] as const;
      for (const list of lists) kept.add(list);
      for (const [i, { what, list, which, height, ...band }] of steps.entries()) {
        const { gaps } = lists[list]!;
        const gap = gaps[which % Math.max(1, gaps.length)];
        if (what === 'ask') {
          const plainly = lists.flatMap((each) => each.chosenAt(band.low));
          expect(kept.at(band.low, 0)).toEqual(plainly);
          expect(kept.at(band.low, 0)).toBe(kept.at(band.low, 0));
          continue;
        }
        if (what === 'come')
          gaps.push({ kind: band.kind, low: band.low, high: band.low + height, look: `gap ${i}` });
        else if (what === 'change' && gap) gap.look += '+';
        else if (gap) gaps.splice(gaps.indexOf(gap), 1);
        lists[list]!.version++;
      }
    }),
    { numRuns: 100 },
  );
});
