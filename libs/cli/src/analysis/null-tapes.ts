import { BUY, SELL, type TradeColumns } from '@algo/model';
import type { SeededRandom } from '@algo/simulation';

const SECOND_US = 1_000_000;

/** Returns the same trades with their sides shuffled: flow that tells nothing of price. */
export function shuffledSides(tape: TradeColumns, random: SeededRandom): TradeColumns {
  const side = tape.side.slice();
  for (let i = side.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [side[i], side[j]] = [side[j]!, side[i]!];
  }
  return { ...tape, side };
}

/**
 * Returns trades at the same times and of the same sizes, with sides by the toss of a coin and prices that
 * walk at random, as much a second as the real ones do. *Units*: `step` quote, of the grid of prices.
 */
export function randomWalk(tape: TradeColumns, step: number, random: SeededRandom): TradeColumns {
  const { count, timeUs } = tape;
  const moments = timeUs.reduce((sum, each, i) => sum + (i > 0 && each !== timeUs[i - 1] ? 1 : 0), 0);
  const perMoment = Math.sqrt(squaredReturns(tape) / Math.max(1, moments));
  const price = new Float64Array(count);
  const side = new Uint8Array(count);
  let logPrice = Math.log(tape.price[0] ?? 1);
  for (let i = 0; i < count; i++) {
    // Prints of one moment are one order: they stand at one price.
    if (i > 0 && timeUs[i] !== timeUs[i - 1]) logPrice += perMoment * random.normal();
    price[i] = Math.max(step, Math.round(Math.exp(logPrice) / step) * step);
    side[i] = random.uniform() < 0.5 ? BUY : SELL;
  }
  return { ...tape, price, side };
}

/** Returns the sum of squared log returns from second to second: of trade to trade it is mostly bounce. */
function squaredReturns({ count, price, timeUs }: TradeColumns): number {
  let sum = 0;
  let [lastUs, last] = [timeUs[0] ?? 0, price[0] ?? 1];
  for (let i = 1; i < count; i++) {
    if (timeUs[i]! - lastUs < SECOND_US) continue;
    sum += Math.log(price[i]! / last) ** 2;
    [lastUs, last] = [timeUs[i]!, price[i]!];
  }
  return sum;
}
