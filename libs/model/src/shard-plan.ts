import { InputError } from './input-error.ts';
import { VIRTUAL_SHARDS } from './shard.ts';

/**
 * Which process of analytics has which virtual shard. *Shape*: `revision` grows by one with each change;
 * `owners` holds the ordinal of the process at the place of the shard. `most`: where the plan follows who
 * is there, those at or above it are about to be taken away, and get nothing.
 */
export interface ShardPlan {
  readonly revision: number;
  readonly owners: readonly number[];
  readonly most: number | null;
}

/** Before anybody has said anything: one process has all. */
export const FIRST_SHARD_PLAN: ShardPlan = {
  ...{ revision: 0, most: null },
  owners: new Array<number>(VIRTUAL_SHARDS).fill(0),
};

/** Returns the ordinals of the processes that a plan names, each once, rising. */
export function membersOf({ owners }: Pick<ShardPlan, 'owners'>): number[] {
  return [...new Set(owners)].toSorted((a, b) => a - b);
}

/** Returns the virtual shards that a process has by a plan. */
export function shardsOf({ owners }: ShardPlan, ordinal: number): number[] {
  return owners.flatMap((owner, shard) => (owner === ordinal ? [shard] : []));
}

/**
 * Returns the next plan, in which just these processes share the shards: as many each as any other, give or
 * take one, and no shard moves that needn't. The same plan comes back where nothing changes. *Errors*:
 * InputError for no process, or more than there are shards.
 */
export function sharedAmong(
  plan: ShardPlan,
  members: readonly number[],
  most: number | null = plan.most,
): ShardPlan {
  const ordinals = [...new Set(members)].toSorted((a, b) => a - b);
  if (ordinals.length < 1 || ordinals.length > VIRTUAL_SHARDS)
    throw new InputError({
      field: 'analytics processes',
      value: ordinals.length,
      because: `not between 1 and ${VIRTUAL_SHARDS}`,
      remedy: `An instrument is of one of ${VIRTUAL_SHARDS} shards, so that more processes would be idle.`,
    });
  const least = Math.floor(VIRTUAL_SHARDS / ordinals.length);
  let above = VIRTUAL_SHARDS % ordinals.length;
  const count = new Map(ordinals.map((ordinal) => [ordinal, 0]));
  const owners: (number | undefined)[] = plan.owners.map((owner) => {
    const had = count.get(owner);
    if (had === undefined || had > least || (had === least && above === 0)) return undefined;
    if (had === least) above--;
    count.set(owner, had + 1);
    return owner;
  });
  const shared = owners.map((owner) => {
    if (owner !== undefined) return owner;
    const next = ordinals.reduce((fewest, one) => (count.get(one)! < count.get(fewest)! ? one : fewest));
    count.set(next, count.get(next)! + 1);
    return next;
  });
  if (most === plan.most && shared.every((owner, shard) => owner === plan.owners[shard])) return plan;
  return { revision: plan.revision + 1, owners: shared, most };
}
