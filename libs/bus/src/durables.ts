import {
  DURABLE_READERS,
  FAMILIES,
  type Family,
  familyFilters,
  type ServiceName,
  type StreamName,
} from '@algo/contracts';
import type { DurableOptions } from './bus.ts';

/** Returns the durable consumers of a service: one for each stream that holds a family it reads. */
export function durablesOf(service: ServiceName): DurableOptions[] {
  const filters = new Map<StreamName, string[]>();
  for (const [family, plan] of Object.entries(FAMILIES)) {
    if (!(plan.readers as readonly ServiceName[]).includes(service)) continue;
    filters.set(plan.stream, [...(filters.get(plan.stream) ?? []), ...familyFilters(family as Family)]);
  }
  return [...filters].map(([stream, subjects]) => ({
    stream,
    durable: service,
    subjects,
    deliveriesMax: 5,
    ackWaitMs: 30_000,
    pendingMax: 500,
  }));
}

/** Is made last of all that is provisioned; each service may ask whether it is there. */
export const LAST_MADE = { stream: 'SYSTEM', durable: 'notifier' } as const;

/** Returns every durable of the engine, for the provisioner, in the order in which they are made. */
export function allDurables(): DurableOptions[] {
  const isLast = ({ stream }: DurableOptions) => Number(stream === LAST_MADE.stream);
  return DURABLE_READERS.flatMap(durablesOf).toSorted((a, b) => isLast(a) - isLast(b));
}
