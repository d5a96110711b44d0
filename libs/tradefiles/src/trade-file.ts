import { BUY, InputError, type Market, SELL, SIDE_UNREADABLE } from '@algo/model';
import type { DuckDBConnection } from '@duckdb/node-api';
import { csvDialect } from './csv-dialect.ts';
import { openDuck } from './duck.ts';
import { type PlainFile, plainFile } from './plain-file.ts';
import { type RowOrder, rowOrder, STUTTER_MAX_US, type Survey } from './row-order.ts';
import { csvRows, parquetRows, quoted, type RowQuery } from './row-query.ts';
import { KNOWN_LAYOUTS, layoutOfNames, type TradeLayout } from './trade-layout.ts';
import { unusableFile } from './unusable-file.ts';

/** Rows that are given at once, at least, while there are more. */
const ROWS_AT_ONCE = 16_384;
/** Lines with the wrong number of fields that are named one by one. */
const BROKEN_NAMED_MAX = 20;
/** Symbols and exchanges that are named. */
const NAMED_MAX = 5;

/**
 * Rows of a file as they stand in it. A field that can't be read is NaN (side: SIDE_UNREADABLE). *Units*:
 * `timeUs` µs since 1970, `price` quote, `quantity` base. *Shape*: all columns have `count` rows; `ids`
 * undefined where they don't count the venue's trades.
 */
export interface TradeRows {
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly side: Uint8Array;
  readonly ids: Float64Array | undefined;
}

/** A line that has not the fields of a row. *Shape*: `line` counts from 1 in the unpacked file. */
export interface BrokenLine {
  readonly line: number;
  readonly why: string;
}

/**
 * A file of trades that was read through once. *Shape*: `order.words` say what is unusual in it; `symbols`
 * and `exchanges` are those that stand in its columns, `NAMED_MAX` at most; `damage` says what ended the
 * unpacking early; `broken` are the first lines that are no rows, `brokenCount` how many there are.
 */
export interface TradeFile extends AsyncDisposable {
  readonly path: string;
  /** Its size on disk; another size is another file. */
  readonly bytes: number;
  readonly layout: TradeLayout;
  readonly market: Market | undefined;
  readonly survey: Survey;
  readonly order: RowOrder;
  readonly isSideInferred: boolean;
  readonly symbols: readonly string[];
  readonly exchanges: readonly string[];
  readonly damage: string | undefined;
  readonly broken: readonly BrokenLine[];
  readonly brokenCount: number;
  /** Reads it from the start, without the first `skip` rows; of one symbol where it holds several. */
  read(skip: number, symbol?: string): AsyncGenerator<TradeRows, void>;
}

/**
 * Opens a file and reads it through once; returns `empty` where it has a header but no row. *Errors*:
 * InputError naming the file and what was found in it.
 */
export async function openTradeFile(path: string, told?: TradeLayout): Promise<TradeFile | 'empty'> {
  const plain = await plainFile(path);
  try {
    const duck = await openDuck();
    try {
      const query = await queryOf(duck.db, path, plain, told);
      const survey = await surveyOf(duck.db, path, query);
      if (survey.rows === 0 && plain.damage !== undefined)
        throw unusableFile(path, `nothing of it can be unpacked: ${plain.damage}`, 'Fetch it anew.');
      if (survey.rows === 0) {
        await plain[Symbol.asyncDispose]();
        return 'empty';
      }
      const broken = await brokenLines(duck.db, plain);
      const [symbols, exchanges] = [await named(duck.db, query, 'y'), await named(duck.db, query, 'e')];
      return new SurveyedFile({ path, plain, query, survey, broken, symbols, exchanges });
    } finally {
      duck.close();
    }
  } catch (error) {
    await plain[Symbol.asyncDispose]();
    throw error;
  }
}

async function queryOf(
  db: DuckDBConnection,
  path: string,
  plain: PlainFile,
  told: TradeLayout | undefined,
): Promise<RowQuery> {
  if (plain.kind === 'text') {
    const dialect = await csvDialect(plain, path, told);
    refuseCollapsedTimes(
      path,
      dialect.sample.map((fields) => fields[dialect.layout.at.time!] ?? ''),
    );
    return csvRows(plain.path, dialect);
  }
  try {
    const described = await db.runAndReadAll(`describe select * from read_parquet(${quoted(plain.path)})`);
    const names = described.getRows().map(([name]) => String(name));
    const layout = told ?? layoutOfNames(names);
    if (layout !== undefined) return parquetRows(plain.path, names, layout);
    throw unusableFile(path, `its Parquet columns are ${names.join(', ')}`, KNOWN_LAYOUTS);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unusableFile(
      path,
      `it begins as Parquet but can't be read: ${(error as Error).message}`,
      'Fetch it anew.',
    );
  }
}

/** A spreadsheet writes 1750507467494 as 1.75051E+12: the time is gone, and all rows are at one instant. */
function refuseCollapsedTimes(path: string, times: readonly string[]): void {
  const rounded = times.find((time) => /^\d(\.\d{0,9})?e\+?\d+$/i.test(time));
  if (rounded !== undefined)
    throw unusableFile(
      path,
      `its times are rounded, such as ${rounded}: a spreadsheet has opened and saved it`,
      'Export it anew, without a spreadsheet in between.',
    );
}

async function surveyOf(db: DuckDBConnection, path: string, { sql }: RowQuery): Promise<Survey> {
  const before = `select t, i, x, lag(t) over () pt, lag(i) over () pi from (${sql})`;
  const [row] = (
    await db.runAndReadAll(`select count(*) "rows", count(t) timed, min(t) "firstUs", max(t) "lastUs",
      count(*) filter (t < pt) back, count(*) filter (t > pt) forth, coalesce(max(pt - t), 0) "backMaxUs",
      count(i) counted, count(x) - count(i) "named",
      count(*) filter (i <= pi) "idsBack", count(*) filter (i > pi) "idsForth" from (${before})`)
  ).getRowObjects();
  const numbers = Object.fromEntries(Object.entries(row!).map(([key, value]) => [key, Number(value)]));
  const found = { ...numbers, idsDisagreeUs: 0 } as unknown as Survey;
  if (found.rows > 0 && found.timed === 0)
    throw unusableFile(path, 'none of its rows has a readable time', KNOWN_LAYOUTS);
  if (found.idsBack === 0) return found;
  const [disagree] = (
    await db.runAndReadAll(
      `select coalesce(max(pt - t), 0) from (select t, lag(t) over (order by i, n) pt from (select *, row_number() over () n from (${sql})) where i is not null)`,
    )
  ).getRows();
  return { ...found, idsDisagreeUs: Number(disagree![0]) };
}

async function brokenLines(
  db: DuckDBConnection,
  { kind }: PlainFile,
): Promise<{ readonly first: readonly BrokenLine[]; readonly count: number }> {
  if (kind === 'parquet') return { first: [], count: 0 };
  const lines = '(select line, min(error_message) why from reject_errors group by line)';
  const first = (
    await db.runAndReadAll(`select * from ${lines} order by line limit ${BROKEN_NAMED_MAX}`)
  ).getRows();
  const [[count] = [0]] = (await db.runAndReadAll(`select count(*) from ${lines}`)).getRows();
  return {
    first: first.map(([line, why]) => ({ line: Number(line), why: String(why) })),
    count: Number(count),
  };
}

async function named(db: DuckDBConnection, { sql, layout }: RowQuery, column: 'y' | 'e'): Promise<string[]> {
  if (layout.at[column === 'y' ? 'symbol' : 'exchange'] === undefined) return [];
  const found = await db.runAndReadAll(
    `select distinct ${column} from (${sql}) where ${column} is not null order by 1 limit ${NAMED_MAX}`,
  );
  return found.getRows().map(([name]) => String(name));
}

class SurveyedFile implements TradeFile {
  readonly path: string;
  readonly bytes: number;
  readonly layout: TradeLayout;
  readonly market: Market | undefined;
  readonly survey: Survey;
  readonly order: RowOrder;
  readonly isSideInferred: boolean;
  readonly symbols: readonly string[];
  readonly exchanges: readonly string[];
  readonly damage: string | undefined;
  readonly broken: readonly BrokenLine[];
  readonly brokenCount: number;
  readonly #plain: PlainFile;
  readonly #sql: string;

  constructor(parts: {
    readonly path: string;
    readonly plain: PlainFile;
    readonly query: RowQuery;
    readonly survey: Survey;
    readonly broken: { readonly first: readonly BrokenLine[]; readonly count: number };
    readonly symbols: readonly string[];
    readonly exchanges: readonly string[];
  }) {
    const { path, plain, query, survey, broken } = parts;
    this.path = path;
    this.bytes = plain.bytes;
    this.layout = query.layout;
    this.market = query.layout.market;
    this.survey = survey;
    this.order = rowOrder(survey);
    this.isSideInferred = query.layout.at.taker === undefined && query.layout.at.maker === undefined;
    this.symbols = parts.symbols;
    this.exchanges = parts.exchanges;
    this.damage = plain.damage;
    this.broken = broken.first;
    this.brokenCount = broken.count;
    this.#plain = plain;
    this.#sql = query.sql;
  }

  async *read(skip: number, symbol?: string): AsyncGenerator<TradeRows, void> {
    const duck = await openDuck();
    try {
      const result = await duck.db.stream(this.#readSql(symbol));
      const gathered = new Gathered(this.order.hasIds, this.isSideInferred);
      let toSkip = skip;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const [t, p, q, s, i] = [0, 1, 2, 3, 4].map((column) => itemsOf(chunk.getColumnVector(column)));
        gathered.add(t!, p!, q!, s!, i!, chunk.rowCount);
        while (gathered.count >= ROWS_AT_ONCE) {
          const rows = gathered.take();
          if (rows.count > toSkip) yield slice(rows, toSkip);
          toSkip = Math.max(0, toSkip - rows.count);
        }
      }
      const rest = gathered.take();
      if (rest.count > toSkip) yield slice(rest, toSkip);
    } finally {
      duck.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plain[Symbol.asyncDispose]();
  }

  #readSql(symbol: string | undefined): string {
    const { sort } = this.order;
    const where = symbol === undefined ? '' : ` where y = ${quoted(symbol)}`;
    const nan = `'nan'::double`;
    const columns = `coalesce(t, ${nan}), coalesce(p, ${nan}), coalesce(q, ${nan}), s, coalesce(i, ${nan})`;
    if (sort === 'none') return `select ${columns} from (${this.#sql})${where}`;
    const by = { reversed: 'n desc', id: 'i nulls last, n', time: 't nulls last, n' }[sort];
    return `select ${columns} from (select *, row_number() over () n from (${this.#sql}))${where} order by ${by}`;
  }
}

/** Rows that were read and not given yet. Times that step back a little stand still. */
class Gathered {
  readonly #hasIds: boolean;
  readonly #isInferred: boolean;
  #parts: TradeRows[] = [];
  count = 0;
  #lastUs = 0;
  #lastPrice = Number.NaN;
  #lastSide: number = SIDE_UNREADABLE;

  constructor(hasIds: boolean, isInferred: boolean) {
    this.#hasIds = hasIds;
    this.#isInferred = isInferred;
  }

  add(
    t: Float64Array,
    p: Float64Array,
    q: Float64Array,
    s: Float64Array | Uint8Array,
    i: Float64Array,
    count: number,
  ): void {
    const side = s.slice(0, count) as Uint8Array;
    const timeUs = t.slice(0, count);
    for (let n = 0; n < count; n++) {
      if (timeUs[n]! < this.#lastUs && this.#lastUs - timeUs[n]! <= STUTTER_MAX_US) timeUs[n] = this.#lastUs;
      else if (timeUs[n]! > 0) this.#lastUs = timeUs[n]!;
      if (this.#isInferred) side[n] = this.#sideBy(p[n]!);
    }
    const ids = this.#hasIds ? i.slice(0, count) : undefined;
    this.#parts.push({ count, timeUs, price: p.slice(0, count), quantity: q.slice(0, count), side, ids });
    this.count += count;
  }

  take(): TradeRows {
    const parts = this.#parts;
    const count = this.count;
    this.#parts = [];
    this.count = 0;
    const column = (of: (rows: TradeRows) => Float64Array) => {
      const all = new Float64Array(count);
      let at = 0;
      for (const part of parts) {
        all.set(of(part), at);
        at += part.count;
      }
      return all;
    };
    const side = new Uint8Array(count);
    let at = 0;
    for (const part of parts) {
      side.set(part.side, at);
      at += part.count;
    }
    return {
      count,
      timeUs: column((rows) => rows.timeUs),
      price: column((rows) => rows.price),
      quantity: column((rows) => rows.quantity),
      side,
      ids: this.#hasIds ? column((rows) => rows.ids!) : undefined,
    };
  }

  /** The tick rule: a higher price was bought, a lower one sold, the same one as the trade before. */
  #sideBy(price: number): number {
    if (price > this.#lastPrice) this.#lastSide = BUY;
    else if (price < this.#lastPrice) this.#lastSide = SELL;
    else if (this.#lastSide === SIDE_UNREADABLE) this.#lastSide = BUY;
    if (price > 0) this.#lastPrice = price;
    return this.#lastSide;
  }
}

function itemsOf(vector: object): Float64Array {
  return (vector as { readonly items: Float64Array }).items;
}

function slice(rows: TradeRows, from: number): TradeRows {
  if (from === 0) return rows;
  const { count, ids } = rows;
  return {
    count: count - from,
    timeUs: rows.timeUs.subarray(from),
    price: rows.price.subarray(from),
    quantity: rows.quantity.subarray(from),
    side: rows.side.subarray(from),
    ids: ids?.subarray(from),
  };
}
