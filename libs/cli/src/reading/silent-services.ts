import { type Bus, sharedNowMs, systemClock } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { type AccountId, type TimeUs, US_PER_MS } from '@algo/model';
import { identityOf } from '@algo/runtime';

/** A service says twice a second how it is; one that was silent for so long is dead or stuck. */
const SILENT_MS = 3_000;

/** Services that guard money, and what is not done while each is silent. */
const SILENCE = {
  'position-risk': 'nobody asks for exits, and nothing new is guarded,',
  execution: 'no order leaves, and no command about orders and books is obeyed,',
  reconcile: 'our books and the exchange are not compared',
} as const;
export type Guarding = keyof typeof SILENCE;
export const GUARDING = Object.keys(SILENCE) as readonly Guarding[];

/** Two clocks that differ by more are not both right, however long a word took. *Units*: ms. */
const CLOCKS_DIFFER_MS = 5_000;

/** Returns a line for each of these services of an account that says nothing. */
export async function silentWords(
  bus: Bus,
  account: AccountId,
  services: readonly Guarding[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const service of services) {
    const identity = identityOf(service, account);
    const askedMs = await sharedNowMs(bus, systemClock);
    const said = await bus.last('SYSTEM', subjects.service(identity));
    const work = SILENCE[service];
    if (said === undefined) {
      lines.push(`${identity} has never said anything: ${work} until it runs.`);
      continue;
    }
    const seconds = silentSeconds(said.storedUs, askedMs);
    if (seconds === null && said.fact.name !== 'ServiceStopped') continue;
    const since = seconds === null ? 'has stopped' : `has said nothing for ${seconds} s`;
    lines.push(`${identity} ${since}: ${work} until it is back.`);
  }
  return lines;
}

/**
 * Returns for how long a service had been silent when it was asked; null for one that was heard. Both times
 * are the server's, since a service may run on a machine with another clock. `askedMs` is taken before the
 * asking: on a busy machine a question alone takes seconds. *Units*: `saidUs` when its last word was stored.
 */
export function silentSeconds(saidUs: TimeUs, askedMs: number): number | null {
  const silentMs = askedMs - saidUs / US_PER_MS;
  return silentMs < SILENT_MS ? null : Math.round(silentMs / 1_000);
}

/**
 * Returns that the clock of a service is another than the server's, for a person who may set one of them;
 * undefined where they agree. *Units*: `ownUs` of its last word, `saidUs` when that was stored.
 */
export function clockWords(ownUs: TimeUs, saidUs: TimeUs): string | undefined {
  const aheadMs = (ownUs - saidUs) / US_PER_MS;
  if (Math.abs(aheadMs) < CLOCKS_DIFFER_MS) return undefined;
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  return `its clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's: set both by NTP`;
}
