import { InputError, isoTime, type Market, US_PER_MINUTE } from '@algo/model';
import type { DuckDBConnection } from '@duckdb/node-api';
import { csvDialect, withoutSide } from './csv-dialect.ts';
import type { Duck } from './duck.ts';
import { type BrokenLine, brokenLines, hasOddFields, namesIn, surveyOf } from './file-survey.ts';
import { nothingReadable, type OddRow, oddRows } from './odd-rows.ts';
import { type PlainFile, plainFile, writtenAnew } from './plain-file.ts';
import { type RowOrder, rowOrder, type Survey } from './row-order.ts';
import { csvRows, parquetRows, plainCsvRows, quoted, type RowQuery } from './row-query.ts';
import { KNOWN_LAYOUTS, layoutOfNames, layoutWithoutSide, type TradeLayout } from './trade-layout.ts';
import { GatheredRows, ROWS_AT_ONCE, rowsFrom, type TradeRows } from './trade-rows.ts';
import { unusableFile } from './unusable-file.ts';

/**
 * Opens a file and reads it through once; returns `empty` where it has a header but no row. *Errors*:
 * InputError naming the file and what was found in it.
 */
export async function openTradeFile(
  path: string,
  duck: Duck,
  told?: TradeLayout,
): Promise<TradeFile | 'empty'> {
  let plain = await plainFile(path);
  try {
    let found: Found;
    try {
      found = await look(path, plain, duck, told);
    } catch (error) {
      if (error instanceof InputError || plain.kind === 'parquet' || plain.path !== path) throw error;
      // Its first lines are alike, and others end in another way.
      plain = await writtenAnew(path, plain.bytes);
      found = await look(path, plain, duck, told);
    }
    if (found.survey.rows > 0) return new TradeFile({ ...found, path, plain, duck });
    if (plain.damage !== undefined)
      throw unusableFile(path, `nothing of it can be unpacked: ${plain.damage}`, 'Fetch it anew.');
  } catch (error) {
    await plain[Symbol.asyncDispose]();
    if (error instanceof InputError) throw error;
    const [because = ''] = (error as Error).message.split('\n');
    throw unusableFile(path, `its rows can't be told apart: ${because}`, KNOWN_LAYOUTS);
  }
  await plain[Symbol.asyncDispose]();
  return 'empty';
}

type Found = Awaited<ReturnType<typeof look>>;

/** Reads a file through. */
function look(path: string, plain: PlainFile, duck: Duck, told: TradeLayout | undefined) {
  return duck.with(async (db) => {
    const { query, survey } = await surveyed(db, path, plain, told);
    refuseRoundedTimes(path, survey);
    const odd = survey.odd === 0 ? [] : await oddRows(db, query);
    if (survey.odd > 0 && survey.odd === survey.rows) throw nothingReadable(path, odd);
    const broken = await brokenLines(db, query);
    const [symbols, exchanges] = [await namesIn(db, query, 'y'), await namesIn(db, query, 'e')];
    return { query, survey, broken, odd, symbols, exchanges };
  });
}

/** Reads a file through in the fastest way that reads all of it, or in the one that reads most. */
async function surveyed(
  db: DuckDBConnection,
  path: string,
  plain: PlainFile,
  told: TradeLayout | undefined,
): Promise<Surveyed> {
  const all: Surveyed[] = [];
  for (const query of await queriesOf(db, path, plain, told)) {
    const found = await surveyOf(db, query).catch((error: unknown) => {
      if (query.isTyped) return undefined;
      throw error;
    });
    if (found === undefined) continue;
    if (!(await hasOddFields(db, found.query, found.survey))) return found;
    if (!query.isTyped) all.push(found);
  }
  const read = ({ survey: { rows, repeated, odd } }: Surveyed) => rows + repeated - odd;
  return all.reduce((best, one) => (read(one) > read(best) ? one : best));
}

type Surveyed = Awaited<ReturnType<typeof surveyOf>>;

/** Returns in which ways a file may be read, the best first. */
async function queriesOf(
  db: DuckDBConnection,
  path: string,
  plain: PlainFile,
  told: TradeLayout | undefined,
): Promise<readonly RowQuery[]> {
  if (plain.kind === 'text') {
    const dialect = await csvDialect(plain, path, told);
    refuseCollapsedTimes(
      path,
      dialect.sample.map((fields) => fields[dialect.layout.at.time!] ?? ''),
    );
    const typed = plainCsvRows(plain.path, dialect);
    const texts = (['fields', 'nothing'] as const).map((quotes) => csvRows(plain.path, dialect, quotes));
    return [...(typed === undefined ? [] : [typed]), ...texts];
  }
  try {
    const described = await db.runAndReadAll(`describe select * from read_parquet(${quoted(plain.path)})`);
    const names = described.getRows().map(([name]) => String(name));
    const layout = told ?? layoutOfNames(names);
    if (layout !== undefined) return [parquetRows(plain.path, names, layout)];
    const words = layoutWithoutSide(names);
    if (words !== undefined) throw withoutSide(path, names.join(', '), words);
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

/** Fewer rows may be at whole minutes by chance. */
const ROUNDED_ROWS_MIN = 20;

/** A spreadsheet shows times to the minute, and saves what it shows. */
function refuseRoundedTimes(path: string, { timed, minutes, firstUs, lastUs }: Survey): void {
  const inAll = (lastUs - firstUs) / US_PER_MINUTE + 1;
  if (timed < ROUNDED_ROWS_MIN || minutes < timed || timed <= inAll) return;
  throw unusableFile(
    path,
    `all its ${timed} times are whole minutes, such as ${isoTime(firstUs)}: they are rounded`,
    'Export it anew, without a spreadsheet in between.',
  );
}

type Parts = Found & { readonly path: string; readonly plain: PlainFile; readonly duck: Duck };

/**
 * A file of trades that was read through once. *Shape*: `order.words` say what is unusual in it; `symbols`
 * and `exchanges` are those that stand in its columns, `NAMED_MAX` at most; `damage` says what ended the
 * unpacking early; `broken` are the first lines that are no rows, `brokenCount` how many there are; `odd` the
 * first rows of which a field can't be read. `survey.rows` is how many rows `read` gives.
 */
export class TradeFile implements AsyncDisposable {
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
  readonly odd: readonly OddRow[];
  readonly #parts: Parts;

  constructor(parts: Parts) {
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
    this.odd = parts.odd;
    this.#parts = parts;
  }

  /** Returns the rows of one of its symbols, as a file of their own, looked through by themselves. */
  async ofSymbol(symbol: string): Promise<TradeFile> {
    const { duck, query } = this.#parts;
    const sql = `select * from (${query.sql}) where y = ${quoted(symbol)}`;
    const one = await duck.with(async (db) => {
      const found = await surveyOf(db, { ...query, sql });
      return { ...found, odd: found.survey.odd === 0 ? [] : await oddRows(db, found.query) };
    });
    return new TradeFile({ ...this.#parts, ...one, symbols: [symbol] });
  }

  /** Reads it from the start, without the first `skip` rows. */
  async *read(skip: number): AsyncGenerator<TradeRows, void> {
    const db = await this.#parts.duck.connect();
    try {
      const result = await db.stream(this.#readSql());
      const gathered = new GatheredRows(this.order.hasIds, this.isSideInferred);
      let toSkip = skip;
      let found = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const [t, p, q, s, i] = [0, 1, 2, 3, 4].map((column) => itemsOf(chunk.getColumnVector(column)));
        gathered.add(t!, p!, q!, s!, i!, chunk.rowCount);
        found += chunk.rowCount;
        while (gathered.count >= ROWS_AT_ONCE) {
          const rows = gathered.take();
          if (rows.count > toSkip) yield rowsFrom(rows, toSkip);
          toSkip = Math.max(0, toSkip - rows.count);
        }
      }
      const rest = gathered.take();
      if (rest.count > toSkip) yield rowsFrom(rest, toSkip);
      if (found !== this.survey.rows)
        throw unusableFile(
          this.path,
          `it had ${this.survey.rows} rows and then ${found}: something has changed it`,
          'Try again.',
        );
    } finally {
      db.closeSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.plain[Symbol.asyncDispose]();
  }

  #readSql(): string {
    const { sort } = this.order;
    const { sql } = this.#parts.query;
    const nan = `'nan'::double`;
    const columns = `coalesce(t, ${nan}), coalesce(p, ${nan}), coalesce(q, ${nan}), s, coalesce(i, ${nan})`;
    if (sort === 'none') return `select ${columns} from (${sql})`;
    const by = { reversed: 'n desc', id: 'i nulls last, n', time: 't nulls last, n' }[sort];
    return `select ${columns} from (select *, row_number() over () n from (${sql})) order by ${by}`;
  }
}

/** The values of a column of numbers, by the library's own array. */
function itemsOf(vector: object): Float64Array {
  return (vector as { readonly items: Float64Array }).items;
}
