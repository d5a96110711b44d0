import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** More than that and DuckDB sorts on the disk. */
const MEMORY_MAX = '1GB';

/** Opens a database in memory that reads files. */
export async function openDuck(): Promise<{ readonly db: DuckDBConnection; readonly close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: MEMORY_MAX });
  const db = await instance.connect();
  await db.run("set TimeZone = 'UTC'");
  return {
    db,
    close: () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}
