import { basename } from 'node:path';
import type { InstrumentId, TimeUs } from '@algo/model';
import { openFeedState, type RecordedFeed, type Stretch, sealFeedState } from '../domain/recorded-feed.ts';
import { type FeedFile, FileLane, type LanePart, type LanePosition } from './file-lane.ts';

interface FileFeedState {
  readonly givenUs: TimeUs;
  readonly positions: readonly LanePosition[];
}

/**
 * Recorded trades out of files: the files of one instrument follow each other by time, instruments advance
 * together.
 */
export class FileFeed implements RecordedFeed {
  readonly warmUntilUs = 0;
  readonly #lanes: readonly FileLane[];
  readonly #name: string;
  readonly #close: () => Promise<void>;
  #givenUs: TimeUs;

  /** `close` closes the files. *Errors*: InputError when they aren't those that the snapshot was made of. */
  constructor(
    files: readonly FeedFile[],
    restored: string | undefined,
    close: () => Promise<void> = async () => undefined,
  ) {
    this.#close = close;
    const sorted = files.toSorted((a, b) => a.firstUs - b.firstUs);
    const instruments = [...new Set(sorted.map(({ instrument }) => instrument))];
    this.#name = sorted
      .map(({ file, instrument }) => `${instrument} ${basename(file.path)} ${file.bytes}`)
      .join(', ');
    const from = restored === undefined ? undefined : openFeedState<FileFeedState>(this.#name, restored);
    this.#lanes = instruments.map((instrument, i) => {
      const own = sorted.filter((file) => file.instrument === instrument);
      return new FileLane(instrument, own, from?.positions[i] ?? { file: 0, row: 0, lastUs: 0 });
    });
    this.#givenUs = from?.givenUs ?? sorted[0]!.firstUs;
  }

  get instruments(): InstrumentId[] {
    return this.#lanes.map(({ instrument }) => instrument);
  }

  get givenUs(): TimeUs {
    return this.#givenUs;
  }

  async next(untilUs: TimeUs): Promise<Stretch | undefined> {
    if (this.#lanes.every(({ hasEnded }) => hasEnded)) return undefined;
    let reachedUs = untilUs;
    const taken: LanePart[] = [];
    for (const lane of this.#lanes) {
      const part = await lane.take(reachedUs);
      reachedUs = Math.min(reachedUs, part.reachedUs);
      taken.push(part);
    }
    // How the reader cuts time must not show in when a recording ended.
    if (this.#lanes.every(({ hasEnded }) => hasEnded))
      reachedUs = Math.min(reachedUs, Math.max(...this.#lanes.map(({ position }) => position.lastUs)) + 1);
    this.#givenUs = Math.max(this.#givenUs, reachedUs);
    return {
      untilUs: this.#givenUs,
      parts: taken
        .flatMap(({ parts }) => parts)
        .map((part) => ('type' in part ? { ...part, timeUs: this.#givenUs } : part)),
    };
  }

  snapshot(): string {
    const state: FileFeedState = {
      givenUs: this.#givenUs,
      positions: this.#lanes.map(({ position }) => position),
    };
    return sealFeedState(this.#name, state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) await lane.close();
    await this.#close();
  }
}
