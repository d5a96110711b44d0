import { divide, divideCounts, type Rounding } from './divide.ts';
import { InputError } from './input-error.ts';

/** Wide enough that the product of two numbers of 40 digits with 30 places each can be read again. */
const PATTERN = /^(-?)(\d{1,80})(?:\.(\d{1,60}))?$/;
/** A text of so many characters spells digits that a double holds exactly. */
const SHORT = 15;
const [ZERO, MINUS, POINT] = [0x30, 0x2d, 0x2e];
const POWERS: bigint[] = [1n];
for (let i = 1; i <= 80; i++) POWERS.push(POWERS[i - 1]! * 10n);
/** Those that a double holds exactly. */
const SMALL_POWERS: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/**
 * An exact decimal number: orders, fills, fees, money. Immutable.
 * *Units*: whatever the field that holds it says. *Shape*: `units × 10^-scale`, canonical (no trailing
 * zeros), so equal numbers are equal in all fields. *Errors*: InputError from `Decimal.of` on anything that
 * isn't a plain decimal.
 */
export class Decimal {
  readonly scale: number;
  /**
   * The units where a double holds them exactly, as nearly all are: counting with it costs a tenth. NaN where
   * it doesn't; then, and only then, `large` has them.
   */
  private readonly count: number;
  private readonly large: bigint | null;

  static readonly zero: Decimal = new Decimal(0, null, 0);
  static readonly one: Decimal = new Decimal(1, null, 0);

  private constructor(count: number, large: bigint | null, scale: number) {
    this.count = count;
    this.large = large;
    this.scale = scale;
  }

  get units(): bigint {
    return this.large ?? BigInt(this.count);
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
    let u = units;
    for (;;) {
      const count = Number(u);
      if (Number.isSafeInteger(count)) return Decimal.small(count, s);
      if (s === 0 || u % 10n !== 0n) return new Decimal(Number.NaN, u, s);
      u /= 10n;
      s--;
    }
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
    let count = units;
    while (s > 0) {
      // A tenth of what has another last digit lies too far from a whole number to be rounded to one.
      const tenth = count / 10;
      if (tenth !== Math.floor(tenth)) break;
      count = tenth;
      s--;
    }
    return new Decimal(count + 0, null, s); // never -0, which is another number to some
  }

  plus(other: Decimal): Decimal {
    if (other.count === 0) return this;
    const scale = Math.max(this.scale, other.scale);
    const sum = exactSum(this.countAt(scale), other.countAt(scale));
    if (isExact(sum)) return Decimal.small(sum, scale);
    return Decimal.scaled(this.at(scale) + other.at(scale), scale);
  }

  minus(other: Decimal): Decimal {
    if (other.count === 0) return this;
    const scale = Math.max(this.scale, other.scale);
    const sum = exactSum(this.countAt(scale), -other.countAt(scale));
    if (isExact(sum)) return Decimal.small(sum, scale);
    return Decimal.scaled(this.at(scale) - other.at(scale), scale);
  }

  times(other: Decimal): Decimal {
    const scale = this.scale + other.scale;
    const product = this.count * other.count;
    if (isExact(product)) return Decimal.small(product, scale);
    return Decimal.scaled(this.units * other.units, scale);
  }

  /** Returns the quotient at `places` digits. *Errors*: RangeError on division by zero. */
  dividedBy(other: Decimal, places: number, rounding: Rounding): Decimal {
    if (other.count === 0) throw new RangeError('division by zero');
    const shift = places + other.scale - this.scale;
    const numerator = times10(this.count, Math.max(0, shift));
    const denominator = times10(other.count, Math.max(0, -shift));
    if (isExact(numerator) && isExact(denominator))
      return Decimal.small(divideCounts(numerator, denominator, rounding), places);
    const [up, down] = [pow10(Math.max(0, shift)), pow10(Math.max(0, -shift))];
    return Decimal.scaled(divide(this.units * up, other.units * down, rounding), places);
  }

  /** Returns the multiple of `step` beside this number; `down` is toward zero. */
  toStep(step: Decimal, rounding: Rounding): Decimal {
    const scale = Math.max(this.scale, step.scale);
    const count = this.countAt(scale);
    const stepCount = step.countAt(scale);
    if (isExact(count) && isExact(stepCount) && stepCount !== 0) {
      const steps = divideCounts(count, stepCount, rounding) * stepCount;
      if (isExact(steps)) return Decimal.small(steps, scale);
    }
    const size = step.at(scale);
    return Decimal.scaled(divide(this.at(scale), size, rounding) * size, scale);
  }

  rounded(places: number, rounding: Rounding): Decimal {
    if (this.scale <= places) return this;
    const divisor = times10(1, this.scale - places);
    if (isExact(this.count) && isExact(divisor))
      return Decimal.small(divideCounts(this.count, divisor, rounding), places);
    return Decimal.scaled(divide(this.units, pow10(this.scale - places), rounding), places);
  }

  negated(): Decimal {
    return new Decimal(0 - this.count, this.large === null ? null : -this.large, this.scale);
  }

  abs(): Decimal {
    return this.isNegative() ? this.negated() : this;
  }

  /** Returns -1, 0 or 1 as this number is below, equal to or above the other. */
  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const count = this.countAt(scale);
    const otherCount = other.countAt(scale);
    if (isExact(count) && isExact(otherCount)) return count < otherCount ? -1 : count > otherCount ? 1 : 0;
    const [a, b] = [this.at(scale), other.at(scale)];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    if (this.scale !== other.scale) return false;
    return this.large === null ? this.count === other.count : this.large === other.large;
  }

  lessThan(other: Decimal): boolean {
    return this.compare(other) < 0;
  }

  greaterThan(other: Decimal): boolean {
    return this.compare(other) > 0;
  }

  isZero(): boolean {
    return this.count === 0;
  }

  isPositive(): boolean {
    return this.large === null ? this.count > 0 : this.large > 0n;
  }

  isNegative(): boolean {
    return this.large === null ? this.count < 0 : this.large < 0n;
  }

  /** Returns the nearest double: for charts, indicators and logs, never on the way to an order. */
  toNumber(): number {
    // Both are exact then, and division rounds to the nearest double.
    if (this.large === null && this.scale <= 22) return this.count / SMALL_POWERS[this.scale]!;
    return Number(this.toString());
  }

  toString(): string {
    if (this.scale === 0) return String(this.large ?? this.count);
    const isNegative = this.isNegative();
    const digits = String(this.large ?? this.count)
      .slice(isNegative ? 1 : 0)
      .padStart(this.scale + 1, '0');
    const cut = digits.length - this.scale;
    return `${isNegative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  private at(scale: number): bigint {
    return scale === this.scale ? this.units : this.units * pow10(scale - this.scale);
  }

  /** The units at a finer scale, where a double holds them; else a number that is not exact. */
  private countAt(scale: number): number {
    return scale === this.scale ? this.count : times10(this.count, scale - this.scale);
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

/** Whether a result of whole numbers is exact: one that isn't is rounded to 2^53 or more, or is NaN. */
function isExact(result: number): boolean {
  return result <= Number.MAX_SAFE_INTEGER && result >= Number.MIN_SAFE_INTEGER;
}

/** Returns a sum that is exact where both numbers are and it is. */
function exactSum(a: number, b: number): number {
  return isExact(a) && isExact(b) ? a + b : Number.NaN;
}

/** Returns `count × 10^exponent`, as exact as a double can be; NaN where nobody would ask. */
function times10(count: number, exponent: number): number {
  return count * (SMALL_POWERS[exponent] ?? Number.NaN);
}

function pow10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}
