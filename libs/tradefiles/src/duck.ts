import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** More than that and DuckDB sorts on the disk. */
const MEMORY_MAX = '1GB';

/** A database in memory that reads files; each reading has a connection of its own. */
export class Duck implements Disposable {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(): Promise<Duck> {
    // DuckDB's own choice for what does not fit would be the working directory.
    const settings = { memory_limit: MEMORY_MAX, temp_directory: join(tmpdir(), `algo-duck-${process.pid}`) };
    return new Duck(await DuckDBInstance.create(':memory:', settings));
  }

  async with<Value>(work: (db: DuckDBConnection) => Promise<Value>): Promise<Value> {
    const db = await this.connect();
    try {
      return await work(db);
    } finally {
      db.closeSync();
    }
  }

  async connect(): Promise<DuckDBConnection> {
    const db = await this.#instance.connect();
    await db.run("set TimeZone = 'UTC'");
    return db;
  }

  [Symbol.dispose](): void {
    this.#instance.closeSync();
  }
}
