import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  ARCHIVE_KEYS,
  ARCHIVED_TABLES,
  type ArchivedTable,
  archiveFileAt,
  archiveFiles,
  LIVING_TABLES,
  livingFile,
} from './archive.ts';
import { sqlText } from './schema.ts';
import type { ArchiveUnit } from './store-rows.ts';

/** One attached file, and where its closed units go. */
export interface RollPlace {
  readonly connection: DuckDBConnection;
  readonly database: string;
  readonly folder: string;
  readonly unit: ArchiveUnit;
}

/** A unit is closed when trades are so far behind its end: late ones are few then. */
const CLOSE_GRACE_US = 300_000_000;
/** A unit that is closed so long leaves at once, though no quiet moment came; a failed try waits as long. */
const PATIENCE_US = 600_000_000;

/** When units of one file leave for the archive, by the time of its trades; a clock would hurry a replay. */
export class Rolling {
  #place: RollPlace;
  /** No row that rolled is later; those before it that came since are late ones. */
  rolledToUs = 0;
  #newestUs = 0;
  #notBeforeUs = 0;

  constructor(place: RollPlace) {
    this.#place = place;
  }

  get isDue(): boolean {
    return this.#newestUs >= this.#notBeforeUs && this.#closedUs(CLOSE_GRACE_US) > this.rolledToUs;
  }

  get isOverdue(): boolean {
    return this.isDue && this.#closedUs(CLOSE_GRACE_US + PATIENCE_US) > this.rolledToUs;
  }

  /** Rolls such units from now on. */
  by(unit: ArchiveUnit): void {
    if (unit !== this.#place.unit) this.#place = { ...this.#place, unit };
  }

  /** Told of trades that were stored, by the time of the last. */
  seen(timeUs: number): void {
    this.#newestUs = Math.max(this.#newestUs, timeUs);
  }

  /** Moves one unit, if a closed one is left. *Errors*: those of `rollOldestUnit`. */
  async next(): Promise<void> {
    const closedUs = this.#closedUs(CLOSE_GRACE_US);
    try {
      if (!(await rollOldestUnit(this.#place, closedUs))) this.rolledToUs = closedUs;
    } catch (error) {
      this.#notBeforeUs = this.#newestUs + PATIENCE_US;
      throw error;
    }
  }

  /** Moves all that is left, also of the unit that is not over. *Errors*: those of `rollOldestUnit`. */
  async all(): Promise<void> {
    while (await rollOldestUnit(this.#place, Number.MAX_SAFE_INTEGER));
  }

  #closedUs(graceUs: number): number {
    if (this.#newestUs < graceUs) return 0;
    const { folder, unit } = this.#place;
    return archiveFileAt(folder, 'ticks', unit, this.#newestUs - graceUs).fromUs;
  }
}

/**
 * Moves the oldest day or hour before `closedUs` out of the file and returns true, or false when no row is
 * older. Its Parquet files are whole under their names before one transaction deletes the rows and moves
 * `rolled_to`: killed in between, the next try finds the rows in both and writes each once.
 * *Errors*: DuckDB's or the system's; the rows stay in the file then.
 */
export async function rollOldestUnit(place: RollPlace, closedUs: number): Promise<boolean> {
  const oldest = await oldestRow(place, closedUs);
  if (oldest === null) return false;
  const { connection, database, folder, unit } = place;
  const { fromUs, toUs } = archiveFileAt(folder, 'ticks', unit, oldest);
  const within = `timestamp >= make_timestamp(${fromUs}) AND timestamp < make_timestamp(${toUs})`;
  for (const table of await tablesWith(place, within)) await writeUnit(place, table, fromUs, within);
  try {
    await connection.run('BEGIN');
    for (const table of ARCHIVED_TABLES)
      await connection.run(`DELETE FROM ${database}.${table} WHERE ${within}`);
    await connection.run(
      `UPDATE ${database}.store_info SET rolled_to = greatest(rolled_to, make_timestamp(${toUs}))`,
    );
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return true;
}

async function oldestRow({ connection, database }: RollPlace, closedUs: number): Promise<number | null> {
  const each = ARCHIVED_TABLES.map(
    (table) =>
      `SELECT min(timestamp) AS oldest FROM ${database}.${table}
        WHERE timestamp < make_timestamp(${closedUs})`,
  );
  const sql = `SELECT epoch_us(min(oldest)) FROM (${each.join(' UNION ALL ')})`;
  const oldest = (await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? null;
  return oldest === null ? null : Number(oldest);
}

/** Returns the tables that have rows of a unit. */
async function tablesWith({ connection, database }: RollPlace, within: string): Promise<ArchivedTable[]> {
  const each = ARCHIVED_TABLES.map((table) => `EXISTS (FROM ${database}.${table} WHERE ${within})`);
  const [row = []] = (await connection.runAndReadAll(`SELECT ${each.join(', ')}`)).getRows();
  return ARCHIVED_TABLES.filter((_, at) => row[at] === true);
}

/** Writes a table's rows of a unit beside those that the archive has of it already. */
async function writeUnit(
  place: RollPlace,
  table: ArchivedTable,
  fromUs: number,
  within: string,
): Promise<void> {
  const { connection, database, folder, unit } = place;
  const target = archiveFileAt(folder, table, unit, fromUs);
  const have = archiveFiles(folder, table).filter(
    (file) => file.toUs > target.fromUs && file.fromUs < target.toUs,
  );
  const known = have.map(({ path }) => sqlText(path)).join(', ');
  const same = ARCHIVE_KEYS[table]!.map((key) => `have.${key} = new.${key}`).join(' AND ');
  const fresh = `SELECT * FROM ${database}.${table} AS new WHERE ${within}`;
  const rows =
    have.length === 0
      ? fresh
      : `${fresh} AND NOT EXISTS (SELECT 1 FROM read_parquet([${known}]) AS have WHERE ${same})`;
  const before = have.some(({ path }) => path === target.path)
    ? `SELECT * FROM read_parquet(${sqlText(target.path)}) UNION ALL `
    : '';
  await writeWhole(connection, `${before}${rows}`, target.path);
}

/** Puts zones and gaps beside the archive, for whoever goes on with the instrument on another disk. */
export async function writeLiving(
  connection: DuckDBConnection,
  database: string,
  folder: string,
): Promise<void> {
  for (const table of LIVING_TABLES)
    await writeWhole(connection, `SELECT * FROM ${database}.${table}`, livingFile(folder, table));
}

/** Writes a Parquet file that is whole under its name, or not there. */
async function writeWhole(connection: DuckDBConnection, rows: string, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new-${randomUUID()}`;
  try {
    await connection.run(`COPY (${rows}) TO ${sqlText(draft)} (FORMAT parquet, COMPRESSION zstd)`);
    syncToDisk(draft);
    renameSync(draft, path);
    syncToDisk(dirname(path));
  } finally {
    rmSync(draft, { force: true });
  }
}

function syncToDisk(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
