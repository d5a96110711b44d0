import { bucketSnapshots, type InboxPlan, type Producer, StepLoop, type StepLoopOptions } from '@algo/bus';
import { type ServiceName, STEP_PLANS, type StepPlan, type SteppedService } from '@algo/contracts';
import { ownedShards } from '@algo/model';
import type { BaseConfig } from './base-config.ts';
import type { ServiceContext } from './service-host.ts';

/** Returns the names of a service's processes. */
export function instancesOf(service: ServiceName, config: BaseConfig): string[] {
  const count = service === 'analytics' ? config.analyticsInstances : 1;
  return Array.from({ length: count }, (_, ordinal) => `${service}-${ordinal}`);
}

/** Returns the inbox plan of this process: the step graph of the topology with process names put in. */
export function inboxPlan(service: SteppedService, config: BaseConfig): InboxPlan {
  const plan: StepPlan = STEP_PLANS[service];
  const instances = instancesOf(service, config).length;
  const shards = instances === 1 ? undefined : ownedShards(config.ordinal, instances);
  const producers = (sources: StepPlan['forward']): Producer[] =>
    sources.flatMap(({ service: from, families }) =>
      instancesOf(from, config).map((name) => ({
        name,
        families,
        ...(shards === undefined ? {} : { shards }),
      })),
    );
  return { forward: producers(plan.forward), feedback: producers(plan.feedback) };
}

/** Counts this process's lives in the leases bucket, so that its lanes never go back. */
export async function nextLife(
  context: Pick<ServiceContext<BaseConfig>, 'bus' | 'identity'>,
): Promise<number> {
  const bucket = context.bus.bucket('leases');
  const key = `life.${context.identity}`;
  for (;;) {
    const entry = await bucket.get(key);
    const life = entry === undefined ? 1 : Number(new TextDecoder().decode(entry.value)) + 1;
    if (
      (await bucket.compareAndSet(key, new TextEncoder().encode(String(life)), entry?.revision ?? 0)) !==
      undefined
    )
      return life;
  }
}

/**
 * Starts the loop of a stepped service with its usual parts:
 * snapshots in the bucket, its plan from the topology.
 */
export async function startStepLoop(
  service: SteppedService,
  context: ServiceContext<BaseConfig>,
  parts: Pick<StepLoopOptions, 'restore' | 'asides'> &
    Partial<Pick<StepLoopOptions, 'snapshots' | 'saysAfterInputsStored'>>,
): Promise<StepLoop> {
  const { bus, clock, config, identity } = context;
  return StepLoop.start({
    bus,
    clock,
    plan: inboxPlan(service, config),
    snapshots: bucketSnapshots(bus.bucket('snapshots'), identity),
    snapshotIntervalMs: config.snapshotIntervalMs,
    liveEpoch: await nextLife(context),
    ...parts,
  });
}
