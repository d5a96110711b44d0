import type { Bus } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { type AccountId, US_PER_MS } from '@algo/model';
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

/** Returns a line for each of these services of an account that says nothing. */
export async function silentWords(
  bus: Bus,
  account: AccountId,
  services: readonly Guarding[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const service of services) {
    const identity = identityOf(service, account);
    const askedMs = Date.now();
    const said = (await bus.last('SYSTEM', subjects.service(identity)))?.fact;
    const work = SILENCE[service];
    if (said === undefined || !('timeUs' in said.body)) {
      lines.push(`${identity} has never said anything: ${work} until it runs.`);
      continue;
    }
    const seconds = silentSeconds(said.body, askedMs);
    if (seconds === null && said.name !== 'ServiceStopped') continue;
    const since = seconds === null ? 'has stopped' : `has said nothing for ${seconds} s`;
    lines.push(`${identity} ${since}: ${work} until it is back.`);
  }
  return lines;
}

/**
 * Returns for how long a service had been silent when it was asked, by this machine's clock; null for one
 * that was heard. `askedMs` is taken before the asking: on a busy machine a question alone takes seconds.
 */
export function silentSeconds({ timeUs }: Pick<ServiceStatus, 'timeUs'>, askedMs: number): number | null {
  const silentMs = askedMs - timeUs / US_PER_MS;
  return silentMs < SILENT_MS ? null : Math.round(silentMs / 1_000);
}
