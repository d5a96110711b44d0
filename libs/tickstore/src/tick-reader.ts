import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type InstrumentId, isoTime, TIMEFRAMES, type Timeframe } from '@algo/model';
import { DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { archiveFolder } from './archive.ts';
import { type AskedRows, askSelect } from './ask-select.ts';
import { type AskedPlace, AskedTables } from './asked-tables.ts';
import { claimForReading, releaseReader } from './file-claims.ts';
import { archivedInstruments, storedInstruments, storePath } from './store-path.ts';
import { asInputError } from './store-problem.ts';

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

/** A question in SQL, and how much of an answer is wanted. */
export interface Question {
  readonly sql: string;
  /** *Units*: µs; rows from `toUs` on are left out. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** More rows than that are not read. */
  readonly rowsMax: number;
  readonly timeLimitMs: number;
}

/** Reads the rows of a data directory and its archive, whether or not another process writes to them. */
export interface TickReader {
  instruments(): InstrumentId[];
  countTrades(id: InstrumentId): Promise<number>;
  /** Trades stored more than once: 0 unless something is broken. */
  countDuplicates(id: InstrumentId): Promise<number>;
  sumVolumes(id: InstrumentId): Promise<VolumeSums>;
  /** Runs SQL of our own over an instrument's tables. */
  query(id: InstrumentId, sql: string): Promise<ResultRow[]>;
  /** Runs a stranger's SELECT over them: it can read nothing else, write nowhere, and ends in time. */
  ask(id: InstrumentId, question: Question, onRow: (row: ResultRow) => Promise<void>): Promise<AskedRows>;
  /** Writes a table's rows to a file, by its name Parquet or CSV, and returns how many. */
  exportTable(id: InstrumentId, asked: ExportAsked): Promise<number>;
}

/** A table, and the time, that are to be written to a file. *Units*: µs. */
export interface ExportAsked {
  readonly table: string;
  readonly fromUs?: number;
  readonly toUs?: number;
  readonly out: string;
}

/**
 * Returns a reader. *Errors*: its calls raise InputError for an instrument that was never stored, and for
 * a file that is corrupt, of a newer schema, or written by this process.
 */
export function openReader(dataDir: string, archiveDir = join(dataDir, '..', 'archive')): TickReader {
  const within = <Answer>(
    id: InstrumentId,
    range: { readonly fromUs?: number; readonly toUs?: number },
    work: (tables: AskedTables) => Promise<Answer>,
  ) => withTables({ path: storePath(dataDir, id), folder: archiveFolder(archiveDir, id), ...range }, work);
  const query = (id: InstrumentId, sql: string) =>
    within(id, {}, async ({ connection }) =>
      (await connection.runAndReadAll(sql)).getRowObjects().map(resultRow),
    );
  const number = async (id: InstrumentId, sql: string) => Number((await query(id, sql))[0]?.value ?? 0);
  return {
    instruments: () =>
      [...new Set([...storedInstruments(dataDir), ...archivedInstruments(archiveDir)])].sort(),
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
    ask: (id, question, onRow) =>
      within(id, question, async (tables) => {
        await tables.shut();
        return askSelect(tables.connection, question, (row) => onRow(resultRow(row)));
      }),
    exportTable: (id, asked) => within(id, asked, (tables) => tables.exportTo(asked.table, asked.out)),
  };
}

async function withTables<Answer>(
  place: AskedPlace,
  work: (tables: AskedTables) => Promise<Answer>,
): Promise<Answer> {
  const { path, folder } = place;
  if (!existsSync(path) && !existsSync(folder))
    throw new InputError({
      field: 'tick store file',
      value: path,
      because: 'there is none',
      remedy: 'Name an instrument that has been recorded, and the data directory that it was recorded to.',
    });
  // Closing any handle of ours on a file gives up this process's lock on it.
  if (!claimForReading(path))
    throw asInputError({
      file: path,
      because: 'this process writes to it',
      remedy: 'Ask from another process, or close the store first',
    });
  try {
    using tables = await AskedTables.open(place);
    return await work(tables);
  } finally {
    releaseReader(path);
  }
}

function resultRow(row: Readonly<Record<string, DuckDBValue>>): ResultRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: DuckDBValue): string | number | boolean | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof DuckDBTimestampValue && value.isFinite) return isoTime(Number(value.micros));
  return String(value);
}
