import { codecs, laneOf, subjects } from '@algo/contracts';
import { InputError, type TimeUs } from '@algo/model';
import type { Bus, Clock, Stored, Subscription } from '../bus.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { checkMarksKept, StepMarker } from './step-marker.ts';
import type { Emission } from './step-output.ts';

export interface StepSourceOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  /** Producers that close the loop: a new step waits while one of them is more than `window` steps behind. */
  readonly waitFor: readonly string[];
  readonly window: number;
}

/** How long the end waits for the last marks; the next start says again what is missing. */
const DRAIN_MAX_MS = 1_500;

interface SourceSnapshot {
  readonly version: 1;
  readonly step: number;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Gives out a recorded feed step by step. A step holds the trades of one slice of event time; the next leaves
 * as soon as fewer than `window` steps are under way. After a restart the feed is read again from its
 * snapshot and what was already said is not said twice. *Source*: ADR 5.
 */
export class StepSource implements AsyncDisposable {
  /** The feed's own state as it stood at the snapshot; undefined on a first start. */
  readonly restored: Uint8Array | undefined;
  readonly #options: StepSourceOptions;
  readonly #counts: Map<string, number>;
  readonly #marker: StepMarker;
  readonly #publishedThrough: number;
  readonly #followers = new Map<string, number>();
  readonly #underWay: number[] = [];
  readonly #subscriptions: Subscription[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #snapshotMs: number;
  #saving: Promise<void> | undefined;
  #step: number;

  private constructor(
    options: StepSourceOptions,
    saved: { source: SourceSnapshot; state: Uint8Array } | undefined,
    publishedThrough: number,
    marks: number,
  ) {
    this.#options = options;
    this.restored = saved?.state;
    this.#step = saved?.source.step ?? 0;
    this.#counts = new Map(Object.entries(saved?.source.counts ?? {}));
    this.#publishedThrough = publishedThrough;
    this.#snapshotMs = options.clock.nowMs();
    this.#marker = new StepMarker(options.bus, options.clock, { count: marks, publishedThrough }, (error) =>
      this.#fail(error),
    );
  }

  static async open(options: StepSourceOptions): Promise<StepSource> {
    const bytes = await options.snapshots.load();
    const own = await options.bus.last('STEPS', subjects.stepMark(options.bus.identity));
    const publishedThrough = own === undefined ? 0 : codecs.StepMark.decode(own.data).steps.at(-1)!;
    const saved = bytes === undefined ? undefined : unpack(bytes);
    checkMarksKept(options.bus.identity, saved?.source.step ?? 0, publishedThrough);
    const source = new StepSource(options, saved, publishedThrough, own?.lane?.count ?? 0);
    await source.#followMarks();
    return source;
  }

  /** The last step given out, in this life or before the snapshot. */
  get step(): number {
    return this.#step;
  }

  /**
   * Gives out one step. Resolves when there is room for the
   * next. `state` is asked for only when a snapshot is due.
   */
  async give(
    step: number,
    timeUs: TimeUs,
    emissions: readonly Emission[],
    state: () => Uint8Array,
  ): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { bus } = this.#options;
    const acks: Promise<Stored>[] = [];
    const lanes = new Map<string, number>();
    for (const emission of emissions) {
      const lane = laneOf(emission.subject);
      const count = (this.#counts.get(lane) ?? 0) + 1;
      this.#counts.set(lane, count);
      lanes.set(lane, count);
      if (step > this.#publishedThrough)
        acks.push(bus.publish({ ...emission, lane: { producer: bus.identity, epoch: 0, count, step } }));
    }
    this.#step = step;
    this.#marker.finish(
      step,
      timeUs,
      [...lanes].map(([lane, count]) => ({ lane, count })),
      acks,
    );
    this.#marker.flush();
    this.#underWay.push(step);
    this.#snapshotIfDue(state);
    await this.#room();
  }

  /** Resolves when everybody has finished everything given out. */
  async settled(): Promise<void> {
    this.#forget();
    while (this.#underWay.length > 0) await this.#nextMark();
  }

  async save(state: Uint8Array): Promise<void> {
    await this.#saving;
    await this.#store(state);
  }

  #snapshotIfDue(state: () => Uint8Array): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#saving !== undefined || nowMs - this.#snapshotMs < this.#options.snapshotIntervalMs) return;
    this.#snapshotMs = nowMs;
    this.#saving = this.#store(state())
      .catch((error: unknown) => this.#fail(error as Error))
      .finally(() => {
        this.#saving = undefined;
      });
  }

  async #store(state: Uint8Array): Promise<void> {
    const source: SourceSnapshot = { version: 1, step: this.#step, counts: Object.fromEntries(this.#counts) };
    await this.#marker.whenStored(source.step);
    await this.#options.snapshots.save(new TextEncoder().encode(`${JSON.stringify(source)}\n`), state);
  }

  /**
   * Once the window is full, half of it must drain: steps
   * that leave together cost everybody less than one by one.
   */
  async #room(): Promise<void> {
    if (this.#underWay.length < this.#options.window) return;
    this.#forget();
    while (this.#underWay.length > this.#options.window / 2) await this.#nextMark();
  }

  async #nextMark(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
    if (this.#failure !== undefined) throw this.#failure;
    this.#forget();
  }

  #forget(): void {
    const done = Math.min(...this.#options.waitFor.map((name) => this.#followers.get(name) ?? 0));
    let n = 0;
    while (n < this.#underWay.length && this.#underWay[n]! <= done) n++;
    this.#underWay.splice(0, n);
  }

  async #followMarks(): Promise<void> {
    const { bus, waitFor } = this.#options;
    let after = Number.MAX_SAFE_INTEGER;
    for (const name of waitFor) {
      const last = await bus.last('STEPS', subjects.stepMark(name));
      if (last !== undefined) this.#followers.set(name, codecs.StepMark.decode(last.data).steps.at(-1)!);
      after = Math.min(after, last?.sequence ?? 0);
    }
    if (waitFor.length === 0) return;
    const onMark = (data: Uint8Array) => {
      const { producer, steps } = codecs.StepMark.decode(data);
      this.#followers.set(producer, Math.max(this.#followers.get(producer) ?? 0, steps.at(-1)!));
      this.#wake?.();
    };
    for (const name of waitFor)
      this.#subscriptions.push(await bus.onSignal(subjects.stepSignal(name), onMark));
    const marks = waitFor.map((name) => subjects.stepMark(name));
    const stored = await bus.follow({ stream: 'STEPS', subjects: marks, after }, ({ data }) => onMark(data));
    void stored.closed.then((error) => error !== undefined && this.#fail(error));
    this.#subscriptions.push(stored);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving;
    // The last marks follow the acks of what they speak of; who waits for the feed has heard of a failure.
    const marked = this.#marker.whenStored(this.#step).catch(() => undefined);
    await Promise.race([marked, this.#options.clock.sleep(DRAIN_MAX_MS)]);
    this.#marker.end();
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }
}

function unpack(saved: Uint8Array): { source: SourceSnapshot; state: Uint8Array } {
  const cut = saved.indexOf(10);
  const source = JSON.parse(new TextDecoder().decode(saved.subarray(0, cut))) as SourceSnapshot;
  if (source.version !== 1)
    throw new InputError({
      field: 'snapshot version',
      value: source.version,
      because: 'written by another build; this one reads 1',
      remedy: 'Start the build that wrote it, or use a fresh data directory.',
    });
  return { source, state: saved.subarray(cut + 1) };
}
