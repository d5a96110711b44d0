import { BUY, SELL, SIDE_UNREADABLE } from '@algo/model';
import type { CsvDialect } from './csv-dialect.ts';
import type { TradeLayout } from './trade-layout.ts';

/**
 * SQL that gives the rows of a file, one a row, as it stands in the file. *Shape*: see `rowsSql`; `rejects`
 * is the table of lines that are none, null where there can't be any; `isTyped`: fields that are not what
 * most are stand there too.
 */
export interface RowQuery {
  readonly sql: string;
  readonly layout: TradeLayout;
  readonly rejects: string | null;
  readonly isTyped: boolean;
}

/** How the fields of a row are read. */
interface Fields {
  readonly number: (column: string) => string;
  readonly time: (column: string) => readonly [number: string, text: string];
  readonly id: (column: string) => readonly [number: string, asItStands: string];
}

/**
 * Returns the query over a text, each field of which may be written in any way. Lines with another number of
 * fields go to DuckDB's table of rejects. `quotes`: `fields` keep what stands between two together, lines
 * too; `nothing`: they are letters, and left out around a field. A stray one swallows what follows it.
 */
export function csvRows(plainPath: string, dialect: CsvDialect, quotes: 'fields' | 'nothing'): RowQuery {
  const { layout, header, decimalComma } = dialect;
  const isStray = quotes === 'nothing';
  const rejects = isStray ? 'stray_errors' : 'reject_errors';
  const name = (at: number) => (isStray ? `trim(c${at}, ' "')` : `c${at}`);
  // Texts that were joined have a mark in front of a header, too.
  const isHeader = `trim(${name(layout.at.time!)}, ' \uFEFF') is not distinct from ${quoted(header ?? '')}`;
  const where = header === null ? '' : ` where not (${isHeader})`;
  const read = readCsv(plainPath, dialect, { typeOf: () => 'VARCHAR', rejects, quote: isStray ? '' : '"' });
  const source = `(select * from ${read}${where})`;
  // A cast is the dearest part of a row: what is written plainly takes one, the rest is mended first.
  const number = (column: string) =>
    decimalComma
      ? `try_cast(trim(replace(replace(${column}, '.', ''), ',', '.')) as double)`
      : `coalesce(try_cast(${column} as double), try_cast(trim(replace(${column}, ',', '')) as double))`;
  const sql = rowsSql(source, name, layout, { ...TEXT_FIELDS, number, time: asTextAnd(number) });
  return { sql, layout, rejects, isTyped: false };
}

/**
 * Returns the query over a text whose first rows have nothing but plain numbers, by which it is read twice as
 * fast; undefined over others. A line that has something else goes to the rejects, with the type `CAST`.
 */
export function plainCsvRows(plainPath: string, dialect: CsvDialect): RowQuery | undefined {
  const { layout, sample } = dialect;
  const { time, price, quantity, id } = layout.at;
  const isPlain = (fields: readonly string[]) =>
    PLAIN_TIME.test(fields[time!] ?? '') &&
    [price!, quantity!].every((at) => PLAIN_NUMBER.test(fields[at] ?? '')) &&
    (id === undefined || PLAIN_ID.test(fields[id] ?? ''));
  if (sample.length === 0 || !sample.every(isPlain)) return undefined;
  const types = new Map([time, price, quantity].map((at) => [at!, 'DOUBLE']));
  if (id !== undefined) types.set(id, 'UBIGINT');
  const rejects = 'typed_errors';
  const typeOf = (at: number) => types.get(at) ?? 'VARCHAR';
  const source = readCsv(plainPath, dialect, { typeOf, rejects, quote: '"' });
  const sql = rowsSql(source, (at) => `c${at}`, layout, {
    number: (column) => column,
    time: (column) => [column, 'null::varchar'],
    id: (column) => [column, column],
  });
  return { sql, layout, rejects, isTyped: true };
}

/** Below 1e17: a double holds each. */
const PLAIN_TIME = /^\d{1,16}(\.\d{1,6})?$/;
const PLAIN_NUMBER = /^\d{1,15}(\.\d{1,15})?$/;
const PLAIN_ID = /^\d{1,18}$/;

function readCsv(
  plainPath: string,
  { delimiter, layout, skip }: CsvDialect,
  by: { readonly typeOf: (at: number) => string; readonly rejects: string; readonly quote: string },
): string {
  const { typeOf, rejects, quote } = by;
  const columns = Array.from({ length: layout.columns }, (_, n) => `'c${n}':'${typeOf(n)}'`).join(', ');
  const options = [
    `columns={${columns}}, header=false, auto_detect=false, skip=${skip}, compression='none'`,
    `delim='${delimiter}', quote='${quote}', escape='${quote}', new_line='\\n'`,
    `store_rejects=true, rejects_table='${rejects}', rejects_scan='${rejects}_scans'`,
    'ignore_errors=true, rejects_limit=0',
  ].join(', ');
  return `read_csv(${quoted(plainPath)}, ${options})`;
}

/** Returns the query over a Parquet file whose columns have these names. */
export function parquetRows(path: string, names: readonly string[], layout: TradeLayout): RowQuery {
  const source = `read_parquet(${quoted(path)})`;
  const name = (at: number) => `"${names[at]!.replaceAll('"', '""')}"`;
  const number = (column: string) => `try_cast(${column} as double)`;
  const sql = rowsSql(source, name, layout, { ...TEXT_FIELDS, number, time: asTextAnd(number) });
  return { sql, layout, rejects: null, isTyped: false };
}

function trimmed(column: string): string {
  return `nullif(trim(${column}::varchar), '')`;
}

function asTextAnd(number: Fields['number']): Fields['time'] {
  // ISO 8601 lets a comma stand before the fraction of a second.
  return (column) => [number(column), `replace(trim(${column}::varchar), ',', '.')`];
}

const TEXT_FIELDS: Pick<Fields, 'id'> = {
  id: (column) => [`try_cast(${trimmed(column)} as ubigint)`, trimmed(column)],
};

/** Returns the same rows in their order, each of `among` once where all of these columns are equal. */
export function onceBy(query: RowQuery, columns: string, among: string): RowQuery {
  const placed = `select *, row_number() over () n from (${query.sql})`;
  const isFirst = `not (${among}) or row_number() over (partition by ${columns} order by n) = 1`;
  return {
    ...query,
    sql: `select * exclude (n) from (select * from (${placed}) qualify ${isFirst} order by n)`,
  };
}

/** Returns a text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * *Shape*: `t` µs since 1970, `p` price, `q` quantity, `s` side, `i` the id where it is a whole number that a
 * double holds, `x` the id as it stands, `y` the symbol, `e` the exchange; null where it can't be read or is
 * not there; `wt`, `wp`, `wq`, `ws` what stands where time, price, quantity and side do.
 */
function rowsSql(source: string, name: (at: number) => string, { at }: TradeLayout, fields: Fields): string {
  const text = (role: keyof TradeLayout['at']) => {
    const column = at[role];
    return column === undefined ? 'null' : trimmed(name(column));
  };
  const [timeNumber, timeText] = fields.time(name(at.time!));
  const [idNumber, idText] = at.id === undefined ? ['null::ubigint', 'null'] : fields.id(name(at.id));
  const [price, quantity] = [fields.number(name(at.price!)), fields.number(name(at.quantity!))];
  // Named once below, so that DuckDB reads each number once.
  const numbers = [
    `${timeNumber} time_number, ${timeText} time_text, ${idNumber} id_number, ${idText} x`,
    `${price} p, ${quantity} q, ${sideSql(at, name)} s`,
    `${text('symbol')} y, ${text('exchange')} e`,
  ];
  const whole = 'case when id_number < 9007199254740992 then id_number::double end';
  const words = WORDS.map(([as, ...roles]) => {
    const column = roles.map((role) => at[role]).find((one) => one !== undefined);
    return `${column === undefined ? 'null' : `${name(column)}::varchar`} ${as}`;
  });
  const inner = `select ${[...numbers, ...words].join(', ')} from ${source}`;
  return `select ${TIME_SQL} t, p, q, s, ${whole} i, x, y, e, wt, wp, wq, ws from (${inner})`;
}

const WORDS = [
  ['wt', 'time'],
  ['wp', 'price'],
  ['wq', 'quantity'],
  ['ws', 'taker', 'maker'],
] as const;

/**
 * Rows of 1970 and the like are days of a spreadsheet, times within a day or an empty field, and no trades of
 * any venue. *Units*: s since 1970, the first of 1990.
 */
const FIRST_S = 631_152_000;

/**
 * A number of any usual unit, told by its size, or ISO 8601. Where that names no zone it is UTC, whatever the
 * zone of this machine.
 */
const TIME_SQL = [
  `case when time_number < ${FIRST_S} then null`,
  'when time_number < 1e11 then round(time_number * 1e6)',
  'when time_number < 1e14 then round(time_number * 1e3) when time_number < 1e17 then time_number',
  'when time_number is not null then (try_cast(time_text as bigint) // 1000)::double',
  "when regexp_matches(time_text, '(Z|UTC|GMT|[0-9][+-][0-9]{2}:?([0-9]{2})?)$')",
  'then epoch_us(try_cast(time_text as timestamptz))::double',
  'else epoch_us(try_cast(time_text as timestamp))::double end',
].join(' ');

function sideSql(at: TradeLayout['at'], name: (at: number) => string): string {
  const column = at.taker ?? at.maker;
  if (column === undefined) return `${SIDE_UNREADABLE}::utinyint`;
  const [buy, sell] =
    at.taker === undefined
      ? ([
          ['false', 'f', 'n', 'no', '0'],
          ['true', 't', 'y', 'yes', '1'],
        ] as const)
      : ([
          ['buy', 'b'],
          ['sell', 's'],
        ] as const);
  const list = (words: readonly string[]) => words.map(quoted).join(', ');
  const asIs = `${name(column)}::varchar`;
  const word = `lower(trim(${asIs}))`;
  // Most files write it in the first of these ways.
  const plainly = `when ${quoted(buy[0])} then ${BUY} when ${quoted(sell[0])} then ${SELL}`;
  const cases = `when ${word} in (${list(buy)}) then ${BUY} when ${word} in (${list(sell)}) then ${SELL}`;
  return `(case ${asIs} ${plainly} else case ${cases} else ${SIDE_UNREADABLE} end end)::utinyint`;
}
