import { existsSync } from 'node:fs';
import { InputError, type InstrumentId, isoTime, TIMEFRAMES, type Timeframe } from '@algo/model';
import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { claimForReading, releaseReader } from './file-claims.ts';
import { SCHEMA_VERSION, sqlText } from './schema.ts';
import { storedInstruments, storePath } from './store-path.ts';
import { asInputError, openProblem } from './store-problem.ts';

/**
 * One result row by column name. Whole numbers are numbers
 * where exact, else text; times are ISO text with microseconds.
 */
export type ResultRow = Readonly<Record<string, string | number | boolean | null>>;

/** Volumes that must agree: the sum over all trades, and over the bars of each timeframe. *Units*: base. */
export interface VolumeSums {
  readonly trades: number;
  readonly candles: Readonly<Record<Timeframe, number>>;
}

/**
 * Reads the files of a data directory while no engine has
 * them open. Each call opens its file and lets it go again.
 */
export interface TickReader {
  instruments(): InstrumentId[];
  countTrades(id: InstrumentId): Promise<number>;
  /** Trades stored more than once: 0 unless something is broken. */
  countDuplicates(id: InstrumentId): Promise<number>;
  sumVolumes(id: InstrumentId): Promise<VolumeSums>;
  /** Runs SQL over the file's tables. It can read nothing else, and write nowhere. */
  query(id: InstrumentId, sql: string): Promise<ResultRow[]>;
}

/**
 * Returns a reader. *Errors*: its calls raise InputError for a
 * file that is missing, in use, corrupt, or of a newer schema.
 */
export function openReader(dataDir: string): TickReader {
  const query = (id: InstrumentId, sql: string) => queryFile(storePath(dataDir, id), sql);
  const number = async (id: InstrumentId, sql: string) => Number((await query(id, sql))[0]?.value ?? 0);
  return {
    instruments: () => storedInstruments(dataDir),
    countTrades: (id) => number(id, 'SELECT count(*) AS value FROM ticks'),
    countDuplicates: (id) => number(id, 'SELECT count(*) - count(DISTINCT trade_id) AS value FROM ticks'),
    sumVolumes: async (id) => {
      // fsum is compensated, yet its threads' shares meet in any order: no venue has more than nine
      // decimals, so that what is rounded away is only that.
      const sums = ['ticks', ...TIMEFRAMES.map((timeframe) => `candles_${timeframe}`)].map(
        (table) => `(SELECT coalesce(round(fsum(volume), 9), 0) FROM ${table}) AS ${table}`,
      );
      const row = (await query(id, `SELECT ${sums.join(', ')}`))[0] ?? {};
      const candles = TIMEFRAMES.map((timeframe) => [timeframe, Number(row[`candles_${timeframe}`])]);
      return {
        trades: Number(row.ticks),
        candles: Object.fromEntries(candles) as Record<Timeframe, number>,
      };
    },
    query,
  };
}

async function queryFile(path: string, sql: string): Promise<ResultRow[]> {
  if (!existsSync(path))
    throw new InputError({
      field: 'tick store file',
      value: path,
      because: 'there is none',
      remedy: 'Name an instrument that has been recorded, and the data directory that it was recorded to.',
    });
  if (!claimForReading(path))
    throw asInputError({
      file: path,
      because: 'this process writes to it',
      remedy: 'Ask through the store’s owner, or close the store first',
    });
  try {
    return await queryClaimed(path, sql);
  } finally {
    releaseReader(path);
  }
}

async function queryClaimed(path: string, sql: string): Promise<ResultRow[]> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    let version: DuckDBValue | undefined;
    try {
      await connection.run(`ATTACH ${sqlText(path)} AS store (READ_ONLY); USE store`);
      version = (await connection.runAndReadAll('SELECT schema_version FROM store_info')).getRows()[0]?.[0];
    } catch (error) {
      throw asInputError(openProblem(path, error).problem);
    }
    if (version !== SCHEMA_VERSION)
      throw asInputError({
        file: path,
        because: `it has schema ${String(version)}, this engine reads ${SCHEMA_VERSION}`,
        remedy: 'Run the engine version that wrote it, or a newer one',
      });
    await connection.run('SET enable_external_access = false; SET lock_configuration = true');
    const rows = (await connection.runAndReadAll(sql)).getRowObjects();
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function plain(value: DuckDBValue): string | number | boolean | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof DuckDBTimestampValue && value.isFinite) return isoTime(Number(value.micros));
  return String(value);
}
