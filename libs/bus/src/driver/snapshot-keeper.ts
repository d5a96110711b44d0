import type { AppendLog } from '../append-log.ts';
import type { Bus, Clock } from '../bus.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import { fencedEpoch } from './life.ts';

/**
 * A snapshot that took long is not taken again before this many times as long has passed: those of a shard
 * with many busy instruments weigh tens of MB and more, and the disk is wanted for orders too.
 */
const REST = 20;
/**
 * What the own log may hold behind the snapshot before the last one, for whoever goes through the run again.
 */
const LOG_BYTES_MAX = 256 * 1024 * 1024;

export interface SnapshotKeeperParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly identity: string;
  readonly epoch: number;
  readonly store: SnapshotStore;
  readonly intervalMs: number;
  readonly log: AppendLog;
  readonly onFailure: (error: Error) => void;
}

/** A snapshot that waits until what was said up to it is stored. */
export interface Capture {
  readonly head: Uint8Array;
  readonly state: Uint8Array;
  /** Number of the last word that must be stored, and record of the own log that it reaches to. */
  readonly said: number;
  readonly log: number;
  /** Number of the last request that was made. */
  readonly asked: number;
}

/** Takes snapshots in their pace, each stored only after everything that was said up to it. */
export class SnapshotKeeper {
  readonly #parts: SnapshotKeeperParts;
  #dueMs: number;
  #startMs = 0;
  #capture: Capture | undefined;
  #saving: Promise<void> | undefined;
  #savedLog = 0;
  #stopped = false;

  constructor(parts: SnapshotKeeperParts) {
    this.#parts = parts;
    // Not at once: who begins again has other things to do, and has just read one.
    this.#dueMs = parts.clock.nowMs() + parts.intervalMs;
  }

  /** Captures the state now, if it is time; the captured bytes are in use until `idle`. */
  onBoundary(capture: () => Capture): void {
    if (this.#capture !== undefined || this.#saving !== undefined) return;
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs < this.#dueMs || this.#parts.store.mayBegin?.() === false) return;
    this.#startMs = nowMs;
    this.#dueMs = nowMs + this.#parts.intervalMs;
    this.#capture = capture();
  }

  /**
   * Told of what is stored, and asks for the first request that must be done and isn't; saves what waited
   * for them.
   */
  onStored(storedThrough: number, firstUnkept: () => number): void {
    const capture = this.#capture;
    if (capture === undefined || capture.said > storedThrough || capture.asked >= firstUnkept()) return;
    this.#capture = undefined;
    this.#saving = this.#save(capture)
      .catch((error: unknown) => this.#parts.onFailure(error as Error))
      .finally(() => {
        const endMs = this.#parts.clock.nowMs();
        this.#dueMs = Math.max(this.#dueMs, endMs + REST * (endMs - this.#startMs));
        this.#saving = undefined;
      });
  }

  /** Saves a last one, when nothing that it rests on is unstored. */
  async finish(capture: () => Capture): Promise<void> {
    await this.#saving;
    this.#capture = undefined;
    await this.#save(capture());
  }

  /** Saves nothing more, as a dead process. */
  stop(): void {
    this.#stopped = true;
    this.#capture = undefined;
  }

  async #save({ head, state, log: logNumber }: Capture): Promise<void> {
    const { bus, identity, epoch, store, log } = this.#parts;
    const newest = await fencedEpoch(bus, identity, 'SYSTEM');
    if (newest > epoch)
      throw new Error(
        `another process named ${identity} began life ${newest} while this one is in life ${epoch}; ` +
          'what this one says is void. Run one process of this name only.',
      );
    if (this.#stopped) return;
    await store.save(head, state);
    await log.trim(this.#savedLog, LOG_BYTES_MAX);
    this.#savedLog = logNumber;
  }
}
