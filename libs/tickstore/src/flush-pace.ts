import type { TickStoreOptions } from './tick-store-options.ts';
import { wholeAboveZero } from './tick-store-options.ts';

/**
 * After a write the thread rests for this many times as long, so that commits of a hundred rows don't
 * take a core from what trades; the interval is the longest rest.
 */
export const REST = 3;
/** Rows that end a rest: a transaction of so many is where a row costs least. *Source*: reference floors. */
export const ROWS_END_REST = 10_240;

/**
 * Of files that take turns in the pool each write costs some 7 ms: with more than so many a round over
 * all of them would take longer than rows wait.
 */
const FILES_MAX = 100;

/** How many rows of an instrument are written together, or how long they wait: more, where files are many. */
export class FlushPace {
  readonly intervalMs: number;
  readonly #rows: number;
  /** How many are open. */
  files = 0;

  /** *Errors*: InputError naming the wrong setting. */
  constructor({ flushRows, flushIntervalMs }: TickStoreOptions) {
    this.#rows = wholeAboveZero('flushRows', flushRows ?? 100);
    this.intervalMs = wholeAboveZero('flushIntervalMs', flushIntervalMs ?? 1_000);
  }

  get rows(): number {
    return this.#rows * this.#times;
  }

  get waitMs(): number {
    return this.intervalMs * this.#times;
  }

  get #times(): number {
    return Math.max(1, this.files / FILES_MAX);
  }
}
