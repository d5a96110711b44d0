import { type JetStreamBus, systemClock } from '@algo/bus';
import type { HealthServer } from './health-server.ts';
import type { Logger } from './logger.ts';

const LOOK_EVERY_MS = 250;
/** So many looks without success are said in the log. */
const SAID_AFTER = 20;

/**
 * Waits until streams, buckets and durables are made: where all is started at once, services are there before
 * whoever makes them. False when told to stop before.
 */
export async function awaitProvision(
  bus: JetStreamBus,
  { health, log, signal }: { health: HealthServer; log: Logger; signal: AbortSignal },
): Promise<boolean> {
  let isProvisioned = false;
  health.addReadiness(() => (isProvisioned ? [] : ['waits for the streams, which provision makes']));
  for (let looks = 1; !signal.aborted; looks++) {
    isProvisioned = await bus.isProvisioned();
    if (isProvisioned) return true;
    if (looks === SAID_AFTER)
      log.warn('no streams yet: provision has not run on this server, or not to its end');
    await systemClock.sleep(LOOK_EVERY_MS);
  }
  return false;
}
