import type { AccountId, ClientOrderId } from './ids.ts';
import type { TimeUs } from './time.ts';

/**
 * Where an order was on its way, by the clock of the process that sent it. *Units*: µs by the wall; `timeUs`
 * event time. *Shape*: none is before the one above it; `wireUs` null where no byte was seen to leave.
 */
export interface OrderTimed {
  readonly clientOrderId: ClientOrderId;
  readonly account: AccountId;
  readonly timeUs: TimeUs;
  /** Execution began to carry it out. */
  readonly takenUs: TimeUs;
  /** That it leaves was on disk. */
  readonly diskUs: TimeUs;
  /** Its bytes were handed to the connection. */
  readonly wireUs: TimeUs | null;
  /** The venue had answered, or its silence was taken for one. */
  readonly answeredUs: TimeUs;
}
