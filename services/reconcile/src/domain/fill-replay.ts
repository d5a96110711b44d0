import {
  afterOthersFill,
  compareText,
  type Decimal,
  type Fill,
  fillKey,
  isOwnClientOrderId,
  type Share,
} from '@algo/model';

/**
 * Fills of one instrument since its book was settled. *Shape*: `ours` booked, also of others' orders, or
 * missed; `others` not booked.
 */
export interface FillsSince {
  readonly ours: readonly Fill[];
  readonly others: readonly Fill[];
}

/**
 * Returns what is ours and what lies beside by all fills since the book was settled, in the order in which
 * they happened; null where our own order has turned the position, so that nobody can say whose the rest is.
 * *Units*: base, signed: `expected` is ours by our own fills alone, `beside` as it was settled.
 */
export function replayFills(
  { ours, others }: FillsSince,
  { expected, beside }: { readonly expected: Decimal; readonly beside: Decimal },
  changeOf: (fill: Fill) => Decimal,
): Share | null {
  let share: Share = { own: ours.reduce((own, fill) => own.minus(changeOf(fill)), expected), beside };
  for (const fill of [...ours, ...others].toSorted(byTime)) {
    const change = changeOf(fill);
    // Also one that is booked: what others did before it, and nobody had told, may have taken all of ours.
    if (!isOwnClientOrderId(fill.clientOrderId)) share = afterOthersFill(share, change);
    else {
      const own = share.own.plus(change);
      if (isTurned(share.own, own)) return null;
      share = { ...share, own };
    }
  }
  return isTurned(expected, share.own) ? null : share;
}

function isTurned(before: Decimal, after: Decimal): boolean {
  return !before.isZero() && !after.isZero() && before.isPositive() !== after.isPositive();
}

function byTime(a: Fill, b: Fill): number {
  return a.timeUs - b.timeUs || compareText(fillKey(a), fillKey(b));
}
