/** How to lose digits. Always said by the caller, because for money the direction matters. */
export type Rounding = 'down' | 'up' | 'half-even';

/** Returns the whole quotient; `down` is toward zero. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  let quotient = n / d;
  const rest = n % d;
  if (rest !== 0n) {
    const twice = rest * 2n;
    if (
      rounding === 'up' ||
      (rounding === 'half-even' && (twice > d || (twice === d && quotient % 2n === 1n)))
    )
      quotient += 1n;
  }
  return negative ? -quotient : quotient;
}

/** As `divide`, of whole numbers that doubles hold, as they do what is left and the quotient. */
export function divideCounts(numerator: number, denominator: number, rounding: Rounding): number {
  const n = Math.abs(numerator);
  const d = Math.abs(denominator);
  const rest = n % d;
  let quotient = (n - rest) / d;
  if (rounding === 'up' && rest !== 0) quotient += 1;
  if (rounding === 'half-even' && (rest * 2 > d || (rest * 2 === d && quotient % 2 === 1))) quotient += 1;
  return numerator < 0 !== denominator < 0 ? -quotient : quotient;
}
