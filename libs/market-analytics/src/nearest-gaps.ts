import type { GapKind } from '@algo/model';

/** *Units*: those of the price that it is compared with. */
interface Band {
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
}

/** Returns the nearest bullish gap that lies wholly above a price, and the nearest bearish one below it. */
export function nearestGaps<Gap extends Band>(gaps: Iterable<Gap>, price: number): Gap[] {
  let above: Gap | null = null;
  let below: Gap | null = null;
  for (const gap of gaps) {
    if (gap.kind === 'bullish') {
      if (gap.low > price && (above === null || gap.low < above.low)) above = gap;
    } else if (gap.high < price && (below === null || gap.high > below.high)) below = gap;
  }
  return [above, below].filter((gap) => gap !== null);
}
