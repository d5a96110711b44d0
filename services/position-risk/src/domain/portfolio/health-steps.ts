import type { Decimal, HealthStep } from '@algo/model';

/** From the best to the worst. */
export const HEALTH_STEPS = [
  'good',
  'caution',
  'warning',
  'critical',
] as const satisfies readonly HealthStep[];

/**
 * Scores below which a step is reached, and how far above one it must be to be left again. *Units*: points
 * of the score. *Shape*: falling.
 */
export interface HealthLevels {
  readonly noEntriesBelow: number;
  readonly tightenBelow: number;
  readonly closeBelow: number;
  readonly hysteresis: number;
}

/** Returns the step that a score is at, coming from `from`. */
export function nextHealthStep(from: HealthStep, score: number, levels: HealthLevels): HealthStep {
  const { noEntriesBelow, tightenBelow, closeBelow, hysteresis } = levels;
  const bounds = [noEntriesBelow, tightenBelow, closeBelow];
  const rankAt = (above: number) => bounds.filter((bound) => score < bound + above).length;
  // Worse at once; better only when it is clearly so, or each swing would act anew.
  const rank = Math.max(rankAt(0), Math.min(HEALTH_STEPS.indexOf(from), rankAt(hysteresis)));
  return HEALTH_STEPS[rank]!;
}

/** Returns true when a step is worse than another. */
export function isWorse(step: HealthStep, than: HealthStep): boolean {
  return HEALTH_STEPS.indexOf(step) > HEALTH_STEPS.indexOf(than);
}

/** Returns the items that gain least, worst first; of equals those that stand first. */
export function worstOf<Item>(items: readonly Item[], count: number, gain: (item: Item) => Decimal): Item[] {
  return items.toSorted((a, b) => gain(a).compare(gain(b))).slice(0, count);
}
