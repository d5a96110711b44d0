import { deviationOfLast } from './deviation.ts';

/** Closes that are looked at, and the fewest that say anything. */
export const REVERSION_CLOSES = 50;
const REVERSION_CLOSES_MIN = 20;
const FAR_SIGMAS = 2;
const BACK_SIGMAS = 1;
/** How many closes ahead a return is looked for. */
const REACH = 19;
/** Mean time back and the strength that it means, the quickest first; slower ones mean SLOW. */
const STRENGTHS = [
  [3, 0.9],
  [7, 0.7],
  [12, 0.5],
] as const;
const SLOW = 0.3;
const UNKNOWN = 0.5;

/**
 * Returns how strongly price comes back to its average, 0.3–0.9: of the last 50 closes each one that is
 * farther than 2 σ from the average of now is followed until one of the next 19 is within 1 σ; the mean of
 * those times says how strongly. 0.5 under 20 closes and where none came back. *Shape*: closes oldest first,
 * `average` in their units. *Source*: rule set `classic`.
 */
export function meanReversionStrength(closes: ArrayLike<number>, average: number): number {
  if (closes.length < REVERSION_CLOSES_MIN) return UNKNOWN;
  const from = Math.max(0, closes.length - REVERSION_CLOSES);
  const sigma = deviationOfLast(closes, REVERSION_CLOSES);
  let times = 0;
  let total = 0;
  for (let i = from; i < closes.length; i++) {
    if (!(Math.abs(closes[i]! - average) > FAR_SIGMAS * sigma)) continue;
    const until = Math.min(closes.length - 1, i + REACH);
    for (let j = i + 1; j <= until; j++) {
      if (!(Math.abs(closes[j]! - average) < BACK_SIGMAS * sigma)) continue;
      times++;
      total += j - i;
      break;
    }
  }
  if (times === 0) return UNKNOWN;
  for (const [slowest, strength] of STRENGTHS) if (total <= slowest * times) return strength;
  return SLOW;
}
