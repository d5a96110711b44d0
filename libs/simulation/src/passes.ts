import { type TimeUs, US_PER_SECOND } from '@algo/model';

/** Whether a moment that comes every so many seconds lies behind one time and not behind another. */
export function passes(everyS: number, fromUs: TimeUs, toUs: TimeUs): boolean {
  const everyUs = everyS * US_PER_SECOND;
  return everyS > 0 && fromUs >= 0 && Math.floor(toUs / everyUs) > Math.floor(fromUs / everyUs);
}
