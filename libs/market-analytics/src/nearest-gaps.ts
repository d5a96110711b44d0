import type { GapKind } from '@algo/model';

/** *Units*: those of the price that it is compared with. */
interface Band {
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
}

/** Returns of those from one on the nearest bullish one wholly above a price, the bearish one below it. */
export function nearestGaps<Gap extends Band>(gaps: readonly Gap[], price: number, from = 0): Gap[] {
  let above: Gap | null = null;
  let below: Gap | null = null;
  for (let i = from; i < gaps.length; i++) {
    const gap = gaps[i]!;
    if (gap.kind === 'bullish') {
      if (gap.low > price && (above === null || gap.low < above.low)) above = gap;
    } else if (gap.high < price && (below === null || gap.high > below.high)) below = gap;
  }
  return [above, below].filter((gap) => gap !== null);
}
