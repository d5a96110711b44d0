import {
  type ClientOrderId,
  type OrderEvent,
  reasonCode,
  type SubmitOutcome,
  type TimeUs,
  US_PER_MINUTE,
  US_PER_MS,
} from '@algo/model';
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
  readonly #isStop: (id: ClientOrderId) => boolean;
  #state: RejectWatchState;

  /** `isStop` tells a stop at the venue: what comes of it position-risk follows itself. */
  constructor(isStop: (id: ClientOrderId) => boolean, state: RejectWatchState = CALM) {
    this.#isStop = isStop;
    this.#state = state;
  }

  get state(): RejectWatchState {
    return this.#state;
  }

  /** Hears what is said of orders. Returns true when entries are to be stopped until a person resumes. */
  hear(said: readonly ExecutionOutput[], limits: VenueLimits): boolean {
    let isStopping = false;
    for (const event of said) {
      if (event.type !== 'OrderAccepted' && event.type !== 'OrderRejected') continue;
      if (event.type === 'OrderRejected' && event.retryAfterMs !== null) continue;
      if (!this.#isStop(event.clientOrderId) && this.#counts(event, limits)) isStopping = true;
    }
    return isStopping;
  }

  /** Hears what came of an order or a cancel: a venue that takes none for now takes neither. */
  answered(outcome: SubmitOutcome): void {
    if (outcome.type !== 'refused' || outcome.retryAfterMs === null) return;
    const untilUs = shutUntilUs(outcome.timeUs, outcome.retryAfterMs);
    this.#state = { ...this.#state, shutUntilUs: Math.max(this.#state.shutUntilUs, untilUs) };
  }

  /** A person lets the account go on. What the venue itself has said holds on. */
  calm(): void {
    this.#state = { ...CALM, shutUntilUs: this.#state.shutUntilUs };
  }

  /** Returns true when an answer of the venue makes the row too long, for the second time. */
  #counts(
    event: Extract<OrderEvent, { type: 'OrderAccepted' | 'OrderRejected' }>,
    limits: VenueLimits,
  ): boolean {
    if (event.type === 'OrderRejected')
      return reasonCode(event.reason) !== 'TOO_LATE' && this.#rejected(event.timeUs, limits);
    if (this.#state.rowUs.length > 0) this.#state = { ...this.#state, rowUs: [] };
    return false;
  }

  #rejected(timeUs: TimeUs, { rejectsMax, rejectsWithinUs, rejectsPauseUs }: VenueLimits): boolean {
    const rowUs = [...this.#state.rowUs.filter((t) => t > timeUs - rejectsWithinUs), timeUs];
    if (rowUs.length < rejectsMax) {
      this.#state = { ...this.#state, rowUs };
      return false;
    }
    const { hasPaused } = this.#state;
    this.#state = hasPaused
      ? { ...this.#state, rowUs: [] }
      : { ...this.#state, rowUs: [], pausedUntilUs: timeUs + rejectsPauseUs, hasPaused: true };
    return hasPaused;
  }
}
