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

/** Returns every durable of the engine, for the provisioner. */
export function allDurables(): DurableOptions[] {
  return DURABLE_READERS.flatMap(durablesOf);
}
