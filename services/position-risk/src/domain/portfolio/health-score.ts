/**
 * What an account's health is made of. *Units*: `dailyLoss` and `peakLoss` shares of the losses at which the
 * breaker trips; `openRisk` what all stops would lose, as a share of what a day may lose; `concentration` 1
 * when all equity is in one position; `feeds` the share of what is held whose feed is heard. *Shape*: each
 * may lie beyond 0 to 1, and is cut.
 */
export interface HealthInputs {
  readonly dailyLoss: number;
  readonly peakLoss: number;
  readonly openRisk: number;
  readonly concentration: number;
  readonly feeds: number;
}

/** A score is at most this much above what the worse of the two losses leaves. */
const ABOVE_LOSS = 20;

/**
 * Returns a score from 0 to 100; no input that gets worse raises it. *Source*: NOTES of the owner's oracle,
 * table health_score; spec 6 gives the steps and no formula.
 */
export function healthScore(of: HealthInputs): number {
  const [day, height] = [cut(1 - of.dailyLoss), cut(1 - of.peakLoss)];
  const open = cut(1 - of.openRisk);
  const spread = cut(1 - of.concentration);
  const blend = 0.35 * day + 0.25 * open + 0.2 * height + 0.1 * spread + 0.1 * cut(of.feeds);
  return Math.min(100 * blend, 100 * Math.min(day, height) + ABOVE_LOSS);
}

function cut(share: number): number {
  return Math.min(1, Math.max(0, share));
}
