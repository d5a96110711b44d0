import { type Bus, systemClock } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { InputError, membersOf, type ShardPlan } from '@algo/model';
import { identityOf, planShards, readShardPlan } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, type EngineAccess, openEngine } from '../engine/engine-access.ts';
import { readEngineFile, writeEngineFile } from '../engine/engine-file.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { analyticsCount } from '../supervisor/up-options.ts';

/** A process may first have to wait for the lease of one that is gone. */
const DONE_MAX_MS = 60_000;
const LOOK_MS = 200;

export interface ScaleOptions extends AccessOptions {
  readonly json?: boolean;
}

/**
 * `algo scale analytics N`: shares the virtual shards among so many processes. Of an engine that runs it
 * waits until all shards are where they are to be; a stopped one starts with so many. Of one that somebody
 * else deployed it lets processes hand on what they have, before they are taken away there.
 * *Errors*: InputError in the words typed; CommandFailure where it is not done in time.
 */
export async function scale(
  service: string,
  count: string,
  options: ScaleOptions,
  environment: CliEnvironment,
): Promise<void> {
  if (service !== 'analytics')
    throw new InputError({
      field: 'service',
      value: service,
      because: 'of it there is one process for each account or feed',
      remedy: 'Only analytics shares its work: algo scale analytics N.',
    });
  const processes = analyticsCount('N', count);
  await using access = await openEngine(options, environment);
  const before = await readShardPlan(access.bus);
  const isElsewhere = options.nats !== undefined;
  if (isElsewhere) checkHandsOn(before, processes);
  const members = Array.from({ length: processes }, (_, member) => member);
  const plan = await planShards(access.bus, () => ({ members, most: isElsewhere ? processes : null }));
  const told = toldOf(before, plan);
  const moved = `${told.from} → ${told.to} processes of analytics, ${told.moving} of 64 shards move`;
  if (options.json !== true) await printLine(`revision ${plan.revision}: ${moved}`);
  const tookMs = access.running ? await done(access.bus, plan) : startsWith(access, processes);
  if (options.json === true) await printLine(JSON.stringify({ revision: plan.revision, ...told, tookMs }));
  else if (tookMs === null) await printLine('the engine is stopped; it starts with them');
  else await printLine(`done after ${(tookMs / 1_000).toFixed(1)} s`);
}

/** *Errors*: InputError for more processes than have shards: nobody here can start one. */
function checkHandsOn(before: ShardPlan, processes: number): void {
  const sharing = membersOf(before);
  if (Array.from({ length: processes }, (_, member) => member).every((member) => sharing.includes(member)))
    return;
  throw new InputError({
    field: 'N',
    value: processes,
    because: `of that engine ${sharing.length} processes share the shards: ${sharing.join(', ')}`,
    remedy: 'Start more where it was deployed (docs/deployment.md); they take their share then.',
  });
}

function toldOf(before: ShardPlan, plan: ShardPlan) {
  return {
    from: membersOf(before).length,
    to: membersOf(plan).length,
    moving: plan.owners.filter((owner, shard) => owner !== before.owners[shard]).length,
  };
}

function startsWith({ dataDir }: EngineAccess, processes: number): null {
  const engine = dataDir === undefined ? undefined : readEngineFile(dataDir);
  if (engine !== undefined) writeEngineFile(dataDir!, { ...engine, analytics: processes });
  return null;
}

/** Waits until each process that the plan names has what is its. *Units*: ms that it took. */
async function done(bus: Bus, plan: ShardPlan): Promise<number> {
  const startMs = systemClock.monotonicMs();
  for (;;) {
    const statuses = await Promise.all(membersOf(plan).map((member) => statusOf(bus, member)));
    if (statuses.every((status) => hasItsShards(status, plan))) return systemClock.monotonicMs() - startMs;
    if (systemClock.monotonicMs() - startMs > DONE_MAX_MS)
      throw new CommandFailure(
        `not done after ${DONE_MAX_MS / 1_000} s; it goes on by itself, algo status shows how far it is`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function statusOf(bus: Bus, ordinal: number): Promise<ServiceStatus | undefined> {
  const said = (await bus.last('SYSTEM', subjects.service(identityOf('analytics', ordinal))))?.fact;
  return said?.name === 'ServiceStatus' ? said.body : undefined;
}

function hasItsShards(status: ServiceStatus | undefined, plan: ShardPlan): boolean {
  if (status?.ready !== true) return false;
  return (status.counters.revision ?? 0) >= plan.revision && status.counters.moving === 0;
}
