import { join } from 'node:path';
import { InputError, type InstrumentId } from '@algo/model';
import { Alarm } from './alarm.ts';
import type { Archive } from './archive.ts';
import { dueRows, restUntilMs, waitingRows } from './due-rows.ts';
import { claimForWriting, releaseWriter } from './file-claims.ts';
import { fileSpecOf } from './file-spec.ts';
import { FlushPace } from './flush-pace.ts';
import { InstrumentRows } from './instrument-rows.ts';
import { transferables } from './row-buffer.ts';
import type { FileBatch, StoreAnswer, WriteOutcome } from './store-messages.ts';
import { storePath } from './store-path.ts';
import {
  asInputError,
  BacklogFullError,
  BUSY_REMEDY,
  FileSetAsideError,
  StoreWriteError,
} from './store-problem.ts';
import type { ArchiveUnit, IdKind, Leaves, StoredPosition, StoreRows } from './store-rows.ts';
import { NOTHING_DONE, type TickStoreOptions, type TickStoreStats } from './tick-store-options.ts';
import { WorkerLink } from './worker-link.ts';

/** Files of one request to the thread: whoever asks it for something else waits for no more than these. */
const FILES_AT_ONCE = 16;

/**
 * Writes each instrument's rows to its own DuckDB file, exactly once: rows and the position that they came
 * from are one transaction, so that after a crash the caller replays from the stored position and what is
 * there already is passed over. Rows wait in this thread; its worker owns the files. A file that the pool
 * lets go never takes rows with it.
 */
export class TickStore {
  readonly #dataDir: string;
  #archive: Archive | undefined;
  readonly #pace: FlushPace;
  readonly #onError: (error: Error) => void;
  readonly #link: WorkerLink;
  readonly #instruments = new Map<InstrumentId, InstrumentRows>();
  /** The one write that is under way. Never rejects. */
  #writing: Promise<Error[]> | null = null;
  readonly #alarm = new Alarm(() => this.#writeDue());
  #restUntilMs = 0;
  /** Calls of `flush` that have not ended; no write starts by itself meanwhile. */
  #flushing = 0;
  #closed = false;
  #stats: TickStoreStats = NOTHING_DONE;

  private constructor(options: TickStoreOptions) {
    this.#dataDir = options.dataDir;
    this.#archive = options.archive;
    this.#pace = new FlushPace(options);
    this.#onError = options.onError ?? (() => undefined);
    this.#link = new WorkerLink({
      maxOpenFiles: this.#pace.keptOpenMax,
      spillDir: join(options.dataDir, '.spill'),
      givesWay: options.givesWay ?? true,
    });
  }

  static async open(options: TickStoreOptions): Promise<TickStore> {
    return new TickStore(options);
  }

  /**
   * Returns how far the instrument's file has come, which is begun
   * if there is none. Held against other writers until disposed.
   * *Errors*: InputError when the file is in use, corrupt, of a newer schema, or cannot be made.
   */
  async openInstrument(instrument: InstrumentId, idKind: IdKind): Promise<StoredPosition> {
    this.#checkAlive();
    const path = storePath(this.#dataDir, instrument);
    if (!claimForWriting(path))
      throw asInputError({ file: path, because: 'this process has it open already', remedy: BUSY_REMEDY });
    try {
      const spec = fileSpecOf({ path, instrument, idKind }, this.#archive);
      const answer = await this.#link.ask({ type: 'open', spec });
      if (answer.type === 'refused') throw asInputError(answer.problem);
      if (answer.type !== 'opened') throw unexpected(answer);
      this.#instruments.set(instrument, new InstrumentRows(spec, answer.stored));
      this.#pace.files = this.#instruments.size;
      if (answer.setAsideAs !== null) this.#onError(new FileSetAsideError(path, answer.setAsideAs));
      this.#stats = { ...this.#stats, openFiles: answer.openFiles };
      return answer.stored;
    } catch (error) {
      releaseWriter(path);
      throw error;
    }
  }

  /**
   * Takes rows; those of positions that are covered or stored already are passed over without a word.
   * *Errors*: InputError for rows that cannot be stored,
   * BacklogFullError where far more wait than `isBehind` tells; nothing was taken then.
   */
  append(rows: StoreRows): void {
    this.#checkAlive();
    if (this.backlog >= this.#pace.mostRows)
      throw new BacklogFullError(`${this.backlog} rows wait to be stored, ${this.#pace.mostRows} may`);
    this.#addPending(this.#opened(rows.instrument).append(rows));
  }

  /** Says that all rows up to this position have been appended. Only whole positions are ever committed. */
  commitUpTo(instrument: InstrumentId, position: number): void {
    this.#checkAlive();
    const rows = this.#opened(instrument);
    const nowMs = performance.now();
    rows.commitUpTo(position, nowMs);
    if (this.#writing === null && rows.isDue(nowMs, this.#pace.rows, this.#pace.waitMs)) this.#writeDue();
    else this.#alarm.setTo(rows.dueAtMs(this.#pace.waitMs));
  }

  /** Returns once all that `commitUpTo` has covered is durable. *Errors*: StoreWriteError; rows are kept. */
  async flush(instruments: Iterable<InstrumentId> = this.#instruments.keys()): Promise<void> {
    const targets = [...instruments].map((instrument) => {
      const rows = this.#opened(instrument);
      return { rows, position: rows.marked };
    });
    await this.#writeNow(() =>
      targets.filter(({ rows, position }) => rows.stored.position < position).map(({ rows }) => rows),
    );
  }

  /** Returns once there is room for more rows. *Errors*: StoreWriteError; rows are kept. */
  async ready(): Promise<void> {
    await this.#writeNow(() => (this.isBehind ? waitingRows(this.#instruments.values()) : []));
  }

  /** Whether so many rows wait that those who bring more should wait for `ready`. */
  get isBehind(): boolean {
    return this.backlog > this.#pace.roomRows;
  }

  /**
   * Lets go of a file once all that `commitUpTo` covered is durable: another process may open it. What leaves
   * goes to the archive first, and the file is no more: whoever opens the instrument goes on behind that.
   * *Errors*: StoreWriteError, InputError; what could not go stays in the file, which is let go all the same.
   */
  async closeInstrument(instrument: InstrumentId, leaves: Leaves = 'nothing'): Promise<StoredPosition> {
    const rows = this.#opened(instrument);
    try {
      await this.flush([instrument]);
      const answer = await this.#link.ask({ type: 'release', spec: rows.spec, leaves });
      if (answer.type === 'refused') throw asInputError(answer.problem);
      if (answer.type !== 'released') throw unexpected(answer);
      this.#stats = { ...this.#stats, openFiles: answer.openFiles };
      return rows.stored;
    } finally {
      this.#instruments.delete(instrument);
      this.#pace.files = this.#instruments.size;
      releaseWriter(rows.spec.path);
    }
  }

  /** Rolls days or hours from the next write of each file on, where there is an archive. */
  rollBy(unit: ArchiveUnit): void {
    this.#archive = this.#archive && { ...this.#archive, unit };
  }

  /** Rows appended and not durable yet. */
  get backlog(): number {
    return this.#stats.pendingRows;
  }

  stats(): TickStoreStats {
    return this.#stats;
  }

  /** Flushes and lets go of all files. *Errors*: that of `flush`; they are let go all the same. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      this.#alarm[Symbol.dispose]();
      if (this.#link.dead === null) await this.#link.ask({ type: 'close' });
      for (const rows of this.#instruments.values()) releaseWriter(rows.spec.path);
    }
  }

  #opened(instrument: InstrumentId): InstrumentRows {
    const rows = this.#instruments.get(instrument);
    if (rows === undefined)
      throw new InputError({
        field: 'instrument',
        value: instrument,
        because: 'not open in this store',
        remedy: 'Call openInstrument first.',
      });
    return rows;
  }

  #checkAlive(): void {
    if (this.#closed) throw new Error('the tick store is closed');
    this.#checkLink();
  }

  #checkLink(): void {
    if (this.#link.dead !== null) throw this.#link.dead;
  }

  #addPending(rows: number): void {
    this.#stats = { ...this.#stats, pendingRows: this.#stats.pendingRows + rows };
  }

  /** Starts a write of what is due, unless one is under way, and sees to it that there is a next time. */
  #writeDue(): void {
    if (this.#writing !== null || this.#flushing > 0 || this.#closed || this.#link.dead !== null) return;
    const nowMs = performance.now();
    if (nowMs < this.#restUntilMs && this.backlog < this.#pace.rowsEndRest) {
      this.#alarm.setTo(this.#restUntilMs);
      return;
    }
    const { due, nextMs } = dueRows(this.#instruments.values(), this.#pace, nowMs);
    if (due.length > 0) void this.#write(due.slice(0, FILES_AT_ONCE));
    else this.#alarm.setTo(nextMs);
  }

  /**
   * Writes what `next` returns, some at a time, until that is nothing; what failed is not tried twice.
   * *Errors*: the first failure, once all others are written.
   */
  async #writeNow(next: () => InstrumentRows[]): Promise<void> {
    const failed = new Set<InstrumentRows>();
    let failure: Error | undefined;
    this.#flushing += 1;
    try {
      for (;;) {
        while (this.#writing !== null) await this.#writing;
        const left = next().filter((rows) => !failed.has(rows));
        if (left.length === 0) break;
        this.#checkLink();
        const some = left.slice(0, FILES_AT_ONCE);
        const [first] = await this.#write(some);
        if (first === undefined) continue;
        failure ??= first;
        for (const rows of some) if (rows.hasFailed) failed.add(rows);
      }
    } finally {
      this.#flushing -= 1;
      this.#writeDue();
    }
    if (failure !== undefined) throw failure;
  }

  /** Returns what failed. */
  #write(instruments: readonly InstrumentRows[]): Promise<Error[]> {
    const archiveUnit = this.#archive?.unit;
    const files = instruments.map(
      (rows): FileBatch => ({ spec: rows.spec, archiveUnit, batch: rows.takeBatch() }),
    );
    const transfer = files.flatMap(({ batch }) => transferables(batch));
    const taken = files.map(({ batch }) => ({ rows: batch.rows, trades: batch.ticks?.count ?? 0 }));
    const writing = this.#link
      .ask({ type: 'write', files, letsGo: this.#pace.takesTurns }, transfer)
      .then((answer) => {
        if (answer.type !== 'written') throw unexpected(answer);
        this.#stats = { ...this.#stats, openFiles: answer.openFiles, checkpoints: answer.checkpoints };
        this.#restUntilMs = restUntilMs(this.#instruments.values(), this.#pace, answer.tookMs);
        if (answer.rollProblem !== null) this.#onError(new StoreWriteError(answer.rollProblem));
        return answer.outcomes.flatMap((outcome, at) => this.#settle(instruments[at]!, taken[at]!, outcome));
      })
      .catch((error: Error) => [error])
      .then((failures) => {
        this.#writing = null;
        for (const failure of failures) this.#onError(failure);
        this.#writeDue();
        return failures;
      });
    this.#writing = writing;
    return writing;
  }

  #settle(
    rows: InstrumentRows,
    taken: { readonly rows: number; readonly trades: number },
    outcome: WriteOutcome,
  ): Error[] {
    if (!outcome.ok) {
      rows.onFailed(outcome.batch, performance.now() + this.#pace.intervalMs);
      this.#stats = { ...this.#stats, failedCommits: this.#stats.failedCommits + 1 };
      return [new StoreWriteError(outcome.problem)];
    }
    rows.onStored(outcome.stored);
    this.#stats = {
      ...this.#stats,
      storedTrades: this.#stats.storedTrades + taken.trades,
      storedRows: this.#stats.storedRows + taken.rows,
      pendingRows: this.#stats.pendingRows - taken.rows,
      commits: this.#stats.commits + 1,
      lastCommitMs: outcome.commitMs,
    };
    return [];
  }
}

function unexpected(answer: StoreAnswer): Error {
  return new Error(`the tick store thread answered ${answer.type} to something else`);
}
