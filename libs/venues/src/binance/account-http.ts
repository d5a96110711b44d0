import {
  type AccountAnswer,
  type AccountCall,
  type AccountWire,
  UNREACHED_MS,
  type WireAnswer,
} from './account-wire.ts';
import { isTurnedAway } from './errors.ts';
import type { OrderCounts } from './order-counts.ts';
import type { RequestBudget } from './request-budget.ts';
import type { VenueTime } from './venue-time.ts';

/** How long a request is good behind its timestamp. *Units*: ms. */
export const RECV_WINDOW_MS = 5_000;

export type { AccountAnswer, AccountCall } from './account-wire.ts';

export interface AccountHttpParts {
  readonly wire: AccountWire;
  readonly time: Pick<VenueTime, 'nowMs' | 'ready' | 'measure'>;
  readonly budget: RequestBudget;
  readonly counts: OrderCounts;
  readonly monotonicMs: () => number;
}

/** Requests of an account within its budgets, with the venue's time. Each goes out once. */
export class AccountHttp implements AsyncDisposable {
  readonly #parts: AccountHttpParts;

  constructor(parts: AccountHttpParts) {
    this.#parts = parts;
  }

  /** Asks once. Never rejects. */
  async ask(call: AccountCall): Promise<AccountAnswer> {
    const { budget, counts, monotonicMs, time } = this.#parts;
    const lateMs = monotonicMs() - (call.sendByMs ?? Number.POSITIVE_INFINITY);
    if (lateMs >= 0) return { type: 'too late', lateMs };
    const { purpose, weight } = call;
    const waitMs =
      budget.take(weight, monotonicMs(), purpose) ||
      (call.isOrder === true ? counts.take(purpose, monotonicMs()) : 0);
    if (waitMs > 0) {
      const reason = `the budget of requests for ${purpose} is used up for ${Math.ceil(waitMs)} ms`;
      return { type: 'not sent', reason, retryAfterMs: Math.ceil(waitMs) };
    }
    let venueMs = time.nowMs();
    if (venueMs === undefined && call.isPublic !== true)
      try {
        venueMs = await time.ready();
      } catch (error) {
        return { type: 'not sent', reason: (error as Error).message, retryAfterMs: UNREACHED_MS };
      }
    const at = { recvWindow: `${RECV_WINDOW_MS}`, timestamp: `${Math.floor(venueMs ?? 0)}` };
    const pausedMs = () => budget.pauseMs(monotonicMs());
    const { answer, headers } = await this.#parts.wire.send({ ...call, pausedMs }, at);
    this.#heard(answer, headers);
    if (answer.type === 'answered' && answer.status === 400 && answer.text.includes('-1021'))
      void time.measure();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.wire[Symbol.asyncDispose]();
  }

  /** Takes what an answer tells of budgets. */
  #heard(answer: AccountAnswer, headers: WireAnswer['headers']): void {
    if (answer.type !== 'answered') return;
    const { budget, counts, monotonicMs, time } = this.#parts;
    const used = headers['x-mbx-used-weight-1m'];
    if (typeof used === 'string' && used !== '') budget.used(Number(used), monotonicMs(), time.nowMs());
    counts.told(headers, monotonicMs());
    if (!isTurnedAway(answer.status)) return;
    // Too many orders of one account, and the address may go on.
    if (answer.text.includes('-1015')) counts.pause((answer.retryAfterS ?? 1) * 1_000, monotonicMs());
    else budget.refused(answer.retryAfterS, monotonicMs());
  }
}
