import type { Clock } from '../bus.ts';

/**
 * What comes after so long without an input is an order more often than not; until then nothing may begin.
 */
const QUIET_MS = 2;

export interface QuietWatchParts {
  readonly clock: Clock;
  /** How many inputs were taken. */
  readonly taken: () => number;
  /** Whether no input is in hand, and nothing that leaves the process waits for the disk. */
  readonly isIdle: () => boolean;
  /** Called in each quiet moment behind an input. */
  readonly onQuiet: (() => void) | undefined;
}

/**
 * Finds the moments for work that stops a process for some ms: whatever is to leave the process goes first.
 */
export class QuietWatch {
  readonly #parts: QuietWatchParts;
  #cancel: (() => void) | undefined;

  constructor(parts: QuietWatchParts) {
    this.#parts = parts;
  }

  /**
   * Does that once nothing has come for 2 ms; in a process that is never so quiet, never. Returns what
   * cancels it.
   */
  next(work: () => void): () => void {
    const { clock, isIdle, taken } = this.#parts;
    const before = taken();
    let cancel = clock.after(QUIET_MS, () => {
      if (isIdle() && taken() === before) work();
      else cancel = this.next(work);
    });
    return () => cancel();
  }

  /** Told that all is taken that has come. */
  onIdle(): void {
    const { onQuiet } = this.#parts;
    if (onQuiet === undefined || this.#cancel !== undefined) return;
    this.#cancel = this.next(() => {
      this.#cancel = undefined;
      onQuiet();
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
