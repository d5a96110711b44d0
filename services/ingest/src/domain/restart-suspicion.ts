import { ASK_AGAIN_MAX_MS, SUSPECTS_MAX } from './bounds.ts';
import type { Heard } from './hole-ledger.ts';
import type { RawTrades } from './raw-trades.ts';

/** One row that was heard, with a small id and a new time. */
export interface Suspect {
  readonly raw: RawTrades;
  readonly heard: Heard;
}

/** Trades that speak for a venue that counts from small ids again, until its history says so too. */
export class RestartSuspicion {
  #suspects: Suspect[] = [];
  #askAgainMs = 0;

  /** Keeps a row. Returns false when no more can wait. */
  add(suspect: Suspect): boolean {
    if (this.#suspects.length >= SUSPECTS_MAX) return false;
    this.#suspects.push(suspect);
    return true;
  }

  /** Whether the venue's newest id is to be asked for now. */
  isDue(nowMs: number): boolean {
    return this.#suspects.length > 0 && nowMs >= this.#askAgainMs;
  }

  /**
   * Takes the newest id of the venue's history, undefined when it was not told, beside the last one that we
   * know. Returns the rows that waited and whether ids began anew with them; nothing where that stays open.
   */
  decide(
    newestId: number | undefined,
    lastId: number,
    nowMs: number,
  ): { readonly isAnew: boolean; readonly suspects: readonly Suspect[] } | undefined {
    this.#askAgainMs = nowMs + ASK_AGAIN_MAX_MS;
    const newest = this.#suspects.at(-1);
    if (newestId === undefined || newest === undefined) return undefined;
    const suspects = this.#suspects;
    this.#suspects = [];
    // An old history, even one that lags, ends near the ids that we know; a new one near those just heard.
    const isAnew = Math.abs(newestId - newest.raw.ids![0]!) < Math.abs(lastId - newestId);
    return { isAnew, suspects };
  }
}
