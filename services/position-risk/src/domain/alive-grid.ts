import { type TimeUs, US_PER_SECOND } from '@algo/model';

/** How often the guard says that it lives. *Units*: µs of feed time. */
const ALIVE_EVERY_US = 5 * US_PER_SECOND;

/** Returns when the guard next says that it lives, behind a time of a feed. */
export function nextAliveUs(toldUs: TimeUs): TimeUs {
  return (Math.floor(toldUs / ALIVE_EVERY_US) + 1) * ALIVE_EVERY_US;
}
