import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientOrderId, InputError } from '@algo/model';
import {
  publishSegment,
  segmentName,
  segmentNames,
  setAside,
  stageSegment,
} from './write-ahead-log-files.ts';
import {
  corrupt,
  decodeSegment,
  encodeRecord,
  GENESIS,
  type Segment,
  type WalRecord,
} from './write-ahead-log-format.ts';

/**
 * What the log knows of one order. *Shape*: `outcome` null
 * while its fate isn't known; `sends` 0 if it was never sent.
 */
export interface WalEntry {
  readonly clientOrderId: ClientOrderId;
  readonly epoch: number;
  readonly intent: string;
  readonly sends: number;
  readonly outcome: string | null;
}

/** Where the log lives, and how large a segment grows before the next one starts. */
export interface WriteAheadLogOptions {
  readonly directory: string;
  readonly segmentBytes: number;
}

/**
 * Segments kept on disk: the current one and those before it, for people; the current one alone is complete.
 */
export const SEGMENTS_KEPT = 4;
/** Records written and synced together, and records that may wait for it. */
export const BATCH_MAX = 256;
export const PENDING_MAX = 10_000;

interface Pending {
  readonly record: WalRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Execution's own log of what it is about to send: appended and fdatasync'd before anything leaves.
 * Records that come together are written and synced together. *Shape*: segments `00000001.wal` …, each opened
 * by a copy of what is still undecided, so that memory and disk are bounded by one segment and the undecided
 * orders.
 * *Errors*: an append that rejects isn't in the log, and what it was for must not be sent. After a failed
 * sync or truncation every append rejects until the log is opened again: what the disk then holds is anyone's
 * guess. One process per folder; the fencing epoch, not this class, sees to that.
 */
export class WriteAheadLog implements AsyncDisposable {
  readonly #options: WriteAheadLogOptions;
  #file: FileHandle;
  #segment: number;
  #hash: Buffer;
  #endBytes: number;
  #carriedBytes: number;
  #index: Map<ClientOrderId, WalEntry>;
  #lastEpoch: number;
  #pending: Pending[] = [];
  #flushing: Promise<void> | null = null;
  #broken: unknown = null;

  /** The file that a torn last record was moved to when the log was opened, or null. */
  readonly tornFile: string | null;

  private constructor(
    options: WriteAheadLogOptions,
    opened: {
      readonly file: FileHandle;
      readonly segment: Segment;
      readonly tornFile: string | null;
    },
  ) {
    this.#options = options;
    this.#file = opened.file;
    this.#segment = opened.segment.number;
    this.#hash = opened.segment.hash;
    this.#endBytes = opened.segment.endBytes;
    this.#carriedBytes = 0;
    this.#index = new Map();
    this.#lastEpoch = 0;
    this.tornFile = opened.tornFile;
    for (const record of opened.segment.records) {
      this.#lastEpoch = Math.max(this.#lastEpoch, record.epoch);
      if (record.clientOrderId === null) continue;
      this.#index.set(record.clientOrderId, advanced(this.#index.get(record.clientOrderId), record));
    }
  }

  /**
   * Returns the log in a folder, checked from end to end; an empty folder starts a new one. *Errors*:
   * InputError on damage before the tail or a newer version; the torn tail of a write that never finished is
   * moved to a file.
   */
  static async open(options: WriteAheadLogOptions): Promise<WriteAheadLog> {
    const { directory } = options;
    await mkdir(directory, { recursive: true });
    const names = await segmentNames(directory);
    if (names.length === 0) {
      await stageSegment(directory, 1, GENESIS, []);
      await publishSegment(directory, 1);
      return WriteAheadLog.open(options);
    }
    let last: Segment | null = null;
    for (const [i, name] of names.entries()) {
      const path = join(directory, name);
      const segment: Segment = decodeSegment(await readFile(path), path, i === names.length - 1);
      if (last !== null && (segment.number !== last.number + 1 || !segment.previousHash.equals(last.hash)))
        throw corrupt(path, 0, 'it does not follow the segment before it');
      last = segment;
    }
    const segment = last!;
    const name = names.at(-1)!;
    const tornFile =
      segment.torn === null ? null : await setAside(directory, name, segment.endBytes, segment.torn);
    const file = await open(join(directory, name), 'r+');
    if (segment.torn !== null) {
      await file.truncate(segment.endBytes);
      await file.datasync();
    }
    return new WriteAheadLog(options, { file, segment, tornFile });
  }

  /**
   * Returns the orders whose fate a log doesn't know, reading
   * only: another process may be writing it. Empty without a log.
   */
  static async undecidedIn(directory: string): Promise<readonly WalEntry[]> {
    const names = await segmentNames(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const newest = names.at(-1);
    if (newest === undefined) return [];
    const path = join(directory, newest);
    const index = new Map<ClientOrderId, WalEntry>();
    for (const record of decodeSegment(await readFile(path), path, true).records)
      if (record.clientOrderId !== null)
        index.set(record.clientOrderId, advanced(index.get(record.clientOrderId), record));
    return [...index.values()].filter((entry) => entry.outcome === null);
  }

  /**
   * The newest epoch the log has seen, 0 if none: an executor
   * must not start with one that isn't newer.
   */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** The chain hash of the last durable record, hexadecimal. */
  get head(): string {
    return this.#hash.toString('hex');
  }

  /** Returns what the log knows of an order, or undefined if nothing, or if it was decided long ago. */
  entry(id: ClientOrderId): WalEntry | undefined {
    return this.#index.get(id);
  }

  /** Returns every order whose fate isn't known, oldest first. */
  undecided(): readonly WalEntry[] {
    return [...this.#index.values()].filter((entry) => entry.outcome === null);
  }

  /**
   * Resolves when the record is on disk. *Errors*: rejects
   * when it isn't there; then nothing may be sent for it.
   */
  append(record: WalRecord): Promise<void> {
    if (this.#pending.length >= PENDING_MAX)
      return Promise.reject(new Error(`write-ahead log: ${PENDING_MAX} records are waiting for the disk`));
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushing;
    this.#broken ??= new Error('write-ahead log: closed');
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
    try {
      if (this.#broken !== null) throw this.#broken;
      if (this.#endBytes - this.#carriedBytes >= this.#options.segmentBytes) await this.#rotate();
      const draft = { index: new Map<ClientOrderId, WalEntry>(), epoch: this.#lastEpoch, hash: this.#hash };
      const chunks: Buffer[] = [];
      for (const item of batch) {
        try {
          chunks.push(this.#draft(item.record, draft));
          written.push(item);
        } catch (error) {
          item.reject(error);
        }
      }
      await this.#write(Buffer.concat(chunks));
      for (const [id, entry] of draft.index) this.#index.set(id, entry);
      this.#lastEpoch = draft.epoch;
      this.#hash = draft.hash;
      for (const item of written) item.resolve();
    } catch (error) {
      // A promise settles once, so those refused on their own account keep their reason.
      for (const item of batch) item.reject(error);
    }
  }

  /**
   * Returns a record's bytes and moves the draft on. *Errors*: InputError if the record doesn't belong there.
   */
  #draft(
    record: WalRecord,
    draft: { index: Map<ClientOrderId, WalEntry>; epoch: number; hash: Buffer },
  ): Buffer {
    const { kind, clientOrderId, epoch } = record;
    const isNext = kind === 'epoch' ? epoch > draft.epoch : epoch === draft.epoch && epoch > 0;
    if (!isNext || !Number.isSafeInteger(epoch))
      throw refused(
        'epoch',
        epoch,
        `the log is at epoch ${draft.epoch}`,
        'Take the lease again and log its epoch.',
      );
    if ((kind === 'epoch') !== (clientOrderId === null))
      throw refused(
        'clientOrderId',
        clientOrderId,
        `wrong for ${kind}`,
        'Name the order, and none for an epoch.',
      );
    const entry =
      clientOrderId === null
        ? null
        : advanced(draft.index.get(clientOrderId) ?? this.#index.get(clientOrderId), record);
    const { bytes, hash } = encodeRecord(record, draft.hash);
    if (entry !== null) draft.index.set(entry.clientOrderId, entry);
    draft.epoch = epoch;
    draft.hash = hash;
    return bytes;
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await this.#file.write(
          bytes,
          done,
          bytes.length - done,
          this.#endBytes + done,
        );
        done += bytesWritten;
      }
    } catch (error) {
      await this.#undo(error);
      throw error;
    }
    try {
      await this.#file.datasync();
    } catch (error) {
      // After a failed sync the kernel may have dropped the
      // pages: what the file holds can't be known any more.
      this.#broken = error;
      throw error;
    }
    this.#endBytes += bytes.length;
  }

  /** A full disk leaves part of a record behind. Once that is cut off, the next append may work again. */
  async #undo(because: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#endBytes);
    } catch {
      this.#broken = because;
    }
  }

  /** Starts the next segment with what is undecided, and only then lets go of the old ones. */
  async #rotate(): Promise<void> {
    const { directory } = this.#options;
    const carried: WalRecord[] = [];
    if (this.#lastEpoch > 0)
      carried.push({ kind: 'epoch', clientOrderId: null, epoch: this.#lastEpoch, payload: '{}' });
    const undecided = this.undecided();
    for (const { clientOrderId, epoch, intent, sends } of undecided) {
      carried.push({ kind: 'intent', clientOrderId, epoch, payload: intent });
      for (let i = 0; i < sends; i++) carried.push({ kind: 'send', clientOrderId, epoch, payload: '{}' });
    }
    const number = this.#segment + 1;
    const { hash, endBytes } = await stageSegment(directory, number, this.#hash, carried);
    try {
      await publishSegment(directory, number);
      await this.#file.close();
      this.#file = await open(join(directory, segmentName(number)), 'r+');
    } catch (error) {
      // From here on the new segment may be the log, so nothing more may go into the old one.
      this.#broken = error;
      throw error;
    }
    this.#segment = number;
    this.#hash = hash;
    this.#endBytes = endBytes;
    this.#carriedBytes = endBytes;
    this.#index = new Map(undecided.map((entry) => [entry.clientOrderId, entry]));
    const gone = number - SEGMENTS_KEPT;
    if (gone > 0) await rm(join(directory, segmentName(gone)), { force: true });
  }
}

function advanced(entry: WalEntry | undefined, record: WalRecord): WalEntry {
  const { kind, clientOrderId, epoch, payload } = record;
  if (kind === 'intent' && entry === undefined && clientOrderId !== null)
    return { clientOrderId, epoch, intent: payload, sends: 0, outcome: null };
  if (kind === 'send' && entry !== undefined) return { ...entry, sends: entry.sends + 1 };
  if (kind === 'outcome' && entry !== undefined) return { ...entry, outcome: payload };
  const because = entry === undefined ? `${kind} without an intent` : `${kind} of an order that has one`;
  throw refused(
    'clientOrderId',
    clientOrderId,
    because,
    'Log one intent per order, before all else about it.',
  );
}

function refused(field: string, value: unknown, because: string, remedy: string): InputError {
  return new InputError({ field: `write-ahead log ${field}`, value, because, remedy });
}
