import { basename } from 'node:path';
import type { FeedEvent, InstrumentId, TimeUs } from '@algo/model';
import { isTradeTime, type RawTrades } from '../domain/raw-trades.ts';
import { type TradeFile, type TradeRows, unusable } from './trade-file.ts';

/** A file, whose trades it holds, and the time of its first one. */
export interface FeedFile {
  readonly file: TradeFile;
  readonly instrument: InstrumentId;
  readonly firstUs: TimeUs;
}

/** How far a lane has been taken: `row` rows of file number `file`. */
export interface LanePosition {
  readonly file: number;
  readonly row: number;
}

/** Something to be said in the slice that takes this row of this file. */
interface Notice extends LanePosition {
  readonly event: FeedEvent;
}

/** Returns a file with the time of its first readable row. *Errors*: InputError when it has none. */
export async function feedFile(file: TradeFile, instrument: InstrumentId): Promise<FeedFile> {
  const rows = file.read(instrument, 0);
  try {
    const first = await rows.next();
    if (first.done) throw unusable(file.path, first.value ?? 'it holds no rows');
    const firstUs = first.value.timeUs.find(isTradeTime);
    if (firstUs === undefined) throw unusable(file.path, 'none of its first rows has a readable time');
    return { file, instrument, firstUs };
  } finally {
    await rows.return(undefined);
  }
}

/** All files of one instrument, one after the other. */
export class FileLane {
  readonly instrument: InstrumentId;
  readonly #files: readonly FeedFile[];
  #reading: TradeRows | undefined;
  #readRows: number;
  #readFile: number;
  #notices: Notice[] = [];
  #taken: LanePosition;
  /** How many rows the files have that were read to their end and that the slices haven't taken wholly. */
  readonly #lengths = new Map<number, number>();

  constructor(instrument: InstrumentId, files: readonly FeedFile[], position: LanePosition) {
    this.instrument = instrument;
    this.#files = files;
    this.#taken = position;
    this.#readFile = position.file;
    this.#readRows = position.row;
  }

  get position(): LanePosition {
    return this.#taken;
  }

  /** Returns the next rows; undefined when the last file is through. */
  async read(): Promise<RawTrades | undefined> {
    while (this.#readFile < this.#files.length) {
      const { file } = this.#files[this.#readFile]!;
      this.#reading ??= file.read(this.instrument, this.#readRows);
      const next = await this.#reading.next();
      if (!next.done) {
        if (this.#readRows === 0) this.#say(0, { type: 'FeedConnected' });
        this.#readRows += next.value.count;
        return next.value;
      }
      if (next.value !== undefined) this.#damaged(next.value);
      this.#lengths.set(this.#readFile, this.#readRows);
      this.#reading = undefined;
      this.#readFile++;
      this.#readRows = 0;
    }
    return undefined;
  }

  /** Moves on by the rows a slice took and returns what is to be said with them. */
  take(rows: number, timeUs: TimeUs): FeedEvent[] {
    let { file, row } = this.#taken;
    row += rows;
    for (let length = this.#lengths.get(file); length !== undefined && row >= length; ) {
      this.#lengths.delete(file);
      row -= length;
      file++;
      length = this.#lengths.get(file);
    }
    this.#taken = { file, row };
    const isDue = (notice: Notice) => notice.file < file || (notice.file === file && notice.row < row);
    const due = this.#notices.filter(isDue);
    this.#notices = this.#notices.filter((notice) => !isDue(notice));
    return due.map(({ event }) => ({ ...event, timeUs }));
  }

  async close(): Promise<void> {
    await this.#reading?.return(undefined);
  }

  /** Said with the file's last row; a file that was taken to its end before a restart has said it then. */
  #damaged(reason: string): void {
    const row = this.#readRows - 1;
    if (this.#readFile === this.#taken.file && row < this.#taken.row) return;
    this.#say(row, { type: 'FeedDisconnected', reason });
  }

  #say(row: number, what: { type: 'FeedConnected' } | { type: 'FeedDisconnected'; reason: string }): void {
    const source = `file:${basename(this.#files[this.#readFile]!.file.path)}`;
    const event = { ...what, instrument: this.instrument, source, timeUs: 0 };
    this.#notices.push({ file: this.#readFile, row, event });
  }
}
