import type { AppendLog } from '../append-log.ts';
import type { Bus, Clock } from '../bus.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import { fencedEpoch } from './life.ts';
import type { QuietWatch } from './quiet-watch.ts';

/**
 * A snapshot that took long is not taken again before this many times as long has passed: those of a shard
 * with many busy instruments weigh tens of MB and more, and the disk is wanted for orders too.
 */
const REST = 20;
/** And of those moments in which nothing else can be done a process spends a thousandth of its time on it. */
const STOP_REST = 1_000;
/**
 * What the own log may hold behind the snapshot before the last one, for whoever goes through the run again.
 */
const LOG_BYTES_MAX = 256 * 1024 * 1024;

/**
 * A snapshot stops all else for as long as its bytes are made, so it waits for a quiet moment; in a process
 * that has none, for so long.
 */
const LATE_MS = 1_000;

export interface SnapshotKeeperParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly identity: string;
  readonly epoch: number;
  readonly store: SnapshotStore;
  readonly intervalMs: number;
  readonly log: AppendLog;
  readonly capture: () => Capture;
  readonly quiet: QuietWatch;
  readonly storedThrough: () => number;
  /** The first request that must be done before a snapshot and isn't. */
  readonly firstUnkept: () => number;
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
  /** Since when one that is due waits: however long nothing came before, the next input goes first. */
  #waitsSinceMs: number | undefined;
  /** Ends the wait for a quiet moment. */
  #cancelLook: (() => void) | undefined;
  #saving: Promise<void> | undefined;
  #savedLog = 0;
  #stopped = false;

  constructor(parts: SnapshotKeeperParts) {
    this.#parts = parts;
    // Not at once: who begins again has other things to do, and has just read one.
    this.#dueMs = parts.clock.monotonicMs() + parts.intervalMs;
  }

  /** Takes a snapshot if it is time, between two inputs; its bytes are in use until it is saved. */
  onBoundary(): void {
    if (!this.#isDue()) return;
    const nowMs = this.#parts.clock.monotonicMs();
    this.#waitsSinceMs ??= nowMs;
    if (nowMs < this.#waitsSinceMs + LATE_MS) this.#takeInQuiet();
    else this.#take();
  }

  /** What was said or done meanwhile may be all that one waits for. */
  onStored(): void {
    const capture = this.#capture;
    const { clock, firstUnkept, onFailure, storedThrough } = this.#parts;
    if (capture === undefined || capture.said > storedThrough() || capture.asked >= firstUnkept()) return;
    this.#capture = undefined;
    this.#saving = this.#save(capture)
      .catch((error: unknown) => onFailure(error as Error))
      .finally(() => {
        const endMs = clock.monotonicMs();
        this.#dueMs = Math.max(this.#dueMs, endMs + REST * (endMs - this.#startMs));
        this.#saving = undefined;
      });
  }

  /** Saves a last one, when nothing that it rests on is unstored. */
  async finish(): Promise<void> {
    this.#cancelLook?.();
    await this.#saving;
    this.#capture = undefined;
    await this.#save(this.#parts.capture());
  }

  /** Saves nothing more, as a dead process. */
  stop(): void {
    this.#stopped = true;
    this.#capture = undefined;
    this.#cancelLook?.();
  }

  #isDue(): boolean {
    if (this.#stopped || this.#capture !== undefined || this.#saving !== undefined) return false;
    return this.#parts.clock.monotonicMs() >= this.#dueMs && this.#parts.store.mayBegin?.() !== false;
  }

  #takeInQuiet(): void {
    if (this.#cancelLook !== undefined) return;
    this.#cancelLook = this.#parts.quiet.next(() => {
      this.#cancelLook = undefined;
      if (this.#isDue()) this.#take();
    });
  }

  #take(): void {
    this.#waitsSinceMs = undefined;
    this.#startMs = this.#parts.clock.monotonicMs();
    this.#dueMs = this.#startMs + this.#parts.intervalMs;
    this.#capture = this.#parts.capture();
    const endMs = this.#parts.clock.monotonicMs();
    this.#dueMs = Math.max(this.#dueMs, endMs + STOP_REST * (endMs - this.#startMs));
    this.onStored();
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
