import {
  encodeFact,
  FAMILIES,
  type Fact,
  type FactName,
  type Family,
  familyOf,
  laneOf,
  type MessageOf,
  type Speaker,
  type StreamName,
  subjectOf,
  typeOf,
} from '@algo/contracts';
import type { Bus, Clock, InboundMessage, Stored } from '../bus.ts';
import { FactMessage } from '../fact-message.ts';
import type { InputOrder } from '../input-order.ts';
import type { OwnWords } from './own-words.ts';

/** Where this life would have said something else than an older one did. What was said stands. */
export interface Divergence {
  /** Number of the input in hand. */
  readonly input: number;
  /** The lane of the word, or the number of the request. */
  readonly at: string;
  /** What was said. */
  readonly had: Word;
  /** What this life says; undefined when it says nothing there. */
  readonly got: Word | undefined;
}

/** A word as it travels: a message, or a request as JSON. */
export interface Word {
  readonly type: string;
  readonly data: Uint8Array;
}

export interface OwnSpeechParts {
  readonly bus: Bus;
  readonly speaker: Speaker;
  readonly epoch: number;
  readonly families: readonly Family[];
  readonly order: InputOrder;
  readonly clock: Clock;
  /** Whether something goes to the own log now that leaves the process behind it. */
  readonly isGoingToDisk: () => boolean;
  /** Of each lane, as of the snapshot. */
  readonly counts: Readonly<Record<string, number>>;
  readonly earlier: OwnWords;
  readonly onStored: () => void;
  readonly onDivergence: (divergence: Divergence) => void;
  readonly onFailure: (error: Error) => void;
}

/** However slow the own disk is, words wait for it no longer than this. */
const WAIT_MAX_MS = 5;
/** Subjects whose lane is remembered; more than the instruments of an engine. */
const SUBJECTS_MAX = 65_536;

interface LanePlace {
  readonly lane: string;
  readonly stream: StreamName;
}

/**
 * What one process says: each fact has its place in its lane, the same in every life. Where an older life has
 * said something at that place it is only compared; else it is said now.
 */
export class OwnSpeech {
  readonly #parts: OwnSpeechParts;
  readonly #families: ReadonlySet<Family>;
  readonly #counts: Map<string, number>;
  readonly #earlier: Map<string, Map<number, InboundMessage>>;
  readonly #positions = new Map<StreamName, number>();
  readonly #places = new Map<string, LanePlace>();
  /** Words that wait, in their order. */
  readonly #waiting: (() => void)[] = [];
  #cancelWait: () => void = () => {};
  #ended = false;

  constructor(parts: OwnSpeechParts, fences: ReadonlyMap<StreamName, number>) {
    this.#parts = parts;
    this.#families = new Set(parts.families);
    this.#counts = new Map(Object.entries(parts.counts));
    this.#earlier = new Map([...parts.earlier.said].map(([lane, words]) => [lane, new Map(words)]));
    this.#positions = new Map(fences);
  }

  /** How many words each lane has had. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Up to where in each stream nothing lies that is said from now on. */
  get positions(): Readonly<Partial<Record<StreamName, number>>> {
    return Object.fromEntries(this.#positions);
  }

  say<Name extends FactName>(name: Name, body: MessageOf<Name>): void {
    if (this.#ended) return;
    const { bus, speaker, epoch, order } = this.#parts;
    const subject = subjectOf(name, body, speaker);
    const { lane, stream } = this.#placeOf(subject, name);
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    const word = order.say();
    const earlier = this.#earlier.get(lane);
    const had = earlier?.get(count);
    if (had !== undefined) {
      earlier!.delete(count);
      this.#compare(`${lane}/${count}`, had, name, body);
      order.stored(word);
      return;
    }
    const place = { lane: { producer: speaker.identity, epoch, count }, order: order.now() };
    const message = FactMessage.said({ name, body } as Fact, speaker, place, subject);
    const send = () => bus.say(message, (result) => this.#onResult(stream, word, result));
    if (this.#waiting.length === 0 && !this.#parts.isGoingToDisk()) send();
    else this.#wait(message, send);
  }

  /** Lets go what waits. */
  release(): void {
    this.#cancelWait();
    for (const send of this.#waiting.splice(0)) if (!this.#ended) send();
  }

  /**
   * Ends the comparing: every lane goes on behind what was said in it. A word that is not said again is a
   * divergence, except in lanes that no machine speaks in.
   */
  endComparing(): void {
    for (const [lane, count] of this.#parts.earlier.counts)
      this.#counts.set(lane, Math.max(count, this.#counts.get(lane) ?? 0));
    for (const [lane, words] of this.#earlier)
      for (const [count, had] of lane === 'sys.order' ? [] : words)
        this.#diverge({ at: `${lane}/${count}`, had, got: undefined });
    this.#earlier.clear();
  }

  /** Says nothing more, as a dead process. */
  end(): void {
    this.#ended = true;
    this.#cancelWait();
  }

  #wait(message: FactMessage, send: () => void): void {
    void message.data; // it says what is so now, whatever is taken meanwhile
    if (this.#waiting.length === 0)
      this.#cancelWait = this.#parts.clock.after(WAIT_MAX_MS, () => this.release());
    this.#waiting.push(send);
  }

  #compare<Name extends FactName>(at: string, had: InboundMessage, name: Name, body: MessageOf<Name>): void {
    const got = { type: typeOf(name), data: encodeFact(name, body) };
    if (had.type === got.type && Buffer.compare(had.data, got.data) === 0) return;
    this.#diverge({ at, had, got });
  }

  #diverge(where: Omit<Divergence, 'input'>): void {
    this.#parts.onDivergence({ input: this.#parts.order.taken, ...where });
  }

  #onResult(stream: StreamName, word: number, result: Stored | Error): void {
    if (this.#ended) return;
    if (result instanceof Error) {
      this.#parts.onFailure(result);
      return;
    }
    this.#positions.set(stream, Math.max(result.sequence, this.#positions.get(stream) ?? 0));
    this.#parts.order.stored(word);
    this.#parts.onStored();
  }

  #placeOf(subject: string, name: FactName): LanePlace {
    let place = this.#places.get(subject);
    if (place === undefined) {
      const family = familyOf(subject);
      if (family === undefined || !this.#families.has(family))
        throw new Error(
          `${this.#parts.speaker.identity} says ${name} on ${subject}, which its plan doesn't name; ` +
            'add the family to what it says',
        );
      place = { lane: laneOf(subject), stream: FAMILIES[family].stream };
      if (this.#places.size >= SUBJECTS_MAX) this.#places.clear();
      this.#places.set(subject, place);
    }
    return place;
  }
}
