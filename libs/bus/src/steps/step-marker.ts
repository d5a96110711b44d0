import { codecs, type StepMark, subjects } from '@algo/contracts';
import { InputError, type TimeUs } from '@algo/model';
import type { Bus, Clock, Stored } from '../bus.ts';

interface Finished {
  readonly step: number;
  readonly timeUs: TimeUs;
  readonly lanes: readonly { readonly lane: string; readonly count: number }[];
  open: number;
}

/** Finished steps of which the stream has not heard yet. */
interface Unstored {
  readonly steps: number[];
  readonly timesUs: TimeUs[];
  readonly lanes: Map<string, number>;
}

/**
 * A snapshot is saved only after its mark was stored, so one that is ahead of the last mark tells of a server
 * that lost what it had acknowledged, or of marks that were pruned by age. To go on would leave every reader
 * waiting for ever.
 * *Errors*: InputError.
 */
export function checkMarksKept(identity: string, snapshotStep: number, markedThrough: number): void {
  if (snapshotStep <= markedThrough) return;
  throw new InputError({
    field: `snapshot of ${identity}`,
    value: snapshotStep,
    because: `the stream STEPS has its marks only up to step ${markedThrough}: the server lost some, or they aged out`,
    remedy:
      'Delete this snapshot, so that the state is built from the streams again, or use a fresh data directory.',
  });
}

/** Steps joined in one mark at most. */
const STEPS_PER_MARK = 64;
/** How long the stream may lag behind the signals: the time a reader loses when a signal is lost. */
const STORE_AFTER_MS = 20;

/**
 * Tells the readers which steps this producer has finished. A mark leaves only after everything it speaks of
 * is stored, so a mark is never a promise. It goes out at once as a signal, and a little later, many steps in
 * one, into the stream, from where readers take what they missed. *Source*: ADR 5.
 */
export class StepMarker {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #queue: Finished[] = [];
  readonly #waiters: { step: number; settle: PromiseWithResolvers<void> }[] = [];
  readonly #report: (error: Error) => void;
  #failure: Error | undefined;
  /** Steps up to here were marked in the stream by an earlier life of this process. */
  readonly #publishedThrough: number;
  #unstored: Unstored = { steps: [], timesUs: [], lanes: new Map() };
  #count: number;
  #signalled: number;
  #sent: number;
  #stored: number;
  #flushing = false;
  #storing = false;
  #ended = false;

  constructor(
    bus: Bus,
    clock: Clock,
    restored: { readonly count: number; readonly publishedThrough: number },
    fail: (error: Error) => void,
  ) {
    this.#bus = bus;
    this.#clock = clock;
    this.#count = restored.count;
    this.#publishedThrough = restored.publishedThrough;
    this.#signalled = restored.publishedThrough;
    this.#sent = restored.publishedThrough;
    this.#stored = restored.publishedThrough;
    this.#report = fail;
  }

  /** Queues a finished step; its mark leaves once `acks` have all come. */
  finish(
    step: number,
    timeUs: TimeUs,
    lanes: readonly { lane: string; count: number }[],
    acks: readonly Promise<Stored>[],
  ): void {
    if (step <= this.#publishedThrough) return;
    const finished: Finished = { step, timeUs, lanes, open: acks.length };
    this.#queue.push(finished);
    for (const ack of acks)
      ack.then(
        () => {
          if (--finished.open === 0) this.#flushSoon();
        },
        (error: unknown) => this.#fail(error as Error),
      );
  }

  /** Signals what can be marked now. */
  flush(): void {
    if (this.#ended) return;
    while (this.#queue.length > 0 && this.#queue[0]!.open === 0) {
      const steps: number[] = [];
      const lanes = new Map<string, number>();
      const timesUs: TimeUs[] = [];
      while (steps.length < STEPS_PER_MARK && this.#queue.length > 0 && this.#queue[0]!.open === 0) {
        const finished = this.#queue.shift()!;
        steps.push(finished.step);
        timesUs.push(finished.timeUs);
        for (const { lane, count } of finished.lanes) lanes.set(lane, count);
      }
      this.#signal(steps, timesUs, lanes);
    }
    const pending = this.#unstored.steps.length;
    if (pending >= STEPS_PER_MARK || (pending > 0 && this.#waiters.length > 0)) this.#store();
    else if (pending > 0) this.#storeSoon();
  }

  /**
   * Resolves when the mark of this step is in the stream. *Errors*:
   * what kept it, or anything it speaks of, from being stored.
   */
  whenStored(step: number): Promise<void> {
    if (step <= this.#stored) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const settle = Promise.withResolvers<void>();
    this.#waiters.push({ step, settle });
    this.flush();
    return settle.promise;
  }

  /** Says nothing more, as a dead process. */
  end(): void {
    this.#ended = true;
  }

  /** Acks come many in one read; one mark for all of them is enough. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  #storeSoon(): void {
    if (this.#storing) return;
    this.#storing = true;
    void this.#clock.sleep(STORE_AFTER_MS).then(() => {
      this.#storing = false;
      this.#store();
    });
  }

  #signal(steps: readonly number[], timesUs: readonly TimeUs[], lanes: ReadonlyMap<string, number>): void {
    const mark = markOf(this.#bus.identity, this.#signalled, steps, timesUs, lanes);
    this.#signalled = steps.at(-1)!;
    this.#bus.signal(subjects.stepSignal(this.#bus.identity), codecs.StepMark.encode(mark));
    this.#unstored.steps.push(...steps);
    this.#unstored.timesUs.push(...timesUs);
    for (const [lane, count] of lanes) this.#unstored.lanes.set(lane, count);
  }

  #store(): void {
    const { steps, timesUs, lanes } = this.#unstored;
    if (steps.length === 0 || this.#ended) return;
    this.#unstored = { steps: [], timesUs: [], lanes: new Map() };
    const producer = this.#bus.identity;
    const mark = markOf(producer, this.#sent, steps, timesUs, lanes);
    const last = steps.at(-1)!;
    this.#sent = last;
    this.#count++;
    this.#bus
      .publish({
        subject: subjects.stepMark(producer),
        type: codecs.StepMark.type,
        id: `mark:${producer}:${last}`,
        timeUs: timesUs.at(-1)!,
        data: codecs.StepMark.encode(mark),
        lane: { producer, epoch: 0, count: this.#count, step: last },
      })
      .then(
        () => this.#wake(last),
        (error: unknown) => this.#fail(error as Error),
      );
  }

  /** Whoever waits for a mark that can't come must not wait for ever. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { settle } of this.#waiters.splice(0)) settle.reject(error);
    this.#report(error);
  }

  #wake(stored: number): void {
    this.#stored = stored;
    for (let i = this.#waiters.length - 1; i >= 0; i--) {
      if (this.#waiters[i]!.step > stored) continue;
      this.#waiters[i]!.settle.resolve();
      this.#waiters.splice(i, 1);
    }
  }
}

function markOf(
  producer: string,
  after: number,
  steps: readonly number[],
  timesUs: readonly TimeUs[],
  lanes: ReadonlyMap<string, number>,
): StepMark {
  return {
    producer,
    after,
    steps: [...steps],
    eventTimesUs: [...timesUs],
    lanes: [...lanes].map(([lane, count]) => ({ lane, count })),
  };
}
