import { US_PER_SECOND } from '@algo/model';
import type { SeededRandom } from './seeded-random.ts';

/** Share of orders that were set off by earlier orders. */
const BRANCHING = 0.6;
/** How fast an order's echo dies away. *Units*: per second. */
const DECAY = 1.5;

/**
 * Returns the wait until the next order and the excitation just after it: a Hawkes process with exponential
 * memory, so that orders come in clusters. Exact, without a rejection loop.
 * *Units*: wait µs, at least 1; `ordersPerSecond` the long-run rate. *Source*: Dassios, Zhao 2013, algorithm
 * 3.1.
 */
export function nextArrival(
  random: SeededRandom,
  excitation: number,
  ordersPerSecond: number,
): { readonly waitUs: number; readonly excitation: number } {
  const ground = random.exponential(1 / (ordersPerSecond * (1 - BRANCHING)));
  const survival = 1 + (DECAY * Math.log(1 - random.uniform())) / excitation;
  const echoed = survival > 0 ? -Math.log(survival) / DECAY : Number.POSITIVE_INFINITY;
  const waitSeconds = Math.min(ground, echoed);
  return {
    waitUs: Math.max(1, Math.round(waitSeconds * US_PER_SECOND)),
    excitation: excitation * Math.exp(-DECAY * waitSeconds) + BRANCHING * DECAY,
  };
}
