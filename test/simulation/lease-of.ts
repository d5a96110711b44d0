import type { Lease } from '@algo/bus';
import { acquireLease, type BaseConfig } from '@algo/runtime';
import type { SimulatedLife } from './simulated-life.ts';

/** Waits for the right of a life to act alone; `lost` is told when that is over. */
export async function leaseOf(
  { bus, clock, named: life }: SimulatedLife,
  config: BaseConfig,
  lost: (error: Error) => void,
): Promise<Lease | undefined> {
  const { signal } = new AbortController();
  const lease = await acquireLease({ config, identity: bus.identity, bus, life, clock, signal });
  void lease?.lost.then((reason) => lost(new Error(`lease: ${reason}`)));
  return lease;
}
