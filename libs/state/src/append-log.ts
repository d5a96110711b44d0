import { constants, type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppendLog, LogRecord } from '@algo/bus';
import { beginSegment, dropUnfinished, segmentName, segmentNames, setAside } from './append-log-files.ts';
import {
  corrupt,
  decodeHeader,
  decodeSegment,
  encodeRecord,
  GENESIS,
  HEADER_BYTES,
  type Segment,
} from './append-log-format.ts';

/** Where a log lives, and how large a segment grows before the next one starts. */
export interface FileLogOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  /**
   * An older process may still have the log open, such as one that stands still: a segment of its own is
   * begun, and what that one writes from here on does not count.
   */
  readonly fenceOff?: boolean;
}

/**
 * A write that returns once it is on the disk is one way to a thread and back, a write and a sync are two: a
 * tenth of what an order waits for. Elsewhere the flag may mean less than a sync does.
 */
const IS_SYNCED = process.platform === 'linux';
const FLAGS = IS_SYNCED ? constants.O_RDWR | constants.O_DSYNC : 'r+';
/** What a write says that found no room: nothing of it is kept, and what is there is as it was. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Records written and synced together, and records that may wait for it. */
export const BATCH_MAX = 256;
export const PENDING_MAX = 10_000;

interface Pending {
  readonly bytes: Uint8Array;
  readonly done: (error: Error | undefined, number: number) => void;
}

/** A segment on disk: the numbers of its records, and how long it is. */
interface Span {
  readonly number: number;
  readonly first: number;
  last: number;
  bytes: number;
}

/**
 * A process's own log on disk: a record is appended and synced before anything rests on it. Records that come
 * together are written and synced together. *Shape*: segments `00000001.log` …; each record carries the hash
 * of the one before it. *Errors*: what could not be appended isn't in the log, and what it was for must not
 * be done. After a failed sync or truncation every append fails until the log is opened again: what the disk
 * then holds is anyone's guess. One process per folder; who takes the folder over fences the other off.
 */
export class FileLog implements AppendLog, AsyncDisposable {
  readonly #options: FileLogOptions;
  /** Oldest first; the last one is written to. */
  readonly #spans: Span[];
  #file: FileHandle;
  #hash: Buffer;
  #last: number;
  #pending: Pending[] = [];
  #flushing: Promise<void> | null = null;
  #broken: Error | null = null;

  /** The file that a torn last record was moved to when the log was opened, or null. */
  readonly tornFile: string | null;

  private constructor(
    options: FileLogOptions,
    spans: Span[],
    file: FileHandle,
    hash: Buffer,
    tornFile: string | null,
  ) {
    this.#options = options;
    this.#spans = spans;
    this.#file = file;
    this.#hash = hash;
    this.#last = spans.at(-1)!.last;
    this.tornFile = tornFile;
  }

  /**
   * Returns the log in a folder; an empty folder starts a new one. The newest segment is checked, older ones
   * when they are read: a start must not take longer the older the log is. *Errors*: InputError on damage
   * before the tail or a newer version; the torn tail of a write that never finished is moved to a file.
   */
  static async open(options: FileLogOptions): Promise<FileLog> {
    const { directory } = options;
    await mkdir(directory, { recursive: true });
    await dropUnfinished(directory);
    if ((await segmentNames(directory)).length === 0) await beginSegment(directory, 1, 1, GENESIS);
    const { spans, last } = await readSpans(directory);
    const path = join(directory, segmentName(last.number));
    if (options.fenceOff === true) {
      const [number, first] = [last.number + 1, spans.at(-1)!.last + 1];
      const bytes = await beginSegment(directory, number, first, last.hash);
      spans.push({ number, first, last: first - 1, bytes });
      const own = await open(join(directory, segmentName(number)), FLAGS);
      return new FileLog(options, spans, own, last.hash, null);
    }
    const { hash, torn, endBytes } = last;
    const tornFile =
      torn === null ? null : await setAside(directory, segmentName(last.number), endBytes, torn);
    const file = await open(path, FLAGS);
    if (torn !== null) {
      await file.truncate(endBytes);
      await file.datasync();
    }
    return new FileLog(options, spans, file, hash, tornFile);
  }

  get last(): number {
    return this.#last;
  }

  /** The chain hash of the last durable record, hexadecimal. */
  get head(): string {
    return this.#hash.toString('hex');
  }

  append(bytes: Uint8Array, done: (error: Error | undefined, number: number) => void): void {
    if (this.#pending.length >= PENDING_MAX) {
      done(new Error(`log: ${PENDING_MAX} records are waiting for the disk`), 0);
      return;
    }
    this.#pending.push({ bytes, done });
    this.#flushing ??= this.#flush();
  }

  async *read(after: number): AsyncGenerator<LogRecord> {
    const end = this.#last;
    let before: Segment | undefined;
    for (const span of [...this.#spans]) {
      if (span.last <= after) continue;
      const path = join(this.#options.directory, segmentName(span.number));
      // Only what was durable when we began: what is being written now has no whole end yet.
      const durable = (await readFile(path)).subarray(0, span.bytes);
      const segment = decodeSegment(durable, path, span.last + 1);
      refuseUnlessFollows(before, segment, path);
      before = segment;
      for (const [i, bytes] of segment.records.entries()) {
        const number = span.first + i;
        if (number > after && number <= end) yield { number, bytes };
      }
    }
  }

  async trim(through: number, keepBytes: number): Promise<void> {
    let bytes = this.#spans.reduce((sum, span) => sum + span.bytes, 0);
    while (this.#spans.length > 1 && this.#spans[0]!.last <= through && bytes > keepBytes) {
      const span = this.#spans.shift()!;
      bytes -= span.bytes;
      await rm(join(this.#options.directory, segmentName(span.number)), { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushing;
    this.#broken ??= new Error('log: closed');
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    // Lets everything that is appended in this turn of the loop go into the same write.
    await Promise.resolve();
    while (this.#pending.length > 0) await this.#commit(this.#pending.splice(0, BATCH_MAX));
    this.#flushing = null;
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    const written: Pending[] = [];
    const refused: [Pending, Error][] = [];
    let failure: Error | undefined;
    const first = this.#last + 1;
    try {
      if (this.#broken !== null) throw this.#broken;
      if (this.#spans.at(-1)!.bytes >= this.#options.segmentBytes) await this.#rotate();
      let hash = this.#hash;
      const chunks: Buffer[] = [];
      for (const item of batch) {
        try {
          const encoded = encodeRecord(item.bytes, hash);
          chunks.push(encoded.bytes);
          hash = encoded.hash;
          written.push(item);
        } catch (error) {
          refused.push([item, error as Error]);
        }
      }
      await this.#write(Buffer.concat(chunks));
      this.#hash = hash;
      this.#last += written.length;
      this.#spans.at(-1)!.last = this.#last;
    } catch (error) {
      failure = error as Error;
    }
    for (const [item, error] of refused) item.done(error, 0);
    const told =
      failure === undefined ? written : batch.filter((item) => !refused.some(([other]) => other === item));
    for (const [i, item] of told.entries()) item.done(failure, failure === undefined ? first + i : 0);
  }

  async #write(bytes: Buffer): Promise<void> {
    const span = this.#spans.at(-1)!;
    try {
      let done = 0;
      while (done < bytes.length) {
        const left = bytes.length - done;
        done += (await this.#file.write(bytes, done, left, span.bytes + done)).bytesWritten;
      }
    } catch (error) {
      if (NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '')) await this.#undo(error as Error);
      else this.#broken = error as Error;
      throw error;
    }
    try {
      if (!IS_SYNCED) await this.#file.datasync();
    } catch (error) {
      // After a failed sync the kernel may have dropped the
      // pages: what the file holds can't be known any more.
      this.#broken = error as Error;
      throw error;
    }
    span.bytes += bytes.length;
  }

  /** A full disk leaves part of a record behind. Once that is cut off, the next append may work again. */
  async #undo(because: Error): Promise<void> {
    try {
      await this.#file.truncate(this.#spans.at(-1)!.bytes);
    } catch {
      this.#broken = because;
    }
  }

  async #rotate(): Promise<void> {
    const { directory } = this.#options;
    const number = this.#spans.at(-1)!.number + 1;
    const first = this.#last + 1;
    const bytes = await beginSegment(directory, number, first, this.#hash);
    try {
      await this.#file.close();
      this.#file = await open(join(directory, segmentName(number)), FLAGS);
    } catch (error) {
      // The new segment is the log from here on, so nothing more may go into the old one.
      this.#broken = error as Error;
      throw error;
    }
    this.#spans.push({ number, first, last: this.#last, bytes });
  }
}

/** Reads where a folder's segments begin and end, and the newest as a whole. */
async function readSpans(directory: string): Promise<{ readonly spans: Span[]; readonly last: Segment }> {
  const paths = (await segmentNames(directory)).map((name) => join(directory, name));
  const newest = paths.at(-1)!;
  const last = decodeSegment(await readFile(newest), newest, null);
  const heads = await Promise.all(paths.map(readHead));
  const spans = heads.map(({ number, first, bytes }, i): Span => {
    const next = heads[i + 1];
    if (next !== undefined && (next.number !== number + 1 || next.first < first))
      throw corrupt(paths[i + 1]!, 0, NOT_NEXT);
    return next === undefined
      ? { number, first, last: first + last.records.length - 1, bytes: last.endBytes }
      : { number, first, last: next.first - 1, bytes };
  });
  return { spans, last };
}

async function readHead(path: string) {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  return { ...decodeHeader(buffer.subarray(0, bytesRead), path), bytes: (await file.stat()).size };
}

const NOT_NEXT = 'it does not follow the segment before it';

function refuseUnlessFollows(before: Segment | undefined, segment: Segment, path: string): void {
  if (before === undefined) return;
  const isNext = segment.number === before.number + 1 && segment.previousHash.equals(before.hash);
  if (!isNext) throw corrupt(path, 0, NOT_NEXT);
}
