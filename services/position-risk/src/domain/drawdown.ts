import { Decimal, type DrawdownLevel, type DrawdownMeasure, InputError } from '@algo/model';

/** Losses, as shares of the equity they are measured from, at which the alarm rises. */
export type DrawdownLevels = readonly [alert: Decimal, warning: Decimal, critical: Decimal, breaker: Decimal];

/** How an account's losses are judged. *Units*: µs that its day is ahead of UTC. */
export interface DrawdownLimits {
  readonly levels: Readonly<Record<DrawdownMeasure, DrawdownLevels>>;
  readonly utcOffsetUs: number;
}

const ORDER = ['none', 'alert', 'warning', 'critical', 'breaker'] as const satisfies readonly DrawdownLevel[];

/**
 * A level is left only below nine tenths of it, so that equity
 * hovering at a level raises one alarm, not one each mark.
 */
const RELEASE = Decimal.of('0.9');

/** Refuses levels that aren't rising shares. *Errors*: InputError. */
export function checkDrawdownLevels(measure: DrawdownMeasure, levels: DrawdownLevels): void {
  let below = Decimal.zero;
  for (const level of levels) {
    if (!level.greaterThan(below) || level.greaterThan(Decimal.one))
      throw new InputError({
        field: `drawdown_levels.${measure}`,
        value: levels.join(', '),
        because: 'not four rising shares between 0 and 1',
        remedy: 'Write them as shares, such as 0.02, 0.03, 0.04, 0.05.',
      });
    below = level;
  }
}

/** Returns the loss since `start` as a share of it, 0 when there is none. *Units*: share, 8 digits. */
export function drawdownShare(start: Decimal, equity: Decimal): Decimal {
  const loss = start.minus(equity);
  return loss.isPositive() ? loss.dividedBy(start, 8, 'half-even') : Decimal.zero;
}

/**
 * Returns the level that equity is at, coming from `from`.
 * Compared exactly; the breaker is never left by recovery.
 */
export function nextDrawdownLevel(
  from: DrawdownLevel,
  start: Decimal,
  equity: Decimal,
  levels: DrawdownLevels,
): DrawdownLevel {
  const loss = start.minus(equity);
  const reached = (rank: number, share: Decimal) =>
    !loss.lessThan(levels[rank - 1]!.times(share).times(start));
  if (from === 'breaker') return from;
  let rank = 0;
  while (rank < levels.length && reached(rank + 1, Decimal.one)) rank++;
  const held = ORDER.indexOf(from);
  for (let kept = held; kept > rank; kept--) if (reached(kept, RELEASE)) return ORDER[kept]!;
  return ORDER[rank]!;
}
