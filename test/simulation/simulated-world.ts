import { type AppendLog, type MemoryWire, type OutboundMessage, VirtualClock } from '@algo/bus';
import type { StreamName } from '@algo/contracts';
import type { RunningService } from '@algo/runtime';
import type { SeededRandom } from '@algo/simulation';
import type { OpenExchange } from '@algo/venues';
import type { RequestWire, SimulatedLife, SimulatedLog } from './simulated-life.ts';

/** Where virtual wall time begins: behind all event times of the tests. */
const START_MS = 1_750_000_000_000;

/** Returns a clock that nobody has moved yet. */
export function freshClock(): VirtualClock {
  return new VirtualClock(START_MS);
}

/** How the world around the processes behaves. */
export interface SimulatedWorld {
  readonly seed: number;
  /** A clock that others have too; without it one of its own. */
  readonly clock?: VirtualClock;
  /** What services are configured by, as their processes would be. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Messages take a while to be stored, records to be on disk, and acknowledgements may be lost. */
  readonly delays?: boolean;
  /** Opens the exchange of all accounts for a life, in the place of the paper exchange. */
  readonly openVenue?: (life: SimulatedLife) => OpenExchange | Promise<OpenExchange>;
  /** How long a message is on its way to its stream. *Units*: virtual ms. */
  readonly storeMs?: (message: OutboundMessage) => number;
  /** How long a record of a process's own log is on its way to the disk. *Units*: virtual ms. */
  readonly diskMs?: () => number;
  /** How many messages of a stream are kept at least; without it all are. */
  readonly messagesMax?: Readonly<Record<StreamName, number>>;
  /** A process's own log, in the place of one that keeps all in memory. */
  readonly openLog?: (identity: string) => SimulatedLog;
  /** Everything between the processes and around them, in the place of all of the above. */
  readonly storm?: Storm;
}

/** A world whose every part can fail; it also sees what passes. */
export interface Storm {
  readonly wire: MemoryWire;
  openLog(identity: string, clock: VirtualClock): SimulatedLog;
  requestsOf(identity: string, life: () => SimulatedLife): RequestWire;
  /** Says whether a life of that name is surely over. */
  isOver(identity: string, life: string): boolean;
  /** A process that nobody has killed came to its end. */
  ended(identity: string, life: SimulatedLife, error: Error): void;
}

/** One process over all its lives. */
export interface SimulatedProcess {
  readonly identity: string;
  readonly start: (life: SimulatedLife) => Promise<RunningService>;
  readonly log: SimulatedLog;
  life: SimulatedLife | undefined;
  /** Stops its driver, if it has one, as a kill does. */
  abandon: () => void;
  /** The machine of its newest life. */
  machine: unknown;
  /** Whether its newest life has taken again what older ones took. */
  isRestored: boolean;
}

/** Returns a wire on which what one process sends arrives in its order; a few acknowledgements are lost. */
export function delayingWire(clock: VirtualClock, random: SeededRandom): MemoryWire {
  const arrivesMs = new Map<string, number>();
  const below = (bound: number) => Math.floor(random.uniform() * bound);
  return {
    storeMs: (message) => {
      const producer = message.lane?.producer ?? '';
      const nowMs = clock.nowMs();
      const atMs = Math.max(nowMs + below(6), arrivesMs.get(producer) ?? 0);
      arrivesMs.set(producer, atMs);
      return atMs - nowMs;
    },
    ackMs: () => (random.chance(0.003) ? Number.POSITIVE_INFINITY : below(4)),
  };
}

/** Returns a log as a replay wants it, which closes what it reads. */
export function closing(log: AppendLog): AppendLog & AsyncDisposable {
  return {
    last: log.last,
    append: (bytes, done) => log.append(bytes, done),
    read: (after) => log.read(after),
    trim: (through, keepBytes) => log.trim(through, keepBytes),
    async [Symbol.asyncDispose]() {},
  };
}
