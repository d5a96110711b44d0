import { US_PER_MINUTE } from '@algo/model';
import type { DuckDBConnection } from '@duckdb/node-api';
import { isOddRow } from './odd-rows.ts';
import { countsTrades, type Survey } from './row-order.ts';
import { onceBy, type RowQuery } from './row-query.ts';

/** Lines with the wrong number of fields that are named one by one. */
const BROKEN_NAMED_MAX = 20;
/** Symbols and exchanges that are named. */
const NAMED_MAX = 5;

/** A line that has not the fields of a row. *Shape*: `line` counts from 1 in the unpacked file. */
export interface BrokenLine {
  readonly line: number;
  readonly why: string;
}

/** Reads a file through; rows that come again are read once by the query that is returned. */
export async function surveyOf(
  db: DuckDBConnection,
  query: RowQuery,
): Promise<{ readonly query: RowQuery; readonly survey: Survey }> {
  const survey = await oneSurvey(db, query);
  const { idsBack, named } = survey;
  const isCounted = countsTrades(survey);
  if (isCounted ? idsBack === 0 : named === 0) return { query, survey };
  // A name alone may come again; who numbers trades may begin anew.
  const [columns, among] = isCounted ? [EQUAL, 'i is not null'] : ['x, t', 'x is not null'];
  const [repeated] = await numbersOf(
    db,
    `select count(*) - count(distinct hash(${columns})) from (${query.sql}) where ${among}`,
    1,
  );
  if (repeated === 0) return { query, survey };
  const once = onceBy(query, columns, among);
  return { query: once, survey: { ...(await oneSurvey(db, once)), repeated: repeated! } };
}

/** Two rows of one id that differ in any of these are no repeat: one of them is wrong. */
const EQUAL = 'i, t, p, q, s';

async function oneSurvey(db: DuckDBConnection, query: RowQuery): Promise<Survey> {
  const before = `select t, i, x, p, q, s, lag(t) over () pt, lag(i) over () pi from (${query.sql})`;
  const times = 'count(*), count(t), coalesce(min(t), 0), coalesce(max(t), 0)';
  const steps = 'count(*) filter (t < pt), count(*) filter (t > pt), coalesce(max(pt - t), 0)';
  const ids = 'count(i), count(x) - count(i), count(*) filter (i <= pi), count(*) filter (i > pi)';
  const last = `count(*) filter (t % ${US_PER_MINUTE} = 0), count(*) filter (${isOddRow(query)})`;
  const [
    rows,
    timed,
    firstUs,
    lastUs,
    back,
    forth,
    backMaxUs,
    counted,
    named,
    idsBack,
    idsForth,
    whole,
    odd,
  ] = await numbersOf(db, `select ${times}, ${steps}, ${ids}, ${last} from (${before})`, 13);
  const placed = `select *, row_number() over () n from (${query.sql})`;
  const byId = `select t, lag(t) over (order by i, n) pt from (${placed})`;
  const [idsDisagreeUs] =
    idsBack === 0
      ? [0]
      : await numbersOf(db, `select coalesce(max(pt - t), 0) from (${byId} where i is not null)`, 1);
  return {
    ...{ rows: rows!, timed: timed!, firstUs: firstUs!, lastUs: lastUs!, back: back!, forth: forth! },
    ...{ backMaxUs: backMaxUs!, counted: counted!, named: named!, idsBack: idsBack!, idsForth: idsForth! },
    ...{ idsDisagreeUs: idsDisagreeUs!, repeated: 0, minutes: whole!, odd: odd! },
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

/**
 * Returns whether there may be a better way to read a file than this query: a field is not what most are, or
 * a quote that nothing closes has swallowed what follows it.
 */
export async function hasOddFields(db: DuckDBConnection, query: RowQuery, survey: Survey): Promise<boolean> {
  const { rejects, isTyped, sql } = query;
  if (rejects === null) return false;
  const kinds = `csv_line like '%"%'${isTyped ? " or error_type = 'CAST'" : ''}`;
  const [lines] = await numbersOf(db, `select count(*) from ${rejects} where ${kinds}`, 1);
  if (lines! > 0) return true;
  // A time without a value may be one of nanoseconds, which a double doesn't hold.
  if (isTyped && survey.timed < survey.rows) return true;
  if (survey.odd === 0) return false;
  const swallowed = "concat_ws('', wt, wp, wq, ws) similar to '.*[\n\"].*'";
  const [many] = await numbersOf(db, `select count(*) from (${sql}) where ${swallowed}`, 1);
  return many! > 0;
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
