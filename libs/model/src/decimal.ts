import { InputError } from './input-error.ts';

/** How to lose digits. Always said by the caller, because for money the direction matters. */
export type Rounding = 'down' | 'up' | 'half-even';

/** Wide enough that the product of two numbers of 40 digits with 30 places each can be read again. */
const PATTERN = /^(-?)(\d{1,80})(?:\.(\d{1,60}))?$/;
/** A text of so many characters spells digits that a double holds exactly. */
const SHORT = 15;
const [ZERO, MINUS, POINT] = ['0', '-', '.'].map((letter) => letter.charCodeAt(0)) as [
  number,
  number,
  number,
];
const POWERS: bigint[] = [1n];
for (let i = 1; i <= 80; i++) POWERS.push(POWERS[i - 1]! * 10n);

/**
 * An exact decimal number: orders, fills, fees, money. Immutable.
 * *Units*: whatever the field that holds it says. *Shape*: `units × 10^-scale`, canonical (no trailing
 * zeros), so equal numbers are equal in both fields. *Errors*: InputError from `Decimal.of` on anything that
 * isn't a plain decimal.
 */
export class Decimal {
  readonly units: bigint;
  readonly scale: number;

  static readonly zero: Decimal = new Decimal(0n, 0);
  static readonly one: Decimal = new Decimal(1n, 0);

  private constructor(units: bigint, scale: number) {
    this.units = units;
    this.scale = scale;
  }

  /**
   * Returns the decimal that a plain text such as `-12.340`
   * spells; exponents, signs `+` and blanks are refused.
   */
  static of(text: string, field = 'decimal'): Decimal {
    return text.length <= SHORT ? (shortOne(text) ?? Decimal.spelt(text, field)) : Decimal.spelt(text, field);
  }

  private static spelt(text: string, field: string): Decimal {
    const match = PATTERN.exec(text);
    if (match === null)
      throw new InputError({
        field,
        value: text,
        because: 'not a plain decimal number',
        remedy: 'Write digits with at most one point, such as 12.5.',
      });
    const fraction = match[3] ?? '';
    const units = BigInt(match[2]! + fraction);
    return Decimal.scaled(match[1] === '-' ? -units : units, fraction.length);
  }

  /** Returns `units × 10^-scale` in canonical form. */
  static scaled(units: bigint, scale: number): Decimal {
    let s = scale;
    let small = Number(units);
    if (Number.isSafeInteger(small)) {
      // A double holds it exactly, and is divided far faster.
      for (; s > 0 && small % 10 === 0; s--) small /= 10;
      return new Decimal(s === scale ? units : BigInt(small), s);
    }
    let u = units;
    while (s > 0 && u % 10n === 0n) {
      u /= 10n;
      s--;
    }
    return new Decimal(u, s);
  }

  /** Returns the decimal nearest to a double at `places` digits; the one door from market data into money. */
  static fromNumber(value: number, places: number): Decimal {
    if (!Number.isFinite(value))
      throw new InputError({
        field: 'decimal',
        value,
        because: 'not a finite number',
        remedy: 'Check where the number comes from.',
      });
    // A number on its grid, as prices are, needs no spelling: division rounds to the nearest double.
    const units = Math.round(value * 10 ** places);
    if (!Number.isSafeInteger(units) || units / 10 ** places !== value)
      return Decimal.of(value.toFixed(places));
    return Decimal.small(units, places);
  }

  /** Returns `units × 10^-scale` of units that a double holds exactly. */
  static small(units: number, scale: number): Decimal {
    let s = scale;
    let small = units;
    for (; s > 0 && small % 10 === 0; s--) small /= 10;
    return new Decimal(BigInt(small), s);
  }

  plus(other: Decimal): Decimal {
    if (other.units === 0n) return this;
    const scale = Math.max(this.scale, other.scale);
    return Decimal.scaled(this.at(scale) + other.at(scale), scale);
  }

  minus(other: Decimal): Decimal {
    if (other.units === 0n) return this;
    const scale = Math.max(this.scale, other.scale);
    return Decimal.scaled(this.at(scale) - other.at(scale), scale);
  }

  times(other: Decimal): Decimal {
    return Decimal.scaled(this.units * other.units, this.scale + other.scale);
  }

  /** Returns the quotient at `places` digits. *Errors*: RangeError on division by zero. */
  dividedBy(other: Decimal, places: number, rounding: Rounding): Decimal {
    if (other.units === 0n) throw new RangeError('division by zero');
    const shift = places + other.scale - this.scale;
    const numerator = shift >= 0 ? this.units * pow10(shift) : this.units;
    const denominator = shift >= 0 ? other.units : other.units * pow10(-shift);
    return Decimal.scaled(divide(numerator, denominator, rounding), places);
  }

  /** Returns the multiple of `step` beside this number; `down` is toward zero. */
  toStep(step: Decimal, rounding: Rounding): Decimal {
    const scale = Math.max(this.scale, step.scale);
    const size = step.at(scale);
    return Decimal.scaled(divide(this.at(scale), size, rounding) * size, scale);
  }

  rounded(places: number, rounding: Rounding): Decimal {
    if (this.scale <= places) return this;
    return Decimal.scaled(divide(this.units, pow10(this.scale - places), rounding), places);
  }

  negated(): Decimal {
    return new Decimal(-this.units, this.scale);
  }

  abs(): Decimal {
    return this.units < 0n ? this.negated() : this;
  }

  /** Returns -1, 0 or 1 as this number is below, equal to or above the other. */
  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const a = this.at(scale);
    const b = other.at(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.units === other.units && this.scale === other.scale;
  }

  lessThan(other: Decimal): boolean {
    return this.compare(other) < 0;
  }

  greaterThan(other: Decimal): boolean {
    return this.compare(other) > 0;
  }

  isZero(): boolean {
    return this.units === 0n;
  }

  isPositive(): boolean {
    return this.units > 0n;
  }

  isNegative(): boolean {
    return this.units < 0n;
  }

  /** Returns the nearest double: for charts, indicators and logs, never on the way to an order. */
  toNumber(): number {
    const small = Number(this.units);
    // Both are exact then, and division rounds to the nearest double.
    if (Number.isSafeInteger(small) && this.scale <= 22) return small / 10 ** this.scale;
    return Number(this.toString());
  }

  toString(): string {
    const digits = (this.units < 0n ? -this.units : this.units).toString().padStart(this.scale + 1, '0');
    const sign = this.units < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    const cut = digits.length - this.scale;
    return `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  private at(scale: number): bigint {
    return scale === this.scale ? this.units : this.units * pow10(scale - this.scale);
  }
}

/**
 * Returns a plain number of few digits, read digit by digit; undefined for what must be looked at closer.
 */
function shortOne(text: string): Decimal | undefined {
  const isNegative = text.charCodeAt(0) === MINUS;
  let units = 0;
  let point = -1;
  const from = isNegative ? 1 : 0;
  for (let i = from; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9) units = units * 10 + digit;
    else if (digit === POINT - ZERO && point < 0 && i > from) point = i;
    else return undefined;
  }
  if (text.length === from || point === text.length - 1) return undefined;
  return Decimal.small(isNegative ? -units : units, point < 0 ? 0 : text.length - 1 - point);
}

function pow10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
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
