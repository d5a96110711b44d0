import { InputError } from '@algo/model';
import { type RowBatch, RowBuffer } from './row-buffer.ts';
import type { FileSpec } from './schema.ts';
import { checkPosition, checkRows, rowCount, type StoredPosition, type StoreRows } from './store-rows.ts';

/**
 * The rows of one instrument on their way to its file: appended → covered by `commitUpTo` → in a batch →
 * durable. A batch that failed is offered again as it was, alone: if its commit had reached the disk after
 * all, the file's position says so.
 */
export class InstrumentRows {
  readonly spec: FileSpec;
  stored: StoredPosition;
  /** Every position up to here has been appended. */
  marked: number;
  /** When the oldest row that waits for a batch was covered, by a monotonic clock; 0 when none waits. */
  waitingSinceMs = 0;
  /** No automatic try before, after one failed. */
  retryAtMs = 0;
  readonly #appended: StoreRows[] = [];
  readonly #buffer = new RowBuffer();
  #failed: RowBatch | null = null;
  #batchedTo: number;

  constructor(spec: FileSpec, stored: StoredPosition) {
    this.spec = spec;
    this.stored = stored;
    this.marked = stored.position;
    this.#batchedTo = stored.position;
  }

  /** Returns how many rows were taken: none of a position that is already covered. */
  append(rows: StoreRows): number {
    checkRows(rows, this.spec.idKind);
    if (rows.position <= this.marked) return 0;
    const last = this.#appended.at(-1)?.position ?? 0;
    if (rows.position < last)
      throw new InputError({
        field: 'position',
        value: rows.position,
        because: `${this.spec.instrument} was already at ${last}`,
        remedy: 'Append rows in the order of their positions.',
      });
    this.#appended.push(rows);
    return rowCount(rows);
  }

  commitUpTo(position: number, nowMs: number): void {
    checkPosition(position);
    if (position <= this.marked) return;
    const later = this.#appended.findIndex((rows) => rows.position > position);
    const covered = this.#appended.splice(0, later === -1 ? this.#appended.length : later);
    for (const rows of covered) this.#buffer.add(rows);
    this.marked = position;
    if (this.waitingSinceMs === 0 && this.#buffer.rows > 0) this.waitingSinceMs = nowMs;
  }

  /** Whether a batch that failed waits to be offered again. */
  get hasFailed(): boolean {
    return this.#failed !== null;
  }

  /** Whether there are rows for a batch. */
  get waits(): boolean {
    return this.hasFailed || this.#buffer.rows > 0;
  }

  /**
   * Whether a batch should go by itself now. A position without
   * rows does not ask for one: it travels with the next rows.
   */
  isDue(nowMs: number, flushRows: number, flushIntervalMs: number): boolean {
    if (nowMs < this.retryAtMs) return false;
    if (this.#failed !== null || this.#buffer.rows >= flushRows) return true;
    return this.waitingSinceMs !== 0 && nowMs - this.waitingSinceMs >= flushIntervalMs;
  }

  /** When `isDue` turns true if nothing more comes; Infinity when it would not. */
  dueAtMs(flushIntervalMs: number): number {
    if (this.#failed !== null) return this.retryAtMs;
    return this.waitingSinceMs === 0
      ? Number.POSITIVE_INFINITY
      : Math.max(this.retryAtMs, this.waitingSinceMs + flushIntervalMs);
  }

  /** Returns the next batch; it must come back by `onStored` or `onFailed` before another is taken. */
  takeBatch(): RowBatch {
    if (this.#failed !== null) {
      const again = this.#failed;
      this.#failed = null;
      return again;
    }
    const batch = this.#buffer.take(this.#batchedTo, this.marked);
    this.#batchedTo = this.marked;
    this.waitingSinceMs = 0;
    return batch;
  }

  onStored(stored: StoredPosition): void {
    this.stored = stored;
    this.retryAtMs = 0;
  }

  onFailed(batch: RowBatch, retryAtMs: number): void {
    this.#failed = batch;
    this.retryAtMs = retryAtMs;
  }
}
