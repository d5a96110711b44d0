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
  const number = (column: string) => {
    const text = decimalComma
      ? `replace(replace(${column}, '.', ''), ',', '.')`
      : `replace(${column}, ',', '')`;
    return `try_cast(trim(${text}) as double)`;
  };
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
  return [
    `select ${timeSql(name(at.time!), number)} t`,
    `${number(name(at.price!))} p`,
    `${number(name(at.quantity!))} q`,
    `${sideSql(at, text)} s`,
    `case when try_cast(${id} as ubigint) < 9007199254740992 then try_cast(${id} as double) end i`,
    `${id} x, ${text('symbol')} y, ${text('exchange')} e`,
  ]
    .join(', ')
    .concat(` from ${source}`);
}

/**
 * A number of any usual unit, told by its size, or ISO 8601. Where that names no zone it is UTC, whatever the
 * zone of this machine.
 */
function timeSql(column: string, number: (column: string) => string): string {
  const text = `trim(${column}::varchar)`;
  const value = number(text);
  const zoned = `regexp_matches(${text}, '(Z|UTC|GMT|[0-9][+-][0-9]{2}:?([0-9]{2})?)$')`;
  const us = (type: string) => `epoch_us(try_cast(${text} as ${type}))`;
  const iso = `case when ${zoned} then ${us('timestamptz')} else ${us('timestamp')} end::double`;
  return [
    `case when ${value} is null then ${iso}`,
    `when ${value} < 1e11 then round(${value} * 1e6) when ${value} < 1e14 then round(${value} * 1e3)`,
    `when ${value} < 1e17 then ${value} else (try_cast(${text} as bigint) // 1000)::double end`,
  ].join(' ');
}

function sideSql(at: TradeLayout['at'], text: (role: 'taker' | 'maker') => string): string {
  const [role, buy, sell] =
    at.taker === undefined
      ? (['maker', ['false', 'f', 'n', 'no', '0'], ['true', 't', 'y', 'yes', '1']] as const)
      : (['taker', ['buy', 'b'], ['sell', 's']] as const);
  const list = (words: readonly string[]) => words.map(quoted).join(', ');
  const word = `lower(${text(role)})`;
  const cases = `when ${word} in (${list(buy)}) then ${BUY} when ${word} in (${list(sell)}) then ${SELL}`;
  return `(case ${cases} else ${SIDE_UNREADABLE} end)::utinyint`;
}
