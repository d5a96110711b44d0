import type { SeededRandom } from './seeded-random.ts';

/** Share of orders that are pieces of the large order being worked; the others come on their own. */
const PIECE_SHARE = 0.7;
const PIECES_MAX = 200;
const PIECES_TAIL = 1.5;

/** The large order being worked off in pieces. */
export interface SignState {
  buying: boolean;
  pieces: number;
}

/**
 * Returns true when the next taker buys. Signs are autocorrelated because large orders are split into Pareto
 * many pieces.
 * *Source*: Lillo, Mike, Farmer 2005.
 */
export function nextIsBuy(random: SeededRandom, state: SignState, buyShare: number): boolean {
  if (!random.chance(PIECE_SHARE)) return random.chance(buyShare);
  if (state.pieces === 0) {
    state.buying = random.chance(buyShare);
    state.pieces = Math.min(PIECES_MAX, Math.floor(random.pareto(1, PIECES_TAIL)));
  }
  state.pieces--;
  return state.buying;
}
