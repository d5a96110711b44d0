import { BUY, SELL, SIDE_UNREADABLE } from '@algo/model';
import type { CsvDialect } from './csv-dialect.ts';
import type { TradeLayout } from './trade-layout.ts';

/** SQL that gives the rows of a file, one a row, as it stands in the file. *Shape*: see `rowsSql`. */
export interface RowQuery {
  readonly sql: string;
  readonly layout: TradeLayout;
}

/** Returns the query over a text. Lines with another number of fields go to DuckDB's table of rejects. */
export function csvRows(plainPath: string, dialect: CsvDialect): RowQuery {
  const { layout, delimiter, skip, header, decimalComma } = dialect;
  const names = Array.from({ length: layout.columns }, (_, n) => `c${n}`);
  const columns = names.map((name) => `'${name}':'VARCHAR'`).join(', ');
  const options = [
    `columns={${columns}}, header=false, auto_detect=false, skip=${skip}, compression='none'`,
    `delim='${delimiter}', quote='"', escape='"', new_line='\\n'`,
    'store_rejects=true, ignore_errors=true, rejects_limit=0',
  ].join(', ');
  const where = header === null ? '' : ` where trim(c${layout.at.time}) is distinct from ${quoted(header)}`;
  const source = `(select * from read_csv(${quoted(plainPath)}, ${options})${where})`;
  // A cast is the dearest part of a row: what is written plainly takes one, the rest is mended first.
  const number = (column: string) =>
    decimalComma
      ? `try_cast(trim(replace(replace(${column}, '.', ''), ',', '.')) as double)`
      : `coalesce(try_cast(${column} as double), try_cast(trim(replace(${column}, ',', '')) as double))`;
  return { sql: rowsSql(source, (at) => names[at]!, layout, number), layout };
}

/** Returns the query over a Parquet file whose columns have these names. */
export function parquetRows(path: string, names: readonly string[], layout: TradeLayout): RowQuery {
  const source = `read_parquet(${quoted(path)})`;
  const name = (at: number) => `"${names[at]!.replaceAll('"', '""')}"`;
  const number = (column: string) => `try_cast(${column} as double)`;
  return { sql: rowsSql(source, name, layout, number), layout };
}

/** Returns a text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * *Shape*: `t` µs since 1970, `p` price, `q` quantity, `s` side, `i` the id where it is a whole number that a
 * double holds, `x` the id as it stands, `y` the symbol, `e` the exchange; null where it can't be read or is
 * not there.
 */
function rowsSql(
  source: string,
  name: (at: number) => string,
  { at }: TradeLayout,
  number: (column: string) => string,
): string {
  const text = (role: keyof TradeLayout['at']) => {
    const column = at[role];
    return column === undefined ? 'null' : `nullif(trim(${name(column)}::varchar), '')`;
  };
  const id = text('id');
  const time = name(at.time!);
  // Named once below, so that DuckDB reads each number once.
  const numbers = [
    `${number(time)} time_number, trim(${time}::varchar) time_text`,
    `try_cast(${id} as ubigint) id_number, ${id} x`,
    `${number(name(at.price!))} p, ${number(name(at.quantity!))} q, ${sideSql(at, name)} s`,
    `${text('symbol')} y, ${text('exchange')} e`,
  ];
  const whole = 'case when id_number < 9007199254740992 then id_number::double end';
  const inner = `select ${numbers.join(', ')} from ${source}`;
  return `select ${TIME_SQL} t, p, q, s, ${whole} i, x, y, e from (${inner})`;
}

/**
 * A number of any usual unit, told by its size, or ISO 8601. Where that names no zone it is UTC, whatever the
 * zone of this machine.
 */
const TIME_SQL = [
  'case when time_number < 1e11 then round(time_number * 1e6)',
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
