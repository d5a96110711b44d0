import { type Decimal, InputError } from '@algo/model';

/** Whole multiples of a tick or a step, as doubles and as decimals. */
export interface Grid {
  readonly size: Decimal;
  /** The size as a double. */
  readonly sizeNumber: number;
  /** `size` = units ÷ divisor, both exact in a double. */
  readonly units: number;
  readonly divisor: number;
}

/**
 * Returns the grid of a tick or step. *Errors*: InputError when it is finer than 10^-22 or not above 0.
 */
export function gridOf(size: Decimal): Grid {
  const units = Number(size.units);
  if (!size.isPositive() || size.scale > 22 || !Number.isSafeInteger(units))
    throw new InputError({
      field: 'tick or step',
      value: size.toString(),
      because: 'not above 0 with at most 22 places',
      remedy: 'Give the instrument the size its venue states.',
    });
  return { size, sizeNumber: size.toNumber(), units, divisor: 10 ** size.scale };
}

/** Returns the double nearest to `count` × size, the same one that parsing its decimal text gives. */
export function gridNumber(grid: Grid, count: number): number {
  return (count * grid.units) / grid.divisor;
}
