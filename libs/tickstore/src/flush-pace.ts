import type { TickStoreOptions } from './tick-store-options.ts';
import { wholeAboveZero } from './tick-store-options.ts';

/**
 * After a write the thread rests for this many times as long, so that commits of a hundred rows don't
 * take a core from what trades.
 */
const REST = 3;
/** Rows that end a rest: a transaction of so many is where a row costs least. *Source*: reference floors. */
const ROWS_END_REST = 10_240;

/** Where files take turns: nothing rests while rows wait for so many times as long as they should gather. */
const LATE = 1.25;

/**
 * Files that stay attached. Each holds some 3 MB until its checkpoint, a block for each column of its tables,
 * and DuckDB is given 512 MB.
 */
export const KEPT_OPEN_MAX = 100;
/**
 * Where files are more than that, each is attached, written, checkpointed and let go: some 15 to 25 ms of the
 * processor, of a few rows as of many. So rows gather for so long for each file.
 */
const TURN_MS = 60;
/** What an instrument's rows in memory come to before they are written. */
const GATHERED_MAX_ROWS = 20_000;
const GATHERED_MAX_MS = 3_600_000;

/** Rows that may wait before those who bring more should, 33 bytes a trade; more for each file. */
const ROOM_ROWS = 200_000;
const ROOM_ROWS_EACH = 3_000;
/** Beyond that, and so many, none are taken. */
const REFUSED_ROWS = 800_000;

/** How many rows of a file are written together, or how long they wait: more where files take turns. */
export class FlushPace {
  readonly intervalMs: number;
  readonly keptOpenMax: number;
  readonly #rows: number;
  /** How many are open. */
  files = 0;

  /** *Errors*: InputError naming the wrong setting. */
  constructor({ flushRows, flushIntervalMs, maxOpenFiles }: TickStoreOptions) {
    this.#rows = wholeAboveZero('flushRows', flushRows ?? 100);
    this.intervalMs = wholeAboveZero('flushIntervalMs', flushIntervalMs ?? 1_000);
    this.keptOpenMax = wholeAboveZero('maxOpenFiles', maxOpenFiles ?? KEPT_OPEN_MAX);
  }

  /** Whether files take turns: they are more than stay attached. */
  get takesTurns(): boolean {
    return this.files > this.keptOpenMax;
  }

  get rows(): number {
    if (!this.takesTurns) return this.#rows;
    return Math.max(this.#rows, Math.min(GATHERED_MAX_ROWS, (this.#rows * this.waitMs) / this.intervalMs));
  }

  get waitMs(): number {
    if (!this.takesTurns) return this.intervalMs;
    return Math.max(this.intervalMs, Math.min(GATHERED_MAX_MS, this.files * TURN_MS));
  }

  /** Returns for how long nothing is written by itself after a write: turns are in a hurry. */
  restMs(writeMs: number): number {
    return this.takesTurns ? writeMs : Math.min(this.intervalMs, REST * writeMs);
  }

  /** Rows that end a rest. */
  get rowsEndRest(): number {
    return ROWS_END_REST + (this.files * ROOM_ROWS_EACH) / 2;
  }

  /** How old rows get before nothing rests any more. */
  get waitLateMs(): number {
    return this.takesTurns ? this.waitMs * LATE : Number.POSITIVE_INFINITY;
  }

  /** While more rows wait, those who bring more should wait. */
  get roomRows(): number {
    return ROOM_ROWS + this.files * ROOM_ROWS_EACH;
  }

  /** No more are taken. */
  get mostRows(): number {
    return this.roomRows + REFUSED_ROWS;
  }
}
