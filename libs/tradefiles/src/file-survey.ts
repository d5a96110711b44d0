import { US_PER_MINUTE } from '@algo/model';
import type { DuckDBConnection } from '@duckdb/node-api';
import { countsTrades, type Survey } from './row-order.ts';
import type { RowQuery } from './row-query.ts';
import { KNOWN_LAYOUTS } from './trade-layout.ts';
import { unusableFile } from './unusable-file.ts';

/** Lines with the wrong number of fields that are named one by one. */
const BROKEN_NAMED_MAX = 20;
/** Symbols and exchanges that are named. */
const NAMED_MAX = 5;

/** A line that has not the fields of a row. *Shape*: `line` counts from 1 in the unpacked file. */
export interface BrokenLine {
  readonly line: number;
  readonly why: string;
}

/** Reads a file through. *Errors*: InputError where it has rows and none has a time. */
export async function surveyOf(
  db: DuckDBConnection,
  path: string,
  { sql, isTyped }: RowQuery,
): Promise<Survey> {
  // What nobody asks for DuckDB doesn't read, so that an odd price would show at the second reading only.
  const all = isTyped ? ', p, q' : '';
  const before = `select t, i, x, lag(t) over () pt, lag(i) over () pi${all} from (${sql})`;
  const times = 'count(*), count(t), coalesce(min(t), 0), coalesce(max(t), 0)';
  const steps = 'count(*) filter (t < pt), count(*) filter (t > pt), coalesce(max(pt - t), 0)';
  const ids = 'count(i), count(x) - count(i), count(*) filter (i <= pi), count(*) filter (i > pi)';
  const minutes = `count(*) filter (t % ${US_PER_MINUTE} = 0)${isTyped ? ', count(p), count(q)' : ''}`;
  const [rows, timed, firstUs, lastUs, back, forth, backMaxUs, counted, named, idsBack, idsForth, whole] =
    await numbersOf(db, `select ${times}, ${steps}, ${ids}, ${minutes} from (${before})`, 12);
  if (rows! > 0 && timed === 0)
    throw unusableFile(path, 'none of its rows has a readable time', KNOWN_LAYOUTS);
  const placed = `select *, row_number() over () n from (${sql})`;
  const byId = `select t, lag(t) over (order by i, n) pt from (${placed})`;
  const [idsDisagreeUs] =
    idsBack === 0
      ? [0]
      : await numbersOf(db, `select coalesce(max(pt - t), 0) from (${byId} where i is not null)`, 1);
  const names = `select count(x) - count(distinct hash(x, t)) from (${sql})`;
  const isNamed = named! > 0 && !countsTrades({ rows: rows!, counted: counted! });
  const [repeated] = isNamed ? await numbersOf(db, names, 1) : [0];
  return {
    ...{ rows: rows!, timed: timed!, firstUs: firstUs!, lastUs: lastUs!, back: back!, forth: forth! },
    ...{ backMaxUs: backMaxUs!, counted: counted!, named: named!, idsBack: idsBack!, idsForth: idsForth! },
    ...{ idsDisagreeUs: idsDisagreeUs!, repeated: repeated!, minutes: whole! },
  };
}

async function numbersOf(db: DuckDBConnection, sql: string, count: number): Promise<number[]> {
  const [row = []] = (await db.runAndReadAll(sql)).getRows();
  return Array.from({ length: count }, (_, n) => Number(row[n]));
}

/** Returns the lines that reading by this query has found to be no rows. */
export async function brokenLines(
  db: DuckDBConnection,
  { rejects }: RowQuery,
): Promise<{ readonly first: readonly BrokenLine[]; readonly count: number }> {
  if (rejects === null) return { first: [], count: 0 };
  const lines = `(select line, min(error_message) why from ${rejects} group by line)`;
  const first = (
    await db.runAndReadAll(`select * from ${lines} order by line limit ${BROKEN_NAMED_MAX}`)
  ).getRows();
  const [[count] = [0]] = (await db.runAndReadAll(`select count(*) from ${lines}`)).getRows();
  return {
    first: first.map(([line, why]) => ({ line: Number(line), why: String(why) })),
    count: Number(count),
  };
}

/** Returns whether reading by a typed query has met a field that is not what most are. */
export async function hasOddFields(db: DuckDBConnection, { rejects }: RowQuery): Promise<boolean> {
  const [odd] = await numbersOf(db, `select count(*) from ${rejects} where error_type = 'CAST'`, 1);
  return odd! > 0;
}

/** Returns what stands in the column of symbols or of exchanges, some of it where there is much. */
export async function namesIn(
  db: DuckDBConnection,
  { sql, layout }: RowQuery,
  column: 'y' | 'e',
): Promise<string[]> {
  if (layout.at[column === 'y' ? 'symbol' : 'exchange'] === undefined) return [];
  const found = await db.runAndReadAll(
    `select distinct ${column} from (${sql}) where ${column} is not null order by 1 limit ${NAMED_MAX}`,
  );
  return found.getRows().map(([name]) => String(name));
}
