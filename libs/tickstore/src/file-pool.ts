import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { removeFile } from './create-file.ts';
import type { FileSpec } from './schema.ts';
import { StoreFile } from './store-file.ts';
import { StoreFileError, type StoreProblem } from './store-problem.ts';
import type { Leaves } from './store-rows.ts';
import { TickChunk } from './tick-chunk.ts';

/**
 * One DuckDB (in memory, nothing of ours in it) with at most
 * `limit` instrument files attached, least recently used first.
 */
export class FilePool {
  checkpoints = 0;
  /** What kept a unit from the archive last; whoever tells it takes it away. */
  rollProblem: StoreProblem | null = null;
  readonly #limit: number;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #open = new Map<string, StoreFile>();
  /** By exchange and id kind: a handful. */
  readonly #chunks = new Map<string, TickChunk>();
  #serial = 0;

  private constructor(limit: number, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#limit = limit;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** `spillDir` takes what does not fit in memory; DuckDB's own choice would be the working directory. */
  static async create(limit: number, spillDir: string): Promise<FilePool> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: '512MB',
      temp_directory: spillDir,
      // Checkpoints are ours to time: an automatic one stalls a commit for 60–90 ms (floors.md).
      checkpoint_threshold: '1GB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new FilePool(limit, instance, await instance.connect());
  }

  get size(): number {
    return this.#open.size;
  }

  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  /**
   * Returns the file, attached. When the pool is full the
   * least recently used one that isn't in `keep` is let go.
   */
  async acquire(spec: FileSpec, mayCreate: boolean, keep: ReadonlySet<string>): Promise<StoreFile> {
    const known = this.#open.get(spec.path);
    if (known !== undefined) {
      this.#open.delete(spec.path);
      this.#open.set(spec.path, known);
      return known;
    }
    for (const path of this.#open.keys()) {
      if (this.#open.size < this.#limit) break;
      if (!keep.has(path)) await this.release(path);
    }
    const database = `file_${this.#serial++}`;
    const file = await StoreFile.open(this.#connection, database, spec, this.#chunkFor(spec), mayCreate);
    this.#open.set(spec.path, file);
    return file;
  }

  async release(path: string): Promise<void> {
    const file = this.#open.get(path);
    if (file === undefined) return;
    this.#open.delete(path);
    await file.close();
  }

  /**
   * Lets go of a file for another process; what leaves goes to the archive first, and the file is no more.
   * *Errors*: StoreFileError; it is let go all the same, and stays.
   */
  async giveUp(spec: FileSpec, leaves: Leaves): Promise<void> {
    // Where it isn't attached nothing is to be done for whoever opens the same file.
    if (leaves === 'nothing' && !this.isOpen(spec.path)) return;
    const file = await this.acquire(spec, false, new Set());
    try {
      if (leaves !== 'nothing') await file.leave(leaves === 'all');
      await this.checkpoint(file);
    } finally {
      await this.release(spec.path);
    }
    if (leaves !== 'nothing') removeFile(spec.path);
  }

  /** Checkpoints one file that is due and returns true, or false when none is. */
  async checkpointNext(): Promise<boolean> {
    for (const file of this.#open.values())
      if (file.checkpointDue) {
        await this.checkpoint(file);
        return true;
      }
    return false;
  }

  /** Moves one closed unit of one file to the archive and returns true, or false when none is due. */
  async rollNext(): Promise<boolean> {
    for (const file of this.#open.values())
      if (file.rollDue) {
        await this.roll(file);
        return true;
      }
    return false;
  }

  async roll(file: StoreFile): Promise<void> {
    try {
      await file.roll();
    } catch (error) {
      if (!(error instanceof StoreFileError)) throw error;
      this.rollProblem = error.problem;
    }
  }

  async checkpoint(file: StoreFile): Promise<void> {
    try {
      await file.checkpoint();
      this.checkpoints += 1;
    } catch {
      // The rows are safe in the log. The next write opens the file
      // afresh, and is the one to report what is wrong with it.
      await this.release(file.spec.path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of [...this.#open.values()]) {
      // What fails stays in the file: the next life moves it.
      await file.rollAtEnd().catch(() => undefined);
      await this.checkpoint(file);
    }
    for (const path of [...this.#open.keys()]) await this.release(path);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #chunkFor(spec: FileSpec): TickChunk {
    const key = `${spec.exchange} ${spec.idKind}`;
    const known = this.#chunks.get(key);
    if (known !== undefined) return known;
    const chunk = new TickChunk(spec);
    this.#chunks.set(key, chunk);
    return chunk;
  }
}
