import { codecs, laneOf, subjects } from '@algo/contracts';
import type { Bus, InboundMessage, OutboundMessage, Stored } from '../bus.ts';

/** A fact on its way out; lane, step and sender are added here. */
export type Emission = Pick<OutboundMessage, 'subject' | 'type' | 'id' | 'timeUs' | 'data'>;

/** What was said in one step: acks still to come, and how far each lane used has come. */
export interface SaidInStep {
  readonly step: number;
  readonly acks: Promise<Stored>[];
  readonly lanes: Map<string, number>;
}

export interface StepOutputParts {
  readonly bus: Bus;
  /** Counts this process's lives, for what it says outside steps. */
  readonly liveEpoch: number;
  /** Steps up to here were said by an earlier life. */
  readonly publishedThrough: number;
  /** By lane, as of the snapshot. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must be over before anything more is said; undefined when nothing must. */
  readonly waitFor: () => Promise<void> | undefined;
  /** Told when half of what may wait unstored is stored again. */
  readonly onRoom: () => void;
  readonly onFailure: (error: Error) => void;
}

/** Unstored messages at which `isFull` turns true. */
const UNSTORED_MAX = 1_024;

/**
 * What one service says: each fact has its place in its lane, the same in every life, and is said once over
 * all of them.
 */
export class StepOutput {
  readonly #parts: StepOutputParts;
  readonly #counts: Map<string, number>;
  readonly #liveCounts = new Map<string, number>();
  readonly #unstored = new Set<Promise<Stored>>();
  #ended = false;

  constructor(parts: StepOutputParts) {
    this.#parts = parts;
    this.#counts = new Map(Object.entries(parts.counts));
  }

  /** How many messages each lane of the steps has had. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get unstored(): readonly Promise<Stored>[] {
    return [...this.#unstored];
  }

  get isFull(): boolean {
    return this.#unstored.size >= UNSTORED_MAX;
  }

  /** Says a fact in a step, or at once; in silence where an earlier life has said it. */
  emit(emission: Emission, said: SaidInStep | undefined): void {
    const { bus, liveEpoch, publishedThrough, waitFor, onRoom, onFailure } = this.#parts;
    const lane = laneOf(emission.subject);
    const counts = said === undefined ? this.#liveCounts : this.#counts;
    const count = (counts.get(lane) ?? 0) + 1;
    counts.set(lane, count);
    said?.lanes.set(lane, count);
    if (this.#ended || (said !== undefined && said.step <= publishedThrough)) return;
    const producer = bus.identity;
    const message = {
      ...emission,
      lane:
        said === undefined
          ? { producer, epoch: liveEpoch, count }
          : { producer, epoch: 0, count, step: said.step },
    };
    const wait = waitFor();
    const stored = wait === undefined ? this.#publish(message) : wait.then(() => this.#publish(message));
    this.#unstored.add(stored);
    stored.then(
      () => {
        this.#unstored.delete(stored);
        if (this.#unstored.size === UNSTORED_MAX / 2) onRoom();
      },
      (error: unknown) => onFailure(error as Error),
    );
    said?.acks.push(stored);
  }

  /** Sets a message aside that can't be read, with the reason. */
  bury(message: InboundMessage, reason: string): void {
    const { bus, onFailure } = this.#parts;
    const { stream, sequence, subject, type, timeUs, data } = message;
    const consumer = bus.identity;
    const letter = { stream, sequence, subject, type, consumer, reason, original: data, timeUs };
    bus
      .publish({
        subject: subjects.deadLetter(stream, consumer),
        type: codecs.DeadLetter.type,
        id: `dlq:${stream}:${consumer}:${sequence}`,
        timeUs,
        data: codecs.DeadLetter.encode(letter),
      })
      .catch((error: unknown) => onFailure(error as Error));
  }

  /** Says nothing more, as a dead process. */
  end(): void {
    this.#ended = true;
  }

  #publish(message: OutboundMessage): Promise<Stored> {
    return this.#ended ? new Promise(() => {}) : this.#parts.bus.publish(message);
  }
}
