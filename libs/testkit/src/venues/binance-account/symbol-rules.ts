import { Decimal } from '@algo/model';

/** Bounds and grid of a number; zero stands for no rule. *Shape*: decimals as text. */
export interface Grid {
  readonly min: string;
  readonly max: string;
  readonly step: string;
}

/** Returns whether a number keeps the rules of a grid that are in force. */
export function isOnGrid(value: Decimal, grid: Grid): boolean {
  const [min, max, step] = [grid.min, grid.max, grid.step].map((text) => Decimal.of(text)) as [
    Decimal,
    Decimal,
    Decimal,
  ];
  if (value.lessThan(min) || (max.isPositive() && value.greaterThan(max))) return false;
  return step.isZero() || value.toStep(step, 'down').equals(value);
}
