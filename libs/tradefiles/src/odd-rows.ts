import { SIDE_UNREADABLE } from '@algo/model';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RowQuery } from './row-query.ts';
import { unusableFile } from './unusable-file.ts';

/** Rows that are named one by one. */
const NAMED_MAX = 3;
/** So much of a field is shown. *Units*: characters. */
const SHOWN_MAX = 40;

/** A field of a row that can't be one of a trade. *Shape*: `row` counts rows from 1; `found` as it stands. */
export interface OddRow {
  readonly row: number;
  readonly field: OddField;
  readonly found: string;
}

type OddField = 'time' | 'price' | 'quantity' | 'side';

/** What people are told of a file in which a field of no row can be read. */
const REMEDIES: Readonly<Record<OddField, string>> = {
  time: 'Write times as s, ms, µs or ns since 1970, or as ISO 8601: 2025-06-21T12:04:27.494Z.',
  price: 'A number stands alone, above zero: 83290.5 or 83,290.5, and 83290,5 between semicolons.',
  quantity: 'A number stands alone, above zero: 83290.5 or 83,290.5, and 83290,5 between semicolons.',
  side: [
    'A side is buy or sell, of who came last; or is_buyer_maker true or false (t, f, y, n, 1, 0);',
    'a --layout in which - stands for that column has it inferred from how the price moves.',
  ].join(' '),
};

/** Returns in SQL whether a row has a field that can't be one of a trade. */
export function isOddRow({ layout: { at } }: RowQuery): string {
  const hasSide = at.taker !== undefined || at.maker !== undefined;
  const numbers = ['t is null', 'p is null', 'not (p > 0)', 'q is null', 'not (q > 0)'];
  return [...numbers, ...(hasSide ? [`s = ${SIDE_UNREADABLE}`] : [])].join(' or ');
}

/** Returns the first rows with a field that can't be one of a trade. */
export async function oddRows(db: DuckDBConnection, query: RowQuery): Promise<readonly OddRow[]> {
  const placed = `select *, row_number() over () n from (${query.sql})`;
  const field = "case when t is null then 'time' when p is null or not (p > 0) then 'price'";
  const rest = "when q is null or not (q > 0) then 'quantity' else 'side' end";
  const found = await db.runAndReadAll(
    `select n, f, case f when 'time' then wt when 'price' then wp when 'quantity' then wq else ws end
       from (select *, ${field} ${rest} f from (${placed}) where ${isOddRow(query)})
      order by n limit ${NAMED_MAX}`,
  );
  return found.getRows().map(([row, field, text]) => ({
    row: Number(row),
    field: field as OddField,
    found: text === null ? '' : String(text),
  }));
}

/** Returns rows in words: `row 4 (side "unknown")`. */
export function oddRowWords(rows: readonly OddRow[]): string {
  const shown = (text: string) =>
    JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
  return rows.map(({ row, field, found }) => `row ${row} (${field} ${shown(found)})`).join(', ');
}

/** Returns the error for a file of which no row can be a trade. */
export function nothingReadable(path: string, rows: readonly OddRow[]): Error {
  const because = `none of its rows is a trade, such as ${oddRowWords(rows)}`;
  return unusableFile(path, because, REMEDIES[rows[0]!.field]);
}
