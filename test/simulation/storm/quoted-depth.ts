import type { Scenario } from './scenario.ts';

/** What the symbols of a storm over Binance cost at first. */
export const START_PRICES: readonly number[] = [100, 40, 8];
/** What a level of the public's quotes is worth where nobody says. *Units*: quote. */
const DEPTH_WORTH = 100_000;

/** Returns how the public quotes a symbol, by what a level is worth in a scenario. */
export function depthOf({ vices }: Scenario, n: number) {
  const [, worth = `${DEPTH_WORTH}`] = /depth=(\d+)/.exec(vices) ?? [];
  const quantity = `${Math.ceil(Number(worth) / START_PRICES[n]!)}`;
  return { levels: 5, ticksApart: 1, quantity };
}
