/** What an order or a taker does. */
export type Side = 'buy' | 'sell';
/** Which way a position leans. */
export type Direction = 'long' | 'short';

/** Returns the side that opens a position in this direction. */
export function entrySide(direction: Direction): Side {
  return direction === 'long' ? 'buy' : 'sell';
}

/** Returns the side that closes a position in this direction. */
export function exitSide(direction: Direction): Side {
  return direction === 'long' ? 'sell' : 'buy';
}

/** Returns +1 for long, -1 for short: what a price move is multiplied with to become a gain. */
export function signOf(direction: Direction): 1 | -1 {
  return direction === 'long' ? 1 : -1;
}
