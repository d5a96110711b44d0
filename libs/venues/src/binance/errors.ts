import { ReadFailure } from '../port.ts';

/**
 * Why Binance gave no answer. `unreachable`: nothing came back in time; `busy`: we asked too much, or it is
 * overloaded; `budget`: we did not ask, nothing is left of our share; `refused`: it doesn't like the
 * question, asking again won't help; `unreadable`: its answer is none.
 */
export type BinanceFailure = 'unreachable' | 'busy' | 'budget' | 'refused' | 'unreadable';

/** A read of Binance that failed. */
export class BinanceError extends ReadFailure {
  override readonly name = 'BinanceError';
  readonly failure: BinanceFailure;

  constructor(failure: BinanceFailure, what: string, retryAfterMs?: number) {
    super(`binance ${failure}: ${what}`, retryAfterMs);
    this.failure = failure;
  }
}

/** Returns what an HTTP status of Binance that isn't 2xx means. */
export function failureOfStatus(status: number): BinanceFailure {
  return isTurnedAway(status) || status >= 500 ? 'busy' : 'refused';
}

/** 429: too many requests; 418: banned for a while after those; 403: its firewall shuts this address out. */
export function isTurnedAway(status: number): boolean {
  return status === 429 || status === 418 || status === 403;
}
