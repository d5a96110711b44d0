import type { TimeUs } from '@algo/model';
import { PRICE_EVERY_MS } from './bounds.ts';

/** The newest price among trades that wait. */
export interface NewestPrice {
  readonly price: number;
  readonly timeUs: TimeUs;
}

/** When the newest price of waiting trades is said: stops must not go blind by a hole. */
export class WaitingPrice {
  #saidMs = Number.NEGATIVE_INFINITY;
  #saidUs: TimeUs = 0;

  /**
   * Returns the price to be said now, if any. *Units*: `sinceMs` since when trades wait and `nowMs`,
   * monotonic; `latestUs` the time that no trade can have: one ahead of the feed's would carry the time of
   * whoever reads it along.
   */
  take(
    newest: NewestPrice | undefined,
    sinceMs: number,
    nowMs: number,
    latestUs: TimeUs,
  ): NewestPrice | undefined {
    const isEarly = nowMs - Math.max(sinceMs, this.#saidMs) < PRICE_EVERY_MS;
    if (newest === undefined || isEarly || newest.timeUs <= this.#saidUs || newest.timeUs > latestUs)
      return undefined;
    [this.#saidMs, this.#saidUs] = [nowMs, newest.timeUs];
    return newest;
  }
}
