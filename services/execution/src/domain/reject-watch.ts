import type { TimeUs } from '@algo/model';
import type { ExecutionOutput } from './execution-io.ts';
import type { VenueLimits } from './limits.ts';

/** *Shape*: `rowUs` when the last orders in a row were rejected; entries wait until `pausedUntilUs`. */
export interface RejectWatchState {
  readonly rowUs: readonly TimeUs[];
  readonly pausedUntilUs: TimeUs;
  readonly hasPaused: boolean;
}

const CALM: RejectWatchState = { rowUs: [], pausedUntilUs: 0, hasPaused: false };

/**
 * Watches for orders that the venue rejects in a row: whatever is wrong, more of the same makes it worse.
 * The first row pauses entries for a while, the next one until a person says otherwise.
 */
export class RejectWatch {
  #state: RejectWatchState;

  constructor(state: RejectWatchState = CALM) {
    this.#state = state;
  }

  get state(): RejectWatchState {
    return this.#state;
  }

  /**
   * Hears what is said of orders. Returns why entries are stopped until a person resumes; null if they
   * aren't.
   */
  hear(said: readonly ExecutionOutput[], limits: VenueLimits): string | null {
    let stopping: string | null = null;
    for (const event of said) {
      if (event.type === 'OrderAccepted' && this.#state.rowUs.length > 0)
        this.#state = { ...this.#state, rowUs: [] };
      if (event.type !== 'OrderRejected') continue;
      stopping = this.#rejected(event.timeUs, limits) ?? stopping;
    }
    return stopping;
  }

  /** A person lets the account go on. */
  calm(): void {
    this.#state = CALM;
  }

  #rejected(timeUs: TimeUs, { rejectsMax, rejectsWithinUs, rejectsPauseUs }: VenueLimits): string | null {
    const rowUs = [...this.#state.rowUs.filter((t) => t > timeUs - rejectsWithinUs), timeUs];
    if (rowUs.length < rejectsMax) {
      this.#state = { ...this.#state, rowUs };
      return null;
    }
    const { hasPaused } = this.#state;
    this.#state = hasPaused
      ? { ...this.#state, rowUs: [] }
      : { rowUs: [], pausedUntilUs: timeUs + rejectsPauseUs, hasPaused: true };
    return hasPaused ? `the venue rejected ${rowUs.length} orders in a row, again` : null;
  }
}
