import type { GapKind } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BandList, KeptNearest, type OnBandChange } from './kept-nearest.ts';
import { NearestGaps } from './nearest-gaps.ts';
import { TapeTip } from './tape-tip.ts';

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
  readonly gaps: Gap[] = [];
  readonly onChange: OnBandChange;

  constructor(onChange: OnBandChange) {
    this.onChange = onChange;
  }

  letGo(): number {
    return Number.POSITIVE_INFINITY;
  }

  choose(to: string[], from: number, price: number): number {
    const nearest = new NearestGaps<Gap>(price);
    for (const gap of this.gaps) nearest.weigh(gap);
    const chosen = nearest.chosen();
    for (const [i, { look }] of chosen.entries()) to[from + i] = look;
    return from + chosen.length;
  }
}

test('whatever comes, changes and leaves, it says at any price what a search of all bands says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 200, maxLength: 500 }), (steps) => {
      const kept = new KeptNearest<string>();
      const tip = new TapeTip();
      const lists = [0, 1].map(() => kept.add((onChange) => new Listed(onChange)));
      for (const [i, { what, list, which, height, ...band }] of steps.entries()) {
        const { gaps, onChange } = lists[list]!;
        const gap = gaps[which % Math.max(1, gaps.length)];
        if (what === 'ask') {
          tip.price = band.low;
          const plainly: string[] = [];
          for (const each of lists) each.choose(plainly, plainly.length, band.low);
          expect(kept.at(tip)).toEqual(plainly);
          expect(kept.at(tip)).toBe(kept.at(tip));
          continue;
        }
        const fresh = { kind: band.kind, low: band.low, high: band.low + height, look: `gap ${i}` };
        if (what === 'come') gaps.push(fresh);
        else if (what === 'change' && gap) gap.look += '+';
        else if (gap) gaps.splice(gaps.indexOf(gap), 1);
        const changed = what === 'come' ? fresh : gap;
        if (changed?.kind === 'bullish') onChange(Number.NEGATIVE_INFINITY, changed.low);
        else if (changed) onChange(changed.high, Number.POSITIVE_INFINITY);
      }
    }),
    { numRuns: 100 },
  );
});
