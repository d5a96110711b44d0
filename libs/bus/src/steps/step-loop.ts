import {
  ContractError,
  codecs,
  FAMILIES,
  type Family,
  familyFilters,
  STREAMS,
  type StreamName,
  subjects,
} from '@algo/contracts';
import { InputError, type TimeUs } from '@algo/model';
import type { Bus, Clock, InboundMessage, Subscription } from '../bus.ts';
import { PoisonedLaneError } from '../durable-consumer.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { type InboxPlan, type InboxSnapshot, type Producer, StepInbox } from './step-inbox.ts';
import { checkMarksKept, StepMarker } from './step-marker.ts';
import { type Emission, type SaidInStep, StepOutput } from './step-output.ts';

export interface HandleContext {
  emit(emission: Emission): void;
  /** How many inputs (messages or steps) this service has finished in all its lives: its logical clock. */
  readonly handled: number;
  /** The step in hand; undefined while live. */
  readonly step: number | undefined;
}

/** A service's judgement with its codecs around it: what the loop drives. */
export interface StepMachine {
  handle(message: InboundMessage, context: HandleContext): void | Promise<void>;
  /** After all messages of a step: event time has reached `timeUs`. */
  endStep?(timeUs: TimeUs, context: HandleContext): void | Promise<void>;
  /** After each finished input, when its outputs have been handed to the bus. */
  onBoundary?(handled: number): void;
  /** All state as bytes; the machine may use them again at the next call, which comes after they were stored. */
  snapshot(): Uint8Array;
}

export interface StepLoopOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly plan: InboxPlan;
  /** Families read outside the step graph, as they come: commands of people. */
  readonly asides?: readonly Family[];
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  /**
   * Says nothing before the marks of the steps it follows from are in the stream: for who couldn't take back what he
   * said if everybody was killed before that. Costs each such step a few milliseconds.
   */
  readonly saysAfterInputsStored?: boolean;
  /** Counts this process's lives, for lanes that run free; grows at each start. */
  readonly liveEpoch: number;
  /** Makes the machine from its last snapshot, or afresh. */
  readonly restore: (state: Uint8Array | undefined) => StepMachine | Promise<StepMachine>;
}

/** 2: what is said at once has lanes of its own, apart from those of the steps. */
const SNAPSHOT_VERSION = 2;

interface LoopSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly inbox: InboxSnapshot;
  readonly counts: Readonly<Record<string, number>>;
  readonly handled: number;
}

/**
 * How far before the snapshot's position a stream is read again. A server that was killed may have given the
 * last sequences before it to other messages since; what was handled is dropped by lane count or id.
 */
const REWIND = 1_024;
/** Unhandled messages at which followers are made to wait. */
const BACKLOG_MAX = 4_096;
/**
 * A snapshot that took long is not taken again before this many times as long has passed: those of a shard with many
 * busy instruments weigh tens of MB and more, and the disk is wanted for orders too.
 */
const SNAPSHOT_REST = 20;

/**
 * Drives one service: restores it, follows its streams from where the snapshot stood, hands it complete steps
 * or single live messages, publishes what it says with deterministic lane positions, marks finished steps and
 * takes snapshots. Start-up after a crash and normal start-up are this one path.
 */
export class StepLoop implements AsyncDisposable {
  readonly #options: StepLoopOptions;
  readonly #machine: StepMachine;
  readonly #inbox: StepInbox;
  readonly #marker: StepMarker;
  readonly #output: StepOutput;
  readonly #subscriptions: Subscription[] = [];
  readonly #failed = Promise.withResolvers<Error | undefined>();
  #handled: number;
  #pumping: Promise<void> | undefined;
  #roomWaiters: (() => void)[] = [];
  #snapshotDueMs = 0;
  #saving: Promise<void> | undefined;
  #stopping = false;

  private constructor(
    options: StepLoopOptions,
    machine: StepMachine,
    restored: LoopSnapshot | undefined,
    publishedThrough: number,
    marks: number,
  ) {
    this.#options = options;
    this.#machine = machine;
    this.#inbox = new StepInbox(options.plan, restored?.inbox);
    this.#handled = restored?.handled ?? 0;
    const { bus, liveEpoch, saysAfterInputsStored } = options;
    this.#output = new StepOutput({
      ...{ bus, liveEpoch, publishedThrough, counts: restored?.counts ?? {} },
      waitFor: () => (saysAfterInputsStored === true ? this.#inbox.inputsStored() : undefined),
      onRoom: () => this.#pump(),
      onFailure: (error) => this.#fail(error),
    });
    this.#marker = new StepMarker(options.bus, options.clock, { count: marks, publishedThrough }, (error) =>
      this.#fail(error),
    );
  }

  static async start(options: StepLoopOptions): Promise<StepLoop> {
    const saved = await options.snapshots.load();
    const restored = saved === undefined ? undefined : unpack(saved);
    const own = await options.bus.last('STEPS', subjects.stepMark(options.bus.identity));
    const publishedThrough = own === undefined ? 0 : codecs.StepMark.decode(own.data).steps.at(-1)!;
    checkMarksKept(options.bus.identity, restored?.loop.inbox.step ?? 0, publishedThrough);
    const machine = await options.restore(restored?.state);
    const loop = new StepLoop(options, machine, restored?.loop, publishedThrough, own?.lane?.count ?? 0);
    await loop.#follow(restored?.loop.inbox.positions ?? {});
    return loop;
  }

  /** Resolves with the error that ended the loop, or undefined when it was stopped. */
  get closed(): Promise<Error | undefined> {
    return this.#failed.promise;
  }

  get handled(): number {
    return this.#handled;
  }

  get step(): number {
    return this.#inbox.step;
  }

  get backlog(): number {
    return this.#inbox.backlog;
  }

  /** Resolves when a restart could go through everything again that was handled so far, whoever else was killed. */
  async inputsStored(): Promise<void> {
    await this.#inbox.inputsStored();
  }

  /** Hands the machine an input of this process's own (a timer, a request), between two messages. */
  async inject(work: (context: HandleContext) => void | Promise<void>): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
    const run = Promise.resolve(work(this.#context(undefined)));
    // Its failure is the caller's alone: the loop, and whoever waits for his turn, goes on.
    this.#pumping = run.then(
      () => undefined,
      () => undefined,
    );
    try {
      await run;
    } finally {
      this.#pumping = undefined;
      this.#pump();
    }
  }

  async #follow(positions: Partial<Record<StreamName, number>>): Promise<void> {
    const { bus, plan, asides } = this.#options;
    const filters = new Map<StreamName, Set<string>>();
    const add = (family: Family, shards?: readonly number[]) => {
      const stream = FAMILIES[family].stream;
      const set = filters.get(stream) ?? new Set();
      for (const filter of familyFilters(family, shards)) set.add(filter);
      filters.set(stream, set);
    };
    const producers: Producer[] = [...plan.forward, ...plan.feedback];
    for (const producer of producers) for (const family of producer.families) add(family, producer.shards);
    for (const family of asides ?? []) add(family);
    if (producers.length > 0)
      filters.set('STEPS', new Set(producers.map((producer) => subjects.stepMark(producer.name))));
    for (const producer of producers)
      this.#subscriptions.push(
        await bus.onSignal(subjects.stepSignal(producer.name), (data) => {
          this.#inbox.onSignal(data);
          this.#pump();
        }),
      );
    for (const [stream, set] of filters) {
      const subscription = await bus.follow(
        { stream, subjects: [...set], after: Math.max(0, (positions[stream] ?? 0) - REWIND) },
        (message) => this.#admit(message),
      );
      void subscription.closed.then((error) => error !== undefined && this.#fail(error));
      this.#subscriptions.push(subscription);
    }
  }

  #admit(message: InboundMessage): void | Promise<void> {
    try {
      this.#inbox.admit(message);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#pump();
    // A replay is bounded by ingest's window; pausing one of its streams could keep a step from ever completing.
    if (message.stream === 'STEPS' || message.lane?.step !== undefined) return;
    if (this.#inbox.backlog >= BACKLOG_MAX) return new Promise((wake) => this.#roomWaiters.push(wake));
  }

  #pump(): void {
    if (this.#pumping !== undefined || this.#stopping) return;
    const running = this.#drain();
    if (running === undefined) return;
    this.#pumping = running
      .catch((error: unknown) => this.#fail(error as Error))
      .finally(() => {
        this.#pumping = undefined;
        this.#pump();
      });
  }

  /**
   * Works through what is ready; synchronous as long as the
   * machine is, so that a quiet engine answers at once.
   */
  #drain(): Promise<void> | undefined {
    try {
      for (;;) {
        const work = this.#next();
        if (work === undefined) break;
        if (work instanceof Promise) return work.then(() => this.#drain());
      }
    } catch (error) {
      this.#fail(error as Error);
      return undefined;
    }
    this.#marker.flush();
    return undefined;
  }

  /** Handles one input. Returns undefined when nothing is ready, true or a promise when something was. */
  #next(): true | Promise<void> | undefined {
    if (this.#stopping) return undefined;
    const free = this.#output.isFull ? undefined : this.#inbox.takeFree();
    if (free !== undefined) {
      const done = this.#handle(free, this.#context(undefined));
      if (done instanceof Promise) return done.then(() => this.#boundary());
      this.#boundary();
      return true;
    }
    const ready = this.#inbox.takeStep();
    if (ready === undefined) return undefined;
    const said: SaidInStep = { step: ready.step, acks: [], lanes: new Map() };
    const context = this.#context(said);
    const finish = () => {
      this.#boundary();
      this.#marker.finish(
        ready.step,
        ready.timeUs,
        [...said.lanes].map(([lane, count]) => ({ lane, count })),
        said.acks,
      );
    };
    let index = 0;
    const run = (): void | Promise<void> => {
      while (index < ready.messages.length) {
        const done = this.#handle(ready.messages[index++]!, context);
        if (done instanceof Promise) return done.then(run);
      }
      return this.#machine.endStep?.(ready.timeUs, context);
    };
    const done = run();
    if (done instanceof Promise) return done.then(finish);
    finish();
    return true;
  }

  /**
   * Hands one message over. One that can't be read is set aside
   * where that costs nothing, and stops us where it might.
   */
  #handle(message: InboundMessage, context: HandleContext): void | Promise<void> {
    const unreadable = (error: unknown): void => {
      if (!(error instanceof ContractError)) throw error;
      const reason = error.at(message.stream, message.sequence, message.subject).message;
      if (STREAMS[message.stream].keep === 'money') throw new PoisonedLaneError(reason);
      this.#output.bury(message, reason);
    };
    try {
      const done = this.#machine.handle(message, context);
      return done instanceof Promise ? done.catch(unreadable) : done;
    } catch (error) {
      return unreadable(error);
    }
  }

  #context(said: SaidInStep | undefined): HandleContext {
    const emit = (emission: Emission) => this.#output.emit(emission, said);
    return { emit, handled: this.#handled + 1, step: said?.step };
  }

  #boundary(): void {
    this.#handled++;
    this.#machine.onBoundary?.(this.#handled);
    if (this.#roomWaiters.length > 0 && this.#inbox.backlog < BACKLOG_MAX / 2) {
      const waiters = this.#roomWaiters;
      this.#roomWaiters = [];
      for (const wake of waiters) wake();
    }
    const nowMs = this.#options.clock.nowMs();
    if (this.#saving === undefined && nowMs >= this.#snapshotDueMs) {
      this.#snapshotDueMs = nowMs + this.#options.snapshotIntervalMs;
      this.#save();
    }
  }

  /** Captures the state now and stores it once everything it has said is stored. */
  #save(): void {
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    const state = this.#machine.snapshot();
    const inbox = this.#inbox.snapshot();
    const step = inbox.step;
    const { counts } = this.#output;
    const handled = this.#handled;
    const outputs = this.#output.unstored;
    // The boundary comes before its own step is handed to
    // the marker, so the wait is asked for a moment later.
    this.#saving = Promise.resolve()
      .then(() => Promise.all([...outputs, step === 0 ? undefined : this.#marker.whenStored(step)]))
      .then(() =>
        this.#options.snapshots.save(headOf({ version: SNAPSHOT_VERSION, inbox, counts, handled }), state),
      )
      .catch((error: unknown) => this.#fail(error as Error))
      .finally(() => {
        const endMs = clock.nowMs();
        this.#snapshotDueMs = Math.max(this.#snapshotDueMs, endMs + SNAPSHOT_REST * (endMs - startMs));
        this.#saving = undefined;
      });
  }

  /**
   * Stops at once and says nothing more, as a killed process does: for fault simulations inside one process.
   */
  abandon(): void {
    this.#stopping = true;
    this.#output.end();
    this.#marker.end();
    for (const subscription of this.#subscriptions) void subscription[Symbol.asyncDispose]();
  }

  #fail(error: Error): void {
    this.#stopping = true;
    this.#failed.resolve(error);
  }

  /** Stops taking input, finishes what is in hand, stores outputs and a last snapshot. */
  async [Symbol.asyncDispose](): Promise<void> {
    const healthy = !this.#stopping;
    this.#stopping = true;
    for (const wake of this.#roomWaiters) wake();
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
    await this.#pumping;
    await this.#saving;
    if (healthy) {
      this.#marker.flush();
      this.#save();
      await this.#saving;
      this.#failed.resolve(undefined);
    }
    this.#marker.end();
  }
}

/** A snapshot is a line of JSON with the loop's part, then the machine's bytes. */
function headOf(loop: LoopSnapshot): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(loop)}\n`);
}

function unpack(saved: Uint8Array): { loop: LoopSnapshot; state: Uint8Array } {
  const cut = saved.indexOf(10);
  const loop = JSON.parse(new TextDecoder().decode(saved.subarray(0, cut))) as LoopSnapshot;
  if (loop.version !== SNAPSHOT_VERSION)
    throw new InputError({
      field: 'snapshot version',
      value: loop.version,
      because: `written by another build; this one reads ${SNAPSHOT_VERSION}`,
      remedy: 'Start the build that wrote it, or use a fresh data directory.',
    });
  return { loop, state: saved.subarray(cut + 1) };
}
