import { type Bus, type Clock, fencedEpoch, Lease } from '@algo/bus';
import type { BaseConfig } from './base-config.ts';
import type { Life } from './own-life.ts';
import { isPaired } from './process-plan.ts';

/** How long a lease lasts by itself: where nobody waits for it, and where a second process does. */
const TTL_MS = 10_000;
const PAIR_TTL_MS = 2_000;
/** A lease is renewed when so much of it has passed. */
const RENEW_SHARE = 0.3;

export interface LeaseParts {
  readonly config: Pick<BaseConfig, 'standby' | 'leaseTtlMs'>;
  readonly identity: string;
  readonly bus: Bus;
  readonly life: Life;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** As `LeaseOptions` says. */
  readonly mayBeLate?: boolean;
}

/** Waits for the right to act alone under an identity. Undefined when told to stop before. */
export async function acquireLease(parts: LeaseParts): Promise<Lease | undefined> {
  const { config, identity, bus, life, clock, signal, mayBeLate = false } = parts;
  const ttlMs = config.leaseTtlMs ?? (isPaired(config.standby, identity) ? PAIR_TTL_MS : TTL_MS);
  return Lease.acquire(
    bus.bucket('leases'),
    {
      ...{ key: identity, holder: life.name, ttlMs, renewMs: ttlMs * RENEW_SHARE },
      isOver: (holder) => life.isOver(holder),
      mayBeLate,
      // Should the lease be lost, the fences still tell which epochs were used.
      epochFloor: await fencedEpoch(bus, identity, 'SYSTEM'),
    },
    clock,
    signal,
  );
}
