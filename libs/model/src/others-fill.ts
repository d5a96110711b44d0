import { Decimal } from './decimal.ts';

/** What a venue holds of an instrument, by whose it is. *Units*: base, signed. */
export interface Share {
  readonly own: Decimal;
  readonly beside: Decimal;
}

/**
 * Returns what is ours and what lies beside once an order that is none of ours has changed what is held. One
 * that closes no more than is ours has closed ours: a person who closes means the position that is seen. One
 * that closes more has taken what lies beside first. What it opens lies beside. *Units*: base, signed.
 */
export function afterOthersFill({ own, beside }: Share, change: Decimal): Share {
  const closes = !own.isZero() && change.isPositive() !== own.isPositive();
  if (!closes) return { own, beside: beside.plus(change) };
  const isOver = change.abs().greaterThan(own.abs());
  const isAlike = beside.isPositive() === own.isPositive();
  const first = isOver && isAlike ? beside.abs() : Decimal.zero;
  const asked = change.abs().minus(first);
  const lost = asked.greaterThan(own.abs()) ? own.abs() : asked.isPositive() ? asked : Decimal.zero;
  const left = own.isPositive() ? own.minus(lost) : own.plus(lost);
  return { own: left, beside: beside.plus(change).plus(own.minus(left)) };
}

/**
 * Returns what may be laid beside ours without a question: all but what turned the position over, which is
 * nobody's yet. The next comparison tells a person of that, however it was first heard of. *Units*: base,
 * signed.
 */
export function laidBeside(after: Decimal, before: Share): Decimal {
  if (before.own.isZero() || after.isZero() || after.isPositive() === before.own.isPositive()) return after;
  return before.beside.isPositive() === before.own.isPositive() ? Decimal.zero : before.beside;
}
