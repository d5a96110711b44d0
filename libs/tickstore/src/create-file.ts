import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { archiveFiles, LIVING_TABLES, livingFile } from './archive.ts';
import { createStatements, type FileSpec, sqlText } from './schema.ts';
import { StoreFileError } from './store-problem.ts';

/**
 * A quarter of DuckDB's default. Rows since the checkpoint take a block of memory for each column of an open
 * file, 200 files 0.5 GB at the default; measured on real trades it writes as fast, for twice the bytes on
 * disk (17 against 9 a tick).
 */
const BLOCK_BYTES = 65_536;
/**
 * DuckDB lets go of a file even when it says that the checkpoint
 * on the way out failed; the log is replayed at the next open.
 */
export async function detach(connection: DuckDBConnection, database: string): Promise<void> {
  await connection.run(`DETACH ${database}`).catch(() => undefined);
}

/** A new file continues the archive that an earlier one, or another process, left, behind its last trade. */
async function adoptArchive(
  connection: DuckDBConnection,
  database: string,
  { archive }: FileSpec,
): Promise<void> {
  const files = archive === undefined ? [] : archiveFiles(archive.folder, 'ticks');
  for (const table of archive === undefined ? [] : LIVING_TABLES) {
    const living = livingFile(archive!.folder, table);
    if (existsSync(living))
      await connection.run(`INSERT INTO ${database}.${table} SELECT * FROM read_parquet(${sqlText(living)})`);
  }
  const last = files.at(-1);
  if (last === undefined) return;
  const all = files.map(({ path }) => sqlText(path)).join(', ');
  const rows = `read_parquet(${sqlText(last.path)}, file_row_number = true)`;
  await connection.run(`BEGIN;
    UPDATE ${database}.store_info SET rolled_to = make_timestamp(${last.toUs});
    INSERT INTO ${database}.checkpoints SELECT 0, (SELECT count(*) FROM read_parquet([${all}])),
      (SELECT CAST(trade_id AS VARCHAR) FROM ${rows} ORDER BY timestamp DESC, file_row_number DESC LIMIT 1);
    COMMIT;`);
}

/**
 * Renames a file that DuckDB cannot read, with its log, or a log whose file is gone, and returns the new
 * name; nothing is deleted.
 */
export function setAside(path: string): string {
  const aside = `${path}.unreadable-${randomUUID()}`;
  for (const end of ['', '.wal'])
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`);
  return aside;
}

/** Removes a file that has left for the archive, with its log. */
export function removeFile(path: string): void {
  for (const end of ['.wal', '']) rmSync(`${path}${end}`, { force: true });
}

/**
 * Makes an empty file. It is built under another name and linked into place when whole, so that a crash never
 * leaves a torn file under the real one; of two that try, one finds it made.
 */
export async function createFile(
  connection: DuckDBConnection,
  database: string,
  spec: FileSpec,
  mayCreate: boolean,
): Promise<void> {
  const orphan = existsSync(`${spec.path}.wal`);
  if (!mayCreate || orphan)
    throw new StoreFileError({
      file: spec.path,
      because: orphan ? 'it is missing, but its log (.wal) is there' : 'it has vanished while the engine ran',
      remedy: 'Restart the engine: a new file is begun',
      isDamaged: true,
    });
  mkdirSync(dirname(spec.path), { recursive: true });
  const draft = `${spec.path}.new-${randomUUID()}`;
  try {
    await connection.run(`ATTACH ${sqlText(draft)} AS ${database} (BLOCK_SIZE ${BLOCK_BYTES})`);
    try {
      await connection.run(createStatements(database, spec));
      await adoptArchive(connection, database, spec);
      await connection.run(`CHECKPOINT ${database}`);
    } finally {
      await detach(connection, database);
    }
    try {
      linkSync(draft, spec.path);
    } catch (error) {
      if (!existsSync(spec.path)) throw error;
    }
  } finally {
    rmSync(draft, { force: true });
    rmSync(`${draft}.wal`, { force: true });
  }
}
