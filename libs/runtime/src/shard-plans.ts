import type { Bus, KeyEntry, Subscription } from '@algo/bus';
import { SHARD_PLAN } from '@algo/contracts';
import { FIRST_SHARD_PLAN, InputError, type ShardPlan, sharedAmong, VIRTUAL_SHARDS } from '@algo/model';

/** Others may change it at the same moment; so often is a mistake. */
const TRIES_MAX = 20;

/** Returns which process has which virtual shard, as planned last. *Errors*: InputError when damaged. */
export async function readShardPlan(bus: Bus): Promise<ShardPlan> {
  return (await stored(bus)).plan;
}

/**
 * Tells which process has which virtual shard, whenever that is planned anew. *Errors*: the subscription
 * closes with an InputError when the plan is damaged.
 */
export function followShardPlan(bus: Bus, onPlan: (plan: ShardPlan) => void): Promise<Subscription> {
  return bus.watch('leases', SHARD_PLAN, (entry) => onPlan(planOf(entry)));
}

/**
 * Shares the shards among processes and returns the plan that is stored then: a new revision where these are
 * others than before. *Errors*: InputError for too few or too many processes.
 */
export async function planShards(
  bus: Bus,
  wanted: (plan: ShardPlan) => { readonly members: readonly number[]; readonly most?: number | null },
): Promise<ShardPlan> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const { plan, storedAt } = await stored(bus);
    const { members, most } = wanted(plan);
    const next = sharedAmong(plan, members, most);
    if (next === plan && storedAt > 0) return plan;
    const value = new TextEncoder().encode(JSON.stringify(next));
    if ((await bus.bucket('leases').compareAndSet(SHARD_PLAN, value, storedAt)) !== undefined) return next;
  }
  throw new Error('who has which shard is changed by somebody else again and again; ask again in a moment');
}

async function stored(bus: Bus): Promise<{ readonly plan: ShardPlan; readonly storedAt: number }> {
  const entry = await bus.bucket('leases').get(SHARD_PLAN);
  return { plan: planOf(entry), storedAt: entry?.revision ?? 0 };
}

/** *Errors*: InputError when it is damaged. */
function planOf(entry: KeyEntry | undefined): ShardPlan {
  if (entry === undefined) return FIRST_SHARD_PLAN;
  const text = new TextDecoder().decode(entry.value);
  const plan = planIn(text);
  if (plan === undefined)
    throw new InputError({
      field: 'plan of the shards',
      value: text.slice(0, 100),
      because: 'not readable by this version',
      remedy: 'Start the version that wrote it, or use a fresh data directory.',
    });
  return plan;
}

function planIn(text: string): ShardPlan | undefined {
  try {
    const { revision, owners, most = null } = JSON.parse(text) as ShardPlan;
    const isWhole = [revision, most ?? 0, ...owners].every(
      (number) => Number.isSafeInteger(number) && number >= 0,
    );
    return isWhole && owners.length === VIRTUAL_SHARDS ? { revision, owners, most } : undefined;
  } catch {
    return undefined;
  }
}
