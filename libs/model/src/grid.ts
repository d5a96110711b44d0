import { InputError } from './input-error.ts';

/**
 * A grid of equal steps. Whole numbers of steps are exact in sums, and `toValue` gives the double nearest to
 * the decimal (78.6, not 78.60000000000001) where the step divides one, as venue ticks do.
 */
export class Grid {
  readonly step: number;
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
