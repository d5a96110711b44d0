import { type Clock, type SnapshotStore, takenIn } from '@algo/bus';

export interface ShardSnapshotsParts {
  /** On this disk. */
  readonly files: SnapshotStore;
  /** Where processes on other disks find it; undefined where all share this disk. */
  readonly shared: SnapshotStore | undefined;
  readonly clock: Clock;
  /** How often the shared one is brought up to date while the shard stays. */
  readonly sharedIntervalMs: number;
  /** Whether this process is about to let go of the shard. */
  readonly isLast: () => boolean;
}

/** A shard's state, and where it was found. */
export interface ShardSnapshots extends SnapshotStore {
  /** Whether another process brought the state that was loaded: what else is on this disk is older. */
  readonly isFromElsewhere: () => boolean;
}

/**
 * Keeps a shard's state on this disk, which costs little, and brings it to where others find it when the
 * shard goes there, and now and then in case that this disk is lost. The newer of the two counts.
 */
export function shardSnapshots(parts: ShardSnapshotsParts): ShardSnapshots {
  const { files, shared, clock, sharedIntervalMs, isLast } = parts;
  if (shared === undefined) return { ...files, isFromElsewhere: () => false };
  let sharedAtMs = Number.NEGATIVE_INFINITY;
  let isFromElsewhere = false;
  return {
    isFromElsewhere: () => isFromElsewhere,
    async load() {
      const [here, there] = await Promise.all([files.load(), shared.load()]);
      const isNewer = there !== undefined && (here === undefined || takenIn(there) > takenIn(here));
      isFromElsewhere = isNewer;
      return isNewer ? there : here;
    },
    async save(...saved) {
      const nowMs = clock.monotonicMs();
      const isShared = isLast() || nowMs - sharedAtMs >= sharedIntervalMs;
      await Promise.all([files.save(...saved), isShared ? shared.save(...saved) : undefined]);
      if (isShared) sharedAtMs = nowMs;
    },
  };
}
