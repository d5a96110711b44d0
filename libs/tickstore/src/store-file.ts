import { existsSync } from 'node:fs';
import { type DuckDBConnection, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { BatchWriter } from './batch-writer.ts';
import { createFile, detach, setAside } from './create-file.ts';
import { Rolling, writeLiving } from './roll-archive.ts';
import type { RowBatch } from './row-buffer.ts';
import { type FileSpec, SCHEMA_VERSION, sqlText, upgradeStatements } from './schema.ts';
import {
  BUSY_REMEDY,
  createProblem,
  isUnreadable,
  openProblem,
  rollProblem,
  StoreFileError,
  WRITE_REMEDY,
  words,
} from './store-problem.ts';
import type { ArchiveUnit, StoredPosition } from './store-rows.ts';
import type { TickChunk } from './tick-chunk.ts';

/** A checkpoint is due, for a quiet moment, after so many rows (about 4 MB of log) or commits. */
const CHECKPOINT_ROWS = 100_000;
const CHECKPOINT_COMMITS = 1_000;
/**
 * No quiet moment came: one follows the commit at once. Bounds
 * a file's log to about 16 MB, and its replay after a crash.
 */
const OVERDUE_ROWS = 400_000;
const OVERDUE_COMMITS = 10_000;

/** One instrument's file, attached to the worker's DuckDB for writing: the only code that changes it. */
export class StoreFile {
  readonly spec: FileSpec;
  readonly #connection: DuckDBConnection;
  readonly #database: string;
  readonly #rows: BatchWriter;
  #stored: StoredPosition = { position: 0, trades: 0, lastTradeId: null, rolledToUs: 0 };
  #rowsInLog = 0;
  #commitsInLog = 0;
  /** Rows that have left take room until a checkpoint. */
  #hasRolled = false;
  readonly #rolling: Rolling | null;
  /** Where an unreadable file went that this one replaces. */
  readonly setAsideAs: string | null;

  private constructor(
    connection: DuckDBConnection,
    database: string,
    spec: FileSpec,
    chunk: TickChunk,
    setAsideAs: string | null,
  ) {
    this.spec = spec;
    this.setAsideAs = setAsideAs;
    this.#connection = connection;
    this.#database = database;
    this.#rows = new BatchWriter(connection, database, chunk);
    this.#rolling =
      spec.archive === undefined ? null : new Rolling({ connection, database, ...spec.archive });
  }

  /**
   * Attaches a file as `database`, which takes DuckDB's lock on it; one that cannot be read is set aside for
   * a new one where it may create. *Errors*: StoreFileError.
   */
  static async open(
    connection: DuckDBConnection,
    database: string,
    spec: FileSpec,
    chunk: TickChunk,
    mayCreate: boolean,
  ): Promise<StoreFile> {
    try {
      return await StoreFile.#attach(connection, database, spec, chunk, mayCreate, null);
    } catch (error) {
      if (!mayCreate || !isUnreadable(error)) throw error;
      const aside = setAside(spec.path);
      return await StoreFile.#attach(connection, database, spec, chunk, true, aside);
    }
  }

  static async #attach(
    connection: DuckDBConnection,
    database: string,
    spec: FileSpec,
    chunk: TickChunk,
    mayCreate: boolean,
    setAsideAs: string | null,
  ): Promise<StoreFile> {
    try {
      if (!existsSync(spec.path)) await createFile(connection, database, spec, mayCreate);
    } catch (error) {
      throw createProblem(spec.path, error);
    }
    try {
      await connection.run(`ATTACH ${sqlText(spec.path)} AS ${database}`);
    } catch (error) {
      throw openProblem(spec.path, error);
    }
    const file = new StoreFile(connection, database, spec, chunk, setAsideAs);
    try {
      await file.#readInfo();
      return file;
    } catch (error) {
      await detach(connection, database);
      throw openProblem(spec.path, error);
    }
  }

  get stored(): StoredPosition {
    return this.#stored;
  }

  get checkpointDue(): boolean {
    return this.#hasRolled || this.#rowsInLog >= CHECKPOINT_ROWS || this.#commitsInLog >= CHECKPOINT_COMMITS;
  }

  get checkpointOverdue(): boolean {
    return this.#rowsInLog >= OVERDUE_ROWS || this.#commitsInLog >= OVERDUE_COMMITS;
  }

  get rollDue(): boolean {
    return this.#rolling?.isDue ?? false;
  }

  get rollOverdue(): boolean {
    return this.#rolling?.isOverdue ?? false;
  }

  rollBy(unit: ArchiveUnit): void {
    this.#rolling?.by(unit);
  }

  /** Moves one closed unit to the archive. *Errors*: StoreFileError; its rows stay here. */
  async roll(): Promise<void> {
    try {
      await this.#rolling?.next();
      this.#hasRolled = true;
    } catch (error) {
      throw rollProblem(this.spec, error);
    }
  }

  /** Moves all to the archive, where it is wanted there. *Errors*: StoreFileError; its rows stay here. */
  async rollAtEnd(): Promise<void> {
    if (this.spec.archive?.isAllAtEnd !== true) return;
    try {
      await this.#rolling?.all();
    } catch (error) {
      throw rollProblem(this.spec, error);
    }
  }

  /** Moves all rows to the archive, and what lives if that is new. *Errors*: StoreFileError; all stays. */
  async leave(isLivingNew: boolean): Promise<void> {
    try {
      await this.#rolling?.all();
      if (isLivingNew && this.spec.archive !== undefined)
        await writeLiving(this.#connection, this.#database, this.spec.archive.folder);
    } catch (error) {
      throw rollProblem(this.spec, error);
    }
  }

  /**
   * Adds a batch and its position in one transaction. *Errors*: StoreFileError; the file must then be closed.
   */
  async write(batch: RowBatch): Promise<StoredPosition> {
    // The commit before was reported as failed but had reached the disk.
    if (batch.to <= this.#stored.position) return this.#stored;
    if (batch.from !== this.#stored.position) throw this.#movedByAnother(batch);
    const stored = positionAfter(this.#stored, batch);
    try {
      await this.#connection.run('BEGIN');
      await this.#rows.append(batch, stored);
      await this.#connection.run('COMMIT');
    } catch (error) {
      // Ends a transaction that is still open; after a failed COMMIT there is none, and that is fine too.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw new StoreFileError(
        { file: this.spec.path, because: words(error), remedy: WRITE_REMEDY, isPassing: true },
        { cause: error },
      );
    }
    this.#stored = stored;
    if (batch.ticks !== null) this.#rolling?.seen(batch.ticks.timeUs[batch.ticks.count - 1]!);
    this.#rowsInLog += batch.rows;
    this.#commitsInLog += 1;
    return stored;
  }

  /** Moves the log into the file. */
  async checkpoint(): Promise<void> {
    await this.#connection.run(
      `DELETE FROM ${this.#database}.checkpoints WHERE position < ${this.#stored.position}`,
    );
    await this.#connection.run(`CHECKPOINT ${this.#database}`);
    [this.#rowsInLog, this.#commitsInLog, this.#hasRolled] = [0, 0, false];
  }

  /**
   * Releases the file and its lock. Rows that were committed
   * stay, in the log if the checkpoint on the way out fails.
   */
  async close(): Promise<void> {
    this.#rows.close();
    await detach(this.#connection, this.#database);
  }

  async #readInfo(): Promise<void> {
    const info = await this.#info();
    const found = info?.schema_version;
    if (found === 1) await this.#connection.run(upgradeStatements(this.#database));
    const version = found === 1 ? SCHEMA_VERSION : found;
    if (version !== SCHEMA_VERSION)
      throw this.#refused(
        `it has schema ${String(version)}, this engine reads ${SCHEMA_VERSION}`,
        'Run the engine version that wrote it, or a newer one',
      );
    if (info?.instrument !== this.spec.instrument)
      throw this.#refused(
        `it belongs to ${String(info?.instrument)}, not ${this.spec.instrument}`,
        'Use a data directory on a disk that tells upper from lower case, and files in the folders they were written to',
      );
    if (info.id_kind !== this.spec.idKind)
      throw this.#refused(
        `its trade ids are ${String(info.id_kind)}, not ${this.spec.idKind}`,
        'Open it with that kind, or move the file aside to begin a new one',
      );
    const { rolled_to, position, trades, last_trade_id, commits } = info;
    const rolledToUs = rolled_to instanceof DuckDBTimestampValue ? Number(rolled_to.micros) : 0;
    if (this.#rolling !== null) this.#rolling.rolledToUs = rolledToUs;
    this.#stored = {
      position: Number(position ?? 0),
      trades: Number(trades ?? 0),
      lastTradeId: (last_trade_id ?? null) === null ? null : String(last_trade_id),
      rolledToUs,
    };
    this.#commitsInLog = Number(commits);
  }

  /**
   * One question, of whatever columns the version has: files that take turns are asked each time. A row for
   * each commit in the log, few as a rule; to plan the search for the last costs more than to look here.
   */
  async #info(): Promise<Readonly<Record<string, DuckDBValue>> | undefined> {
    const reader = await this.#connection.runAndReadAll(
      `SELECT * FROM ${this.#database}.store_info LEFT JOIN ${this.#database}.checkpoints ON true`,
    );
    const rows = reader.getRowObjects();
    const last = rows.reduce<(typeof rows)[number] | undefined>(
      (best, row) => (best === undefined || Number(row.position) > Number(best.position) ? row : best),
      undefined,
    );
    return last && { ...last, commits: last.position === null ? 0 : rows.length };
  }

  #refused(because: string, remedy: string): StoreFileError {
    return new StoreFileError({ file: this.spec.path, because, remedy });
  }

  #movedByAnother(batch: RowBatch): StoreFileError {
    return this.#refused(
      `it stands at position ${this.#stored.position}, the rows follow ${batch.from}: something else wrote to it`,
      `${BUSY_REMEDY}, then restart this engine`,
    );
  }
}

function positionAfter(stored: StoredPosition, { to, ticks }: RowBatch): StoredPosition {
  if (ticks === null) return { ...stored, position: to };
  return {
    ...stored,
    position: to,
    trades: stored.trades + ticks.count,
    lastTradeId: String(ticks.ids[ticks.count - 1]),
  };
}
