import type { Bus, Clock } from './bus.ts';

/**
 * Returns what time it is for whoever must agree about it, persons and services on several machines: by the
 * clock of the bus's server, whatever their own clocks are set to; by the own one only while the server can't
 * be asked. *Units*: wall ms.
 */
export function sharedNowMs(bus: Pick<Bus, 'serverMs'>, clock: Pick<Clock, 'nowMs'>): Promise<number> {
  return bus.serverMs('CONTROL').catch(() => clock.nowMs());
}
