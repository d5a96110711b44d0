import { codecs, subjects } from '@algo/contracts';
import { InputError, type TimeUs } from '@algo/model';
import type { Bus, Stored } from '../bus.ts';

interface Finished {
  readonly step: number;
  readonly timeUs: TimeUs;
  readonly lanes: readonly { readonly lane: string; readonly count: number }[];
  open: number;
}

/**
 * A snapshot is saved only after its mark was stored, so one that is ahead of the last mark tells of a server that lost
 * what it had acknowledged, or of marks that were pruned by age. To go on would leave every reader waiting for ever.
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

/** Steps joined in one mark at most; a reader that catches up is not kept waiting longer than that. */
const STEPS_PER_MARK = 64;

/**
 * Tells the readers which steps this producer has finished. A mark leaves only after everything it speaks of is stored,
 * so a mark is never a promise; marks leave in order; steps that finish in one go share a mark.
 */
export class StepMarker {
  readonly #bus: Bus;
  readonly #queue: Finished[] = [];
  readonly #waiters: { step: number; settle: PromiseWithResolvers<void> }[] = [];
  readonly #report: (error: Error) => void;
  #failure: Error | undefined;
  #count: number;
  #stored: number;
  /** Steps up to here were marked by an earlier life of this process. */
  readonly #publishedThrough: number;

  constructor(
    bus: Bus,
    restored: { readonly count: number; readonly publishedThrough: number },
    fail: (error: Error) => void,
  ) {
    this.#bus = bus;
    this.#count = restored.count;
    this.#publishedThrough = restored.publishedThrough;
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
          if (--finished.open === 0) this.flush();
        },
        (error: unknown) => this.#fail(error as Error),
      );
  }

  /** Publishes what can be marked now. */
  flush(): void {
    while (this.#queue.length > 0 && this.#queue[0]!.open === 0) {
      const steps: number[] = [];
      const lanes = new Map<string, number>();
      let timeUs = 0;
      while (steps.length < STEPS_PER_MARK && this.#queue.length > 0 && this.#queue[0]!.open === 0) {
        const finished = this.#queue.shift()!;
        steps.push(finished.step);
        timeUs = finished.timeUs;
        for (const { lane, count } of finished.lanes) lanes.set(lane, count);
      }
      this.#publish(steps, timeUs, lanes);
    }
  }

  /** Resolves when the mark of this step is stored. *Errors*: what kept it, or anything it speaks of, from being stored. */
  whenStored(step: number): Promise<void> {
    if (step <= this.#stored) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const settle = Promise.withResolvers<void>();
    this.#waiters.push({ step, settle });
    return settle.promise;
  }

  get queued(): number {
    return this.#queue.length;
  }

  #publish(steps: readonly number[], timeUs: TimeUs, lanes: ReadonlyMap<string, number>): void {
    const producer = this.#bus.identity;
    const last = steps.at(-1)!;
    this.#count++;
    this.#bus
      .publish({
        subject: subjects.stepMark(producer),
        type: codecs.StepMark.type,
        id: `mark:${producer}:${last}`,
        timeUs,
        data: codecs.StepMark.encode({
          producer,
          steps: [...steps],
          eventTimeUs: timeUs,
          lanes: [...lanes].map(([lane, count]) => ({ lane, count })),
        }),
        lane: { producer, epoch: 0, count: this.#count, step: last },
      })
      .then(
        () => {
          this.#stored = last;
          for (let i = this.#waiters.length - 1; i >= 0; i--) {
            if (this.#waiters[i]!.step > last) continue;
            this.#waiters[i]!.settle.resolve();
            this.#waiters.splice(i, 1);
          }
        },
        (error: unknown) => this.#fail(error as Error),
      );
  }

  /** Whoever waits for a mark that will never come would wait for ever, and with him the end of the process. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { settle } of this.#waiters.splice(0)) settle.reject(error);
    this.#report(error);
  }
}
