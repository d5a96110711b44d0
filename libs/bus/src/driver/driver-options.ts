import type { FactName } from '@algo/contracts';
import type { AppendLog } from '../append-log.ts';
import type { Bus, Clock } from '../bus.ts';
import type { DrivePlan } from '../drive-plan.ts';
import type { Input, OwnInput } from '../machine.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import type { Divergence } from './own-speech.ts';

/** Words that may be unstored; nothing is taken meanwhile. Bounds what a life may have to say again. */
export const UNSTORED_MAX = 1_024;

/** One life of one process: what is driven, and what it stands on. */
export interface DriverOptions<In extends Input, Out extends FactName, Request, Own extends OwnInput> {
  readonly bus: Bus;
  readonly clock: Clock;
  /** This process's name, in its lanes, fences and snapshots. */
  readonly identity: string;
  /** The account that it trades for; empty for those that serve all. */
  readonly account: string;
  readonly plan: DrivePlan<In, Out, Request, Own>;
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  readonly log: AppendLog;
  /** Whether the process plan names a producer. */
  readonly knows: (producer: string) => boolean;
  /** Called in each moment in which nothing is to do, for what would hold up an order. */
  readonly onQuiet?: () => void;
  /** Told once, of the first place where this life would have said something else than an older one. */
  readonly onDivergence?: (divergence: Divergence) => void;
}
