import { WAITING_ROWS_PROCESS_MAX } from '../domain/bounds.ts';
import type { LiveLane } from './live-lane.ts';

/** Gives the oldest holes up while too many trades of all instruments wait. */
export function boundWaiting(lanes: readonly LiveLane[]): void {
  const waiting = () => lanes.reduce((all, { order }) => all + order.waitingRows, 0);
  while (waiting() > WAITING_ROWS_PROCESS_MAX) {
    const oldest = lanes.reduce((a, b) => (b.order.oldestHoleMs < a.order.oldestHoleMs ? b : a));
    oldest.order.giveUpOldest(`more than ${WAITING_ROWS_PROCESS_MAX} trades waited in this process`);
    oldest.speak();
  }
}
