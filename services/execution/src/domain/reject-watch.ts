import { type TimeUs, US_PER_MINUTE, US_PER_MS } from '@algo/model';
import type { ExecutionOutput } from './execution-io.ts';
import type { VenueLimits } from './limits.ts';

/** Whatever a venue says, it is asked again so soon. *Units*: µs. */
const SHUT_MAX_US = US_PER_MINUTE;

/**
 * *Shape*: `rowUs` when the last orders in a row were rejected; entries wait until `pausedUntilUs`. The venue
 * takes no order at all until `shutUntilUs`, by its own word.
 */
export interface RejectWatchState {
  readonly rowUs: readonly TimeUs[];
  readonly pausedUntilUs: TimeUs;
  readonly hasPaused: boolean;
  readonly shutUntilUs: TimeUs;
}

const CALM: RejectWatchState = { rowUs: [], pausedUntilUs: 0, hasPaused: false, shutUntilUs: 0 };

/** Returns until when a venue takes nothing that says so. *Units*: µs of its feed. */
export function shutUntilUs(timeUs: TimeUs, retryAfterMs: number): TimeUs {
  return timeUs + Math.min(retryAfterMs * US_PER_MS, SHUT_MAX_US);
}

/**
 * Watches for orders that the venue rejects in a row: whatever is wrong, more of the same makes it worse.
 * The first row pauses entries for a while, the next one until a person says otherwise. Nothing is wrong with
 * an order that came while the venue takes none; all wait as long as it says.
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
      if (event.retryAfterMs === null) stopping = this.#rejected(event.timeUs, limits) ?? stopping;
      else {
        const untilUs = shutUntilUs(event.timeUs, event.retryAfterMs);
        this.#state = { ...this.#state, shutUntilUs: Math.max(this.#state.shutUntilUs, untilUs) };
      }
    }
    return stopping;
  }

  /** A person lets the account go on. What the venue itself has said holds on. */
  calm(): void {
    this.#state = { ...CALM, shutUntilUs: this.#state.shutUntilUs };
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
      : { ...this.#state, rowUs: [], pausedUntilUs: timeUs + rejectsPauseUs, hasPaused: true };
    return hasPaused ? `the venue rejected ${rowUs.length} orders in a row, again` : null;
  }
}
