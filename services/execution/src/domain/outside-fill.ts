import {
  type Decimal,
  type Fill,
  type Instrument,
  isDust,
  isOwnClientOrderId,
  type OrderIntent,
} from '@algo/model';

/** Whether a fill can only have taken of what was held; `held` is null where nobody can say. */
export function takesOf(held: Decimal | null, { side, quantity }: Fill): boolean {
  if (held === null) return false;
  const reduces = side === 'sell' ? held.isPositive() : held.isNegative();
  return reduces && !quantity.greaterThan(held.abs());
}

/**
 * Whether a fill that was meant to close has left the other side: somebody else closed the same. *Units*:
 * `after` base, signed, what is held behind it; `mark` quote.
 */
export function isOvershot(
  { side, clientOrderId }: Fill,
  intent: OrderIntent,
  after: Decimal,
  rules: Instrument | undefined,
  mark: Decimal | null,
): boolean {
  if (intent === 'entry' && isOwnClientOrderId(clientOrderId)) return false;
  const isOver = side === 'sell' ? after.isNegative() : after.isPositive();
  return isOver && rules !== undefined && !isDust(after, mark, rules);
}
