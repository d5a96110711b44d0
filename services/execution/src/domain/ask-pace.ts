import { type OrderIntent, type TimeUs, US_PER_SECOND } from '@algo/model';
import type { Tracked } from './order-ledger.ts';

/** Event time between two questions about the same order. *Units*: µs. */
export const ASK_INTERVAL_US = 2 * US_PER_SECOND;
/** Silence about an order that works, after which the venue is asked. *Units*: µs of feed time at speed 1. */
export const AUDIT_INTERVAL_US = 10 * US_PER_SECOND;
/**
 * A stop rests for as long as its position is held, so it is asked about this many times less often: later
 * than the next comparison, which looks at all of them in one read.
 */
const STOP_AUDIT_FACTOR = 4;
/** Returns how long an order may work in silence. */
export function auditUs(intent: OrderIntent, isHeard: boolean, speed: number): number {
  const silenceUs = isHeard ? AUDIT_INTERVAL_US * speed : ASK_INTERVAL_US;
  return intent === 'protection' ? silenceUs * STOP_AUDIT_FACTOR : silenceUs;
}

/** Returns when the venue may next be asked about an order that may work in silence for `silenceUs`. */
export function nextAskUs(t: Tracked, silenceUs: number): TimeUs {
  const { inDoubt, cancelReason, venueCumulative, order, command, askedUs } = t;
  const asksSoon = inDoubt || cancelReason !== null || venueCumulative.greaterThan(order.cumulative);
  const expiresUs = command?.expiresUs ?? Infinity;
  return Math.max(askedUs + ASK_INTERVAL_US, asksSoon ? 0 : Math.min(askedUs + silenceUs, expiresUs));
}
