import { type ClientOrderId, orderReason, type SubmitOutcome, type TimeUs } from '@algo/model';
import type { AccountAnswer } from './account-http.ts';
import type { AccountLink } from './account-link.ts';
import type { Verdict } from './verdict.ts';

/** Returns a verdict as the outcome of a write. */
export function outcomeOf(
  link: AccountLink,
  clientOrderId: ClientOrderId,
  verdict: Verdict,
  sentUs: TimeUs,
): SubmitOutcome {
  const timeUs = Math.max(sentUs, link.nowUs());
  const { reason } = verdict;
  if (verdict.type === 'unknown') return { type: 'unknown', clientOrderId, reason, timeUs };
  const { retryAfterMs } = verdict;
  // Each goes out once, so that no copy of it can come later.
  return { type: 'refused', clientOrderId, reason, retryAfterMs, evidence: [`refused: ${reason}`], timeUs };
}

/** A request that was not answered. */
export type Unanswered = Exclude<AccountAnswer, { type: 'answered' }>;

/** Returns what is known of a request without an answer. */
export function notAnswered(answer: Unanswered): Verdict {
  switch (answer.type) {
    case 'too late': {
      const reason = orderReason('TOO_LATE', `late_ms=${Math.round(answer.lateMs)}`);
      return { type: 'refused', reason, retryAfterMs: null, isFault: false };
    }
    case 'not sent':
      return { type: 'refused', reason: answer.reason, retryAfterMs: answer.retryAfterMs, isFault: false };
    case 'lost':
      return { type: 'unknown', reason: answer.reason };
    default:
      return answer satisfies never;
  }
}
