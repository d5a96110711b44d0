import type { Clock, Driven, DrivePlan, Lease } from '@algo/bus';
import type { InstrumentId } from '@algo/model';
import { type ShardPlace, shardIdentity } from '@algo/runtime';
import type { ShardInput, ShardMachine, ShardRows, ShardWord } from '../domain/index.ts';
import { askPatiently } from './ask-patiently.ts';
import type { Turns } from './turns.ts';

/** Where it can't be said for so long that files are on their way, nobody goes on before they are there. */
const MARK_MAX_MS = 2_000;
/** Whoever is to have it may not be there. */
const TAKEN_MAX_MS = 1_000;
/** A shard whose files are on their way to here is driven on until they have come, for so long at most, */
const FILES_MAX_MS = 15_000;
/** and it is looked so often. */
const FILES_LOOK_MS = 50;

export type PlanOfShard = DrivePlan<ShardInput, ShardWord, ShardRows, never, ShardMachine>;

/** What whoever stores a shard's state and rows is told of its stay. */
export interface Stay {
  /** Whether the shard goes now: what is saved from here on is what the next owner goes on from. */
  readonly isLast: () => boolean;
  /** Whether another process is to have it, which opens no file before what is in hand here is stored. */
  readonly leaves: () => boolean;
  /**
   * Settles when its files may be opened: who had it before may still archive them. With false when the shard
   * goes first.
   */
  readonly filesFree: Promise<boolean>;
}

export interface ShardStayParts {
  readonly clock: Clock;
  readonly place: ShardPlace;
  /** Whether what a shard stored goes to the next owner by way of the archive, and takes its time. */
  readonly ownDisk: boolean;
  /** Returns how a shard is driven while it is here. */
  planOf(shard: number, stay: Stay): PlanOfShard;
  /** Whether the store can take what waits of these; not where rows wait for a file. */
  canStore(instruments: readonly InstrumentId[]): boolean;
  /** Stores what waits of these. *Errors*: those of the store, which `close` has again. */
  store(instruments: readonly InstrumentId[]): Promise<unknown>;
  /**
   * Lets go of the files of a shard that is driven no more; `leaves`: another process is to have it. What its
   * state rests on is stored before, when the driver ends.
   */
  close(instruments: readonly InstrumentId[], leaves: boolean): Promise<void>;
}

/** What a shard needs of those beside it. */
export interface ShardStayHost {
  /** Shards of this process are handed on in turn. */
  readonly handing: Turns;
  /** Whether the plan gives it to this process. */
  isOwned(): boolean;
  /** Whether this process ends: nothing is waited for any more. */
  isEnding(): boolean;
  onFailure(error: Error): void;
  onOver(): void;
}

/** A virtual shard in this process: it waits for it, takes it over, drives it on, hands it on. */
export class ShardStay {
  readonly shard: number;
  stage: 'waits' | 'is taken again' | 'runs' | 'goes' = 'waits';
  machine: ShardMachine | undefined;
  /** Settles when it is let go. */
  readonly over: Promise<void>;
  readonly #parts: ShardStayParts;
  readonly #host: ShardStayHost;
  readonly #end = new AbortController();
  /** Ends the wait for files that another process still archives. */
  readonly #gone = new AbortController();
  /** Whether its files are this process's to open. */
  #hasFiles = false;
  #driven: Driven<never> | undefined;

  constructor(shard: number, parts: ShardStayParts, host: ShardStayHost) {
    this.shard = shard;
    this.#parts = parts;
    this.#host = host;
    this.over = this.#stay()
      .catch((error: unknown) => host.onFailure(error as Error))
      .finally(() => host.onOver());
  }

  /** Inputs that it has taken. */
  get taken(): number {
    return this.#driven?.taken ?? 0;
  }

  /** Hands it on when it is its turn. */
  end(): void {
    this.#end.abort();
  }

  async #stay(): Promise<void> {
    const { clock, place } = this.#parts;
    const { signal } = this.#end;
    const isOver = () => signal.aborted;
    const lease = await askPatiently(clock, () => place.lease(this.shard, signal), isOver);
    if (lease === undefined) return;
    await using _lease = lease;
    if (signal.aborted) return;
    void lease.lost.then((reason) => this.#host.onFailure(lost(this.shard, reason)));
    await this.#drive(lease);
  }

  async #drive(lease: Lease): Promise<void> {
    const { place, planOf, store, close, ownDisk } = this.#parts;
    const { handing, isOwned, onFailure } = this.#host;
    this.stage = 'is taken again';
    const isToGo = new Promise<void>((resolve) => {
      this.#end.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const isLast = () => this.stage === 'goes';
    const leaves = () => isLast() && ownDisk && !isOwned();
    const stay = { isLast, leaves, filesFree: this.#awaitFiles() };
    const { machine, driven } = await place.drive(this.shard, lease.epoch, planOf(this.shard, stay));
    this.machine = machine;
    this.#driven = driven;
    void driven.restored.then(() => {
      if (this.stage === 'is taken again') this.stage = 'runs';
    });
    void driven.closed.then((error) => {
      // A last state that can't be saved costs whoever goes on the time to take these inputs again.
      if (error !== undefined && this.stage !== 'goes') onFailure(error);
    });
    await Promise.race([isToGo, driven.closed]);
    if (ownDisk && !isOwned()) await this.#awaitOpen(machine, driven);
    await using _onWay = await handing.run(async () => {
      this.stage = 'goes';
      this.#gone.abort();
      const marked = ownDisk ? this.#markOnWay() : undefined;
      await driven[Symbol.asyncDispose]();
      const onWay = await marked;
      // Whoever is to have it goes on now; what it stores waits until the files are there.
      // The next shard is driven on until then: one process may get from all others more than it can take.
      if (onWay !== undefined || !ownDisk) await lease.handOn(this.#host.isEnding() ? 0 : TAKEN_MAX_MS);
      return onWay;
    });
    await store(machine.instruments).catch(() => undefined);
    // To archive keeps the store busy, and the states of the others are saved behind what is stored.
    await handing.idle;
    await close(machine.instruments, !isOwned());
  }

  /** Waits for its files: without them it could save no state, and the next owner would wait for them too. */
  async #awaitOpen(machine: ShardMachine, driven: Driven<never>): Promise<void> {
    const { clock, canStore } = this.#parts;
    const untilMs = clock.monotonicMs() + FILES_MAX_MS;
    let isOver = false;
    void driven.closed.then(() => {
      isOver = true;
    });
    const isOpen = () => this.#hasFiles && canStore(machine.instruments);
    while (!isOver && !this.#host.isEnding() && !isOpen() && clock.monotonicMs() < untilMs)
      await clock.sleep(FILES_LOOK_MS);
  }

  /** Waits until nobody archives what the shard has stored; false when it goes before. */
  async #awaitFiles(): Promise<boolean> {
    const { clock, place, ownDisk } = this.#parts;
    if (ownDisk) {
      const { signal } = this.#gone;
      const ask = () => place.files(this.shard, signal);
      const free = await askPatiently(clock, ask, () => signal.aborted).catch((error: Error) => {
        this.#host.onFailure(error);
        return undefined;
      });
      await free?.[Symbol.asyncDispose]();
      if (free === undefined) return false;
    }
    this.#hasFiles = true;
    return true;
  }

  /** Says that what the shard has stored is on its way to the next owner; undefined where that isn't said. */
  async #markOnWay(): Promise<Lease | undefined> {
    if (!this.#hasFiles || this.#host.isOwned()) return undefined;
    const late = new AbortController();
    const cancel = this.#parts.clock.after(MARK_MAX_MS, () => late.abort());
    return this.#parts.place
      .files(this.shard, late.signal)
      .catch(() => undefined)
      .finally(cancel);
  }
}

function lost(shard: number, reason: string): Error {
  return new Error(
    `the lease of ${shardIdentity(shard)}: ${reason}. Another process may have it, so this one ends`,
  );
}
