import { basename } from 'node:path';
import type { Completeness, FeedEvent, InstrumentId, TimeUs } from '@algo/model';
import { isTradeTime, type RawTrades, sliceRaw } from '../domain/raw-trades.ts';
import { STRETCH_ROWS_MAX } from '../domain/recorded-feed.ts';

/** Rows of a file, a stretch at a time. Returns why it stopped early; undefined when the file was whole. */
export type FileRows = AsyncGenerator<RawTrades, string | undefined>;

/** A file, whose trades it holds, and the times of the first and the last. */
export interface FeedFile {
  readonly file: {
    readonly path: string;
    /** Its size on disk; another size is another file. */
    readonly bytes: number;
    /** Reads it from the start, leaving out the first `skip` rows. */
    read(skip: number): FileRows;
  };
  readonly instrument: InstrumentId;
  readonly firstUs: TimeUs;
  readonly lastUs: TimeUs;
}

/** How far a lane has been taken: `row` rows of file number `file`, the newest of them at `lastUs`. */
export interface LanePosition {
  readonly file: number;
  readonly row: number;
  readonly lastUs: TimeUs;
}

/** Rows that a lane gave and what is to be said among them, and the time that they reach up to. */
export interface LanePart {
  readonly parts: readonly (RawTrades | FeedEvent)[];
  readonly reachedUs: TimeUs;
}

type Noticed =
  | { readonly type: 'FeedConnected'; readonly completeness: Completeness }
  | { readonly type: 'FeedDisconnected'; readonly reason: string };

/** All files of one instrument, one after the other. */
export class FileLane {
  readonly instrument: InstrumentId;
  readonly #files: readonly FeedFile[];
  #file: number;
  #row: number;
  #lastUs: TimeUs;
  #reading: FileRows | undefined;
  /** Rows that were read and not taken yet. */
  #ahead: RawTrades | undefined;

  constructor(instrument: InstrumentId, files: readonly FeedFile[], position: LanePosition) {
    this.instrument = instrument;
    this.#files = files;
    this.#file = position.file;
    this.#row = position.row;
    this.#lastUs = position.lastUs;
  }

  get position(): LanePosition {
    return { file: this.#file, row: this.#row, lastUs: this.#lastUs };
  }

  get hasEnded(): boolean {
    return this.#file === this.#files.length;
  }

  /**
   * Returns the rows before a time, fewer when there are many. A row without a usable time goes where the
   * rows around it go.
   */
  async take(untilUs: TimeUs): Promise<LanePart> {
    const parts: (RawTrades | FeedEvent)[] = [];
    for (let room = STRETCH_ROWS_MAX; !this.hasEnded; ) {
      const { file } = this.#files[this.#file]!;
      if (this.#ahead === undefined) {
        this.#reading ??= file.read(this.#row);
        const next = await this.#reading.next();
        if (!next.done) this.#ahead = next.value;
        else {
          if (next.value !== undefined)
            parts.push(this.#notice({ type: 'FeedDisconnected', reason: next.value }));
          this.#reading = undefined;
          this.#file++;
          this.#row = 0;
        }
        continue;
      }
      const count = rowsBefore(this.#ahead, untilUs, room);
      if (count > 0) {
        // Without ids rows are numbered as they come, and none can be missing.
        const completeness = this.#ahead.ids === undefined ? 'best-effort' : 'complete-by-id';
        if (this.#row === 0) parts.push(this.#notice({ type: 'FeedConnected', completeness }));
        parts.push(this.#takeAhead(count));
        room -= count;
      }
      if (this.#ahead !== undefined) return { parts, reachedUs: this.#reached(untilUs, this.#ahead) };
    }
    return { parts, reachedUs: untilUs };
  }

  async close(): Promise<void> {
    await this.#reading?.return(undefined);
  }

  #takeAhead(count: number): RawTrades {
    const ahead = this.#ahead!;
    const taken = sliceRaw(ahead, 0, count);
    this.#ahead = count === ahead.count ? undefined : sliceRaw(ahead, count, ahead.count);
    this.#row += count;
    for (const timeUs of taken.timeUs) if (isTradeTime(timeUs)) this.#lastUs = Math.max(this.#lastUs, timeUs);
    return taken;
  }

  /** The time up to which nothing is left in the rows ahead. */
  #reached(untilUs: TimeUs, ahead: RawTrades): TimeUs {
    const firstUs = ahead.timeUs.find((timeUs) => isTradeTime(timeUs));
    return Math.min(untilUs, Math.max(this.#lastUs, firstUs ?? 0));
  }

  #notice(what: Noticed): FeedEvent {
    const source = `file:${basename(this.#files[this.#file]!.file.path)}`;
    return { ...what, instrument: this.instrument, source, timeUs: 0 };
  }
}

/** Returns how many rows come before the first one at or after `untilUs`, at most `most`. */
function rowsBefore({ timeUs, count }: RawTrades, untilUs: TimeUs, most: number): number {
  const end = Math.min(count, most);
  for (let i = 0; i < end; i++) if (timeUs[i]! >= untilUs && isTradeTime(timeUs[i]!)) return i;
  return end;
}
