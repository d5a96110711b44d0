import { InputError } from './input-error.ts';

/** Decimal places beyond which a number is taken for a result of arithmetic, not for data. */
const PLACES_MAX = 12;
/** Steps in a price or quantity up to which sums of many stay exact. */
const STEPS_MAX = 2 ** 46;

/**
 * A grid of equal steps. Whole numbers of steps are exact in sums, and `toValue` gives the double nearest to
 * the decimal (78.6, not 78.60000000000001) where the step divides one, as venue ticks do.
 */
export class Grid {
  readonly step: number;
  private readonly field: string;
  /** Steps in one unit when that is a whole number, else 0. */
  private readonly perUnit: number;

  constructor(step: number, field: string) {
    if (!(step > 0) || !Number.isFinite(step))
      throw new InputError({
        field,
        value: step,
        because: 'not a positive number',
        remedy: "Take it from the venue's instrument rules, such as 0.01.",
      });
    this.step = step;
    this.field = field;
    const perUnit = Math.round(1 / step);
    this.perUnit = perUnit >= 1 && Math.abs(perUnit * step - 1) < 1e-9 ? perUnit : 0;
  }

  /** Returns the nearest whole number of steps. */
  toSteps(value: number): number {
    return this.perUnit > 0 ? Math.floor(value * this.perUnit + 0.5) : Math.floor(value / this.step + 0.5);
  }

  toValue(steps: number): number {
    return this.perUnit > 0 ? steps / this.perUnit : steps * this.step;
  }

  /** Returns the number of the grid that is nearest. */
  nearest(value: number): number {
    return this.toValue(this.toSteps(value));
  }

  /** Returns whether a number is a whole number of steps. */
  holds(value: number): boolean {
    return this.nearest(value) === value;
  }

  /**
   * Returns a grid that holds a number which this one doesn't, and whose steps divide this one's; null where
   * the number is no decimal of 12 places, or of too many steps to be added up: it is rounded then.
   */
  finerFor(value: number): Grid | null {
    const plain = Number(value.toPrecision(15));
    if (this.holds(plain)) return null;
    const places = Math.max(decimalPlaces(plain), decimalPlaces(this.step));
    const finer = new Grid(Number(`1e-${places}`), this.field);
    return places <= PLACES_MAX && finer.holds(plain) && finer.toSteps(plain) <= STEPS_MAX ? finer : null;
  }
}

/** Returns how many decimal places the shortest text of a number has. */
function decimalPlaces(value: number): number {
  const [digits, exponent] = String(value).split('e');
  const written = digits!.split('.')[1]?.length ?? 0;
  return Math.max(0, written - Number(exponent ?? 0));
}

/** Returns a − b as decimals are subtracted: 82.83 − 82.39 is 0.44, not 0.4399999999999977. */
export function decimalDifference(a: number, b: number): number {
  return Number((a - b).toFixed(Math.min(100, Math.max(decimalPlaces(a), decimalPlaces(b)))));
}

/**
 * Returns how many whole steps a value is, for a comparison that doubles would misjudge at its edge.
 * *Units*: `step` as `value`.
 */
export function wholeSteps(value: number, step: number): number {
  const perUnit = Math.round(1 / step);
  return Math.round(perUnit >= 1 && Math.abs(perUnit * step - 1) < 1e-9 ? value * perUnit : value / step);
}

/**
 * Returns the sign of a ÷ b − c ÷ d for whole numbers that are not negative: x ÷ 0 is infinite, 0 ÷ 0 is 1.
 * Exact where doubles would not tell the two apart.
 */
export function compareRatios(a: number, b: number, c: number, d: number): -1 | 0 | 1 {
  const left = a === 0 && b === 0 ? 1 : a / b;
  const right = c === 0 && d === 0 ? 1 : c / d;
  if (left !== right) return left < right ? -1 : 1;
  if (b === 0 || d === 0) return 0;
  const difference = BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
