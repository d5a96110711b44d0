import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ARCHIVE_KEYS, ASKED_TABLES, archiveFiles, LIVING_TABLES, livingFile } from './archive.ts';
import { SCHEMA_VERSION, sqlText, upgradeStatements } from './schema.ts';
import { asInputError, openProblem } from './store-problem.ts';

/** DuckDB's two headers, in front of its blocks: a checkpoint writes one of them last. */
const HEADER_BYTES = 12_288;
/** A checkpoint takes a fraction of a second and comes every 100,000 rows. */
const COPY_TRIES_MAX = 20;

/** Where an instrument's rows lie, and which of them are asked for. *Units*: µs. */
export interface AskedPlace {
  readonly path: string;
  /** Its archive's folder. */
  readonly folder: string;
  readonly fromUs?: number;
  /** Rows from here on are left out. */
  readonly toUs?: number;
}

/**
 * Tables of one instrument in a DuckDB of their own: the Parquet files below `rolled_to`, the file's rows
 * above. The file is read from a copy, so that nobody's lock is taken or lost and its owner goes on writing;
 * each row is there once at any stage of a roll.
 */
export class AskedTables implements Disposable {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #copyFolder: string;
  readonly #readable: string[];

  private constructor(
    connection: DuckDBConnection,
    instance: DuckDBInstance,
    copyFolder: string,
    archive: string,
  ) {
    this.#readable = [copyFolder, archive];
    this.connection = connection;
    this.#instance = instance;
    this.#copyFolder = copyFolder;
  }

  /** *Errors*: InputError for a file that is corrupt or of a newer schema. */
  static async open(place: AskedPlace): Promise<AskedTables> {
    const copyFolder = mkdtempSync(join(tmpdir(), 'tickstore-'));
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '1GB',
      temp_directory: join(copyFolder, 'spill'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const tables = new AskedTables(await instance.connect(), instance, copyFolder, place.folder);
    try {
      await tables.#attach(place);
      return tables;
    } catch (error) {
      tables[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.connection.closeSync();
    this.#instance.closeSync();
    rmSync(this.#copyFolder, { recursive: true, force: true });
  }

  async #attach(place: AskedPlace): Promise<void> {
    const db = this.connection;
    if (existsSync(place.path)) {
      try {
        const copy = copyWhole(place.path, this.#copyFolder);
        await db.run(`ATTACH ${sqlText(copy)} AS store`);
        const version = await this.#value('SELECT schema_version FROM store.store_info');
        if (version === 1) await db.run(upgradeStatements('store'));
        else if (version !== SCHEMA_VERSION) throw newer(place.path, version);
        await db.run('USE store');
      } catch (error) {
        throw error instanceof InputError ? error : asInputError(openProblem(place.path, error).problem);
      }
    }
    for (const table of ASKED_TABLES) await this.#createView(table, place);
  }

  /** From here on DuckDB reads the archive's folder, our copy and nothing else; there is no way back. */
  async shut(): Promise<void> {
    await this.connection.run(`SET allowed_directories = [${this.#readable.map(sqlText).join(', ')}];
      SET enable_external_access = false; SET lock_configuration = true`);
  }

  /** Writes a table, oldest row first, to a file of Parquet or CSV; returns the number of rows. */
  async exportTo(table: string, out: string): Promise<number> {
    if (!(ASKED_TABLES as readonly string[]).includes(table))
      throw new InputError({
        field: '--table',
        value: table,
        because: 'there is no such table',
        remedy: `Name one of ${ASKED_TABLES.join(', ')}.`,
      });
    const format = out.endsWith('.csv') ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
    const order = ARCHIVE_KEYS[table as 'ticks'];
    const by = order === undefined ? '' : ` ORDER BY timestamp, ${order.join(', ')}`;
    const copied = await this.connection.run(
      `COPY (SELECT * FROM ${table}${by}) TO ${sqlText(out)} (${format})`,
    );
    return copied.rowsChanged;
  }

  async #createView(table: (typeof ASKED_TABLES)[number], place: AskedPlace): Promise<void> {
    const { path, folder, fromUs = Number.NEGATIVE_INFINITY, toUs = Number.POSITIVE_INFINITY } = place;
    const hasFile = existsSync(path);
    const keys = ARCHIVE_KEYS[table];
    if (keys === undefined) {
      const left = LIVING_TABLES.find((one) => one === table);
      const living = left === undefined ? '' : livingFile(folder, left);
      const from = hasFile ? `store.${table}` : `read_parquet(${sqlText(living)})`;
      if (hasFile || existsSync(living))
        await this.connection.run(`CREATE TEMP VIEW ${table} AS SELECT * FROM ${from}`);
      return;
    }
    const files = archiveFiles(folder, table);
    const asked = files.filter((file) => file.toUs > fromUs && file.fromUs < toUs);
    const rolledTo = hasFile ? await this.#value('SELECT epoch_us(rolled_to) FROM store.store_info') : null;
    const edge = hasFile ? Number(rolledTo ?? 0) : Number.MAX_SAFE_INTEGER;
    const below = `timestamp < make_timestamp(${edge})`;
    const parts: string[] = [];
    if (asked.length > 0) parts.push(`SELECT * FROM ${parquet(asked)}${hasFile ? ` WHERE ${below}` : ''}`);
    if (hasFile) {
      parts.push(`SELECT * FROM store.${table} WHERE NOT (${below})`);
      const late = `SELECT * FROM store.${table} AS new WHERE ${below}`;
      const same = keys.map((key) => `have.${key} = new.${key}`).join(' AND ');
      const unknown =
        files.length === 0
          ? late
          : `${late} AND NOT EXISTS (SELECT 1 FROM ${parquet(files)} AS have WHERE ${same})`;
      if (Number(await this.#value(`SELECT count(*) FROM store.${table} WHERE ${below}`)) > 0) {
        await this.connection.run(`CREATE TEMP TABLE late_${table} AS ${unknown}`);
        parts.push(`SELECT * FROM late_${table}`);
      }
    }
    if (parts.length === 0) return;
    const range = [
      ...(place.fromUs === undefined ? [] : [`timestamp >= make_timestamp(${place.fromUs})`]),
      ...(place.toUs === undefined ? [] : [`timestamp < make_timestamp(${place.toUs})`]),
    ];
    const where = range.length === 0 ? '' : ` WHERE ${range.join(' AND ')}`;
    await this.connection.run(
      `CREATE TEMP VIEW ${table} AS SELECT * FROM (${parts.join(' UNION ALL ')})${where}`,
    );
  }

  async #value(sql: string): Promise<unknown> {
    return (await this.connection.runAndReadAll(sql)).getRows()[0]?.[0];
  }
}

function parquet(files: readonly { readonly path: string }[]): string {
  return `read_parquet([${files.map(({ path }) => sqlText(path)).join(', ')}])`;
}

/** Copies a file and its log as of one moment; a copy that a checkpoint overtook is made again. */
function copyWhole(path: string, folder: string): string {
  const copy = join(folder, 'copy.duckdb');
  for (let tries = 1; ; tries++) {
    const before = headerOf(path);
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    rmSync(`${copy}.wal`, { force: true });
    if (existsSync(`${path}.wal`)) copyIfThere(`${path}.wal`, `${copy}.wal`);
    if (headerOf(path).equals(before)) return copy;
    if (tries === COPY_TRIES_MAX)
      throw asInputError({
        file: path,
        because: `it changed during each of ${COPY_TRIES_MAX} copies`,
        remedy: 'Ask again in a moment',
        isPassing: true,
      });
  }
}

function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const handle = openSync(path, 'r');
  try {
    return header.subarray(0, readSync(handle, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}

function newer(path: string, version: unknown): Error {
  return asInputError({
    file: path,
    because: `it has schema ${String(version)}, this engine reads ${SCHEMA_VERSION}`,
    remedy: 'Run the engine version that wrote it, or a newer one',
  });
}
