import type { ServiceStatus } from '@algo/contracts';

/** Returns a counter summed over every process of a service. */
export function counterSum(statuses: readonly ServiceStatus[], service: string, counter: string): number {
  return statuses
    .filter((status) => status.service === service)
    .reduce((sum, { counters }) => sum + (counters[counter] ?? 0), 0);
}
