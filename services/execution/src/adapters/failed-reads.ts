import type { Logger } from '@algo/runtime';

/** What is read of the venue, in the words of a note. */
export type ReadKind = 'orders' | 'fills' | 'cash';

/** So many in a row are more than one bad moment. */
const TOLD_FROM = 3;

interface Failures {
  readonly inARow: number;
  readonly reason: string;
}

/**
 * Counts the questions to the venue that fail in a row. Each is asked again until it is answered, so that
 * nothing is lost; but while none is, books may miss fills and orders stay in question, and a person must see
 * it: in the log, and on the status of execution as long as it lasts.
 */
export class FailedReads {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #failures = new Map<ReadKind, Failures>();

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  /** Takes what came of a question: null an answer, else why there was none. */
  heard(kind: ReadKind, failure: string | null): void {
    const inARow = (this.#failures.get(kind)?.inARow ?? 0) + 1;
    if (failure === null) {
      if (inARow > TOLD_FROM) this.#log.warn({ kind, failed: inARow - 1 }, 'the venue answers again');
      this.#failures.delete(kind);
      return;
    }
    this.#failures.set(kind, { inARow, reason: failure });
    if (inARow === TOLD_FROM)
      this.#log.warn({ kind, reason: failure }, 'the venue does not answer; it is asked on');
  }

  /** Returns a line for each kind that fails for longer than a moment. */
  notes(): string[] {
    return [...this.#failures].flatMap(([kind, { inARow, reason }]) =>
      inARow < TOLD_FROM
        ? []
        : [`the venue tells no ${kind}: ${inARow} questions in a row failed, ${reason}`],
    );
  }
}
