import {
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
} from '@algo/contracts';
import { InputError } from '@algo/model';
import type { Bus, Clock, InboundMessage } from './bus.ts';
import { countLife, storeFences } from './driver/life.ts';
import { type OwnLanesState, readOwnWords } from './driver/own-words.ts';
import { FactMessage } from './fact-message.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface LaneSpeakerOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly speaker: Speaker;
  /** All families that it speaks in. */
  readonly says: readonly Family[];
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  /** Told what kept its place from being saved; the next life then reads more. */
  readonly onError: (error: Error) => void;
}

const VERSION = 1;

/** How far its lanes had come, and the sequence of the newest word on each subject. */
interface Place extends OwnLanesState {
  readonly version: typeof VERSION;
  readonly lasts: Readonly<Record<string, number>>;
}

interface Capture {
  readonly counts: Readonly<Record<string, number>>;
  readonly positions: Readonly<Partial<Record<StreamName, number>>>;
  readonly lasts: Map<string, number>;
}

/**
 * Says facts for a process without a machine, which has nothing to take again: ingest. Its lanes count on
 * over all lives and its fences void what an older life left behind a hole, as a driver's do.
 */
export class LaneSpeaker implements AsyncDisposable {
  readonly epoch: number;
  readonly #options: LaneSpeakerOptions;
  readonly #counts: Map<string, number>;
  readonly #lasts: Map<string, number>;
  readonly #positions: Map<StreamName, number>;
  #capture: Capture | undefined;
  #cancelSave: () => void = () => {};
  #isClosed = false;

  private constructor(
    options: LaneSpeakerOptions,
    epoch: number,
    counts: Map<string, number>,
    lasts: Map<string, number>,
    fences: ReadonlyMap<StreamName, number>,
  ) {
    this.#options = options;
    this.epoch = epoch;
    this.#counts = counts;
    this.#lasts = lasts;
    this.#positions = new Map(fences);
    this.#saveLater();
  }

  /** Begins a life. *Errors*: InputError on a place that another build or process saved. */
  static async open(options: LaneSpeakerOptions): Promise<LaneSpeaker> {
    const { bus, says, snapshots, speaker } = options;
    const place = readPlace(await snapshots.load(), speaker.identity);
    const streams = [...new Set(says.map((family) => FAMILIES[family].stream))];
    const epoch = await countLife(bus, speaker.identity, streams[0]!);
    const fences = await storeFences(bus, speaker.identity, epoch, streams);
    const { said, counts } = await readOwnWords(bus, speaker.identity, says, place, fences);
    const lasts = new Map(Object.entries(place.lasts));
    for (const words of said.values())
      for (const { subject, sequence } of words.values())
        lasts.set(subject, Math.max(sequence, lasts.get(subject) ?? 0));
    return new LaneSpeaker(options, epoch, new Map(counts), lasts, fences);
  }

  /** Resolves when it is stored; what is said is stored in the order of the calls. */
  say<Name extends FactName>(name: Name, body: MessageOf<Name>): Promise<void> {
    const { bus, speaker } = this.#options;
    const subject = subjectOf(name, body, speaker);
    const lane = laneOf(subject);
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    const place = { lane: { producer: speaker.identity, epoch: this.epoch, count } };
    return new Promise((resolve, reject) =>
      bus.say(FactMessage.said({ name, body } as Fact, speaker, place, subject), (result) => {
        if (result instanceof Error) return reject(result);
        this.#onStored(subject, lane, count, result.sequence);
        resolve();
      }),
    );
  }

  /** Returns the newest word on a subject that any of its lives has said and that counts. */
  async last(subject: string): Promise<InboundMessage | undefined> {
    const { bus } = this.#options;
    const { stream } = FAMILIES[familyOf(subject)!];
    const sequence = this.#lasts.get(subject);
    if (sequence === undefined) return undefined;
    const newest = await bus.last(stream, subject);
    if (newest?.sequence === sequence) return newest;
    // What is newer was left behind a hole.
    for await (const message of bus.read({ stream, subjects: [subject], after: sequence - 1 }))
      return message;
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#cancelSave();
    await this.#save();
  }

  #onStored(subject: string, lane: string, count: number, sequence: number): void {
    const { stream } = FAMILIES[familyOf(subject)!];
    const keepMax = <Key>(in_: Map<Key, number>, key: Key) =>
      in_.set(key, Math.max(sequence, in_.get(key) ?? 0));
    keepMax(this.#positions, stream);
    keepMax(this.#lasts, subject);
    const capture = this.#capture;
    if (capture !== undefined && count <= (capture.counts[lane] ?? 0)) keepMax(capture.lasts, subject);
  }

  #saveLater(): void {
    this.#cancelSave = this.#options.clock.after(this.#options.snapshotIntervalMs, () => {
      void this.#save().finally(() => {
        if (!this.#isClosed) this.#saveLater();
      });
    });
  }

  /** Saves how far it has come, once all of that is stored. */
  async #save(): Promise<void> {
    const { bus, onError, snapshots, speaker } = this.#options;
    const capture: Capture = {
      counts: Object.fromEntries(this.#counts),
      positions: Object.fromEntries(this.#positions),
      lasts: new Map(this.#lasts),
    };
    this.#capture = capture;
    try {
      await bus.flush();
      const { counts, positions, lasts } = capture;
      const place: Place = {
        ...{ version: VERSION, epoch: this.epoch, counts, positions, lasts: Object.fromEntries(lasts) },
      };
      await snapshots.save(new TextEncoder().encode(JSON.stringify({ identity: speaker.identity, place })));
    } catch (error) {
      onError(error as Error);
    }
  }
}

function readPlace(bytes: Uint8Array | undefined, identity: string): Place {
  if (bytes === undefined) return { version: VERSION, epoch: 0, counts: {}, positions: {}, lasts: {} };
  const saved = JSON.parse(new TextDecoder().decode(bytes)) as { identity: string; place: Place };
  if (saved.identity === identity && saved.place.version === VERSION) return saved.place;
  throw new InputError({
    field: `place of the lanes of ${identity}`,
    value: `${saved.identity}, version ${saved.place.version}`,
    because: `this process is ${identity} and reads version ${VERSION}`,
    remedy: 'Use a fresh data directory, or start what wrote it.',
  });
}
