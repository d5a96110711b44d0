import { basename } from 'node:path';
import { InputError, type InstrumentId, type TimeUs } from '@algo/model';
import type { RecordedFeed, RecordedSlice } from '../domain/recorded-feed.ts';
import { Slicer } from '../domain/slicer.ts';
import { type FeedFile, FileLane, type LanePosition } from './file-lane.ts';
import { unusable } from './trade-file.ts';

interface FileFeedSnapshot {
  readonly version: 1;
  readonly files: readonly string[];
  readonly stepUs: number;
  readonly endUs: TimeUs;
  readonly positions: readonly LanePosition[];
}

/**
 * Recorded trades out of files: the files of one instrument follow each other by time, instruments advance
 * together.
 */
export class FileFeed implements RecordedFeed {
  readonly #lanes: readonly FileLane[];
  readonly #slicer: Slicer;
  readonly #stepUs: number;
  readonly #files: readonly string[];

  /** *Errors*: InputError when the files don't go together, or aren't those that the snapshot was made of. */
  constructor(files: readonly FeedFile[], stepUs: number, restored: Uint8Array | undefined) {
    const sorted = files.toSorted((a, b) => a.firstUs - b.firstUs);
    const instruments = [...new Set(sorted.map(({ instrument }) => instrument))];
    this.#stepUs = stepUs;
    this.#files = sorted.map(({ file, instrument }) => `${instrument} ${basename(file.path)} ${file.bytes}`);
    const from = restored === undefined ? undefined : this.#read(restored);
    this.#lanes = instruments.map((instrument, i) => {
      const own = sorted.filter((file) => file.instrument === instrument);
      const odd = own.find(({ file }) => file.hasIds !== own[0]!.file.hasIds);
      if (odd !== undefined)
        throw unusable(odd.file.path, `of the files of ${instrument} some have trade ids and some have none`);
      return new FileLane(instrument, own, from?.positions[i] ?? { file: 0, row: 0 });
    });
    this.#slicer = new Slicer(stepUs, instruments, from?.endUs ?? 0);
  }

  get instruments(): InstrumentId[] {
    return this.#lanes.map(({ instrument }) => instrument);
  }

  async next(): Promise<RecordedSlice | undefined> {
    for (;;) {
      const cut = this.#slicer.next();
      switch (cut.kind) {
        case 'ended':
          return undefined;
        case 'starved': {
          const rows = await this.#lanes[cut.lane]!.read();
          if (rows === undefined) this.#slicer.end(cut.lane);
          else this.#slicer.push(cut.lane, rows);
          break;
        }
        case 'slice': {
          const { timeUs } = cut.slice;
          const notices = this.#lanes.flatMap((lane, i) => lane.take(cut.taken[i]!, timeUs));
          return { ...cut.slice, notices, warm: false };
        }
        default:
          cut satisfies never;
      }
    }
  }

  snapshot(): Uint8Array {
    const snapshot: FileFeedSnapshot = {
      version: 1,
      files: this.#files,
      stepUs: this.#stepUs,
      endUs: this.#slicer.endUs,
      positions: this.#lanes.map(({ position }) => position),
    };
    return new TextEncoder().encode(JSON.stringify(snapshot));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) await lane.close();
  }

  #read(bytes: Uint8Array): FileFeedSnapshot {
    const saved = JSON.parse(new TextDecoder().decode(bytes)) as FileFeedSnapshot;
    const same =
      saved.version === 1 &&
      saved.stepUs === this.#stepUs &&
      JSON.stringify(saved.files) === JSON.stringify(this.#files);
    const other = `${(saved.files ?? []).join(', ')} in steps of ${saved.stepUs} µs`;
    if (!same)
      throw new InputError({
        field: 'ALGO_FEED',
        value: `${this.#files.join(', ')} in steps of ${this.#stepUs} µs`,
        because: `this data directory is in the middle of another feed: ${other}`,
        remedy: 'Go on with that one, or use a fresh data directory.',
      });
    return saved;
  }
}
