import { join } from 'node:path';
import {
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  isMuchRefused,
  type TradeColumns,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { layoutOfWords, openTradeFiles, type TradeLayout } from '@algo/tradefiles';
import { tradePaths } from '@algo/tradefiles/paths';
import { type ImportStart, TradeImport } from '../analysis/import-trades.ts';
import { ScreenedRows } from '../analysis/screened-rows.ts';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { readEngineFile } from '../engine/engine-file.ts';
import { printLine } from '../reading/output.ts';

/** What was typed. */
export interface ImportOptions {
  readonly instruments?: string;
  readonly layout?: string;
  readonly dataDir?: string;
  readonly acceptRefused?: string;
}

/** Bars of an hour go on over the end of an import: so much of what is stored is read again. */
const RECENT_HOURS = 2;
/** Rows of one transaction: where a row costs least. */
const FLUSH_ROWS = 10_240;
const TOLD_EVERY_MS = 1_000;

/** `algo import`: puts files of trades, and the bars they make, into a store without trading. */
export async function importTrades(
  files: readonly string[],
  options: ImportOptions,
  environment: CliEnvironment,
): Promise<void> {
  const dataDir = fromCaller(options.dataDir ?? join(environment.dataRoot, 'imported'));
  if (readEngineFile(dataDir) !== undefined)
    throw new InputError({
      field: '--data-dir',
      value: dataDir,
      because: 'an engine has run on it, and counts its own rows there',
      remedy: 'Import into a directory of its own.',
    });
  const catalog = readInstrumentCatalog(environment.instrumentsFile);
  const told = (options.instruments ?? '')
    .split(',')
    .filter((id) => id.trim() !== '')
    .map((id): Instrument => known(catalog, instrumentId(id.trim())));
  const layout: TradeLayout | undefined =
    options.layout === undefined ? undefined : layoutOfWords(options.layout);
  const paths = files.flatMap((list) => tradePaths(list, fromCaller));
  const about = { told, catalog: [...catalog.values()], layout };
  await using opened = await openTradeFiles(paths, about);
  const warn = (words: string) => process.stderr.write(`${words}\n`);
  for (const words of opened.words) warn(words);
  const { TickStore } = await import('@algo/tickstore');
  const starts = new Map<InstrumentId, Omit<ImportStart, 'stored'>>();
  for (const { instrument } of opened.files)
    starts.set(instrument.id, starts.get(instrument.id) ?? (await recentOf(dataDir, instrument.id)));
  await using store = await TickStore.open({
    dataDir: join(dataDir, 'ticks'),
    archive: { dir: join(dataDir, 'archive'), unit: 'day' },
    flushRows: FLUSH_ROWS,
    onError: (error) => warn(error.message),
  });
  const imports = new Map<InstrumentId, { readonly into: TradeImport; readonly rows: ScreenedRows }>();
  const total = opened.files.reduce((sum, { file }) => sum + file.survey.rows, 0);
  const tell = progress(total);
  let [read, broken] = [0, 0];
  for (const { file, instrument, words } of opened.files) {
    for (const each of words) warn(`${file.path}: ${each}`);
    let one = imports.get(instrument.id);
    if (one === undefined) {
      const stored = await store.openInstrument(instrument.id, 'counted');
      const into = new TradeImport(instrument, store, { ...starts.get(instrument.id)!, stored });
      one = { into, rows: new ScreenedRows(instrument.id) };
      imports.set(instrument.id, one);
    }
    broken += file.brokenCount;
    for await (const piece of file.read(0)) {
      const trades = one.rows.take(piece);
      broken += piece.count - trades.count;
      read += piece.count;
      await one.into.take(trades, piece.ids !== undefined);
      tell(read);
    }
    for (const each of one.rows.words()) warn(`${file.path}: ${each}`);
  }
  await store.flush();
  tell(total, true);
  const sum = (of: (one: TradeImport) => number) =>
    [...imports.values()].reduce((all, { into }) => all + of(into), 0);
  const [stored, passedOver] = [sum((one) => one.stored), sum((one) => one.passedOver)];
  const words =
    `${said(stored)} of ${said(total)} rows stored; ${said(passedOver)} were there already or are older; ` +
    `${said(broken)} refused`;
  await printLine(words);
  if (isMuchRefused(stored + passedOver, broken, Number(options.acceptRefused ?? 0)))
    throw new InputError({
      field: 'algo import',
      value: 'rows',
      because: words,
      remedy: `Look at the lines that were refused, or take the rest by --accept-refused ${broken}.`,
    });
}

/** Returns the latest trades that a store holds of an instrument. */
async function recentOf(dataDir: string, instrument: InstrumentId): Promise<Omit<ImportStart, 'stored'>> {
  const { openReader } = await import('@algo/tickstore');
  const reader = openReader(join(dataDir, 'ticks'));
  const rows = reader.instruments().includes(instrument)
    ? await reader.query(
        instrument,
        `SELECT epoch_us(timestamp) AS at, price, volume, CAST(side = 'buy' AS INTEGER) AS bought, trade_id
          FROM ticks WHERE timestamp >= (SELECT max(timestamp) FROM ticks) - INTERVAL ${RECENT_HOURS} HOUR
          ORDER BY trade_id`,
      )
    : [];
  const column = (name: string) => Float64Array.from(rows, (row) => Number(row[name]));
  const timeUs = column('at');
  const recent: TradeColumns = {
    ...{ instrument, count: rows.length, timeUs, price: column('price'), quantity: column('volume') },
    ...{ side: Uint8Array.from(column('bought')), ids: { kind: 'counted', values: column('trade_id') } },
  };
  return { recent, lastUs: timeUs.at(-1) ?? 0 };
}

/** *Errors*: InputError for an instrument that the catalog does not know. */
function known(catalog: ReadonlyMap<InstrumentId, Instrument>, id: InstrumentId): Instrument {
  const found = catalog.get(id);
  if (found !== undefined) return found;
  throw new InputError({
    field: '--instruments',
    value: id,
    because: 'the catalog does not know it',
    remedy: 'Add it to config/instruments.yaml.',
  });
}

/** Returns what shows a person how far it has come, at a terminal. */
function progress(total: number): (read: number, isOver?: boolean) => void {
  let toldMs = 0;
  return (read, isOver = false) => {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || (!isOver && nowMs - toldMs < TOLD_EVERY_MS)) return;
    toldMs = nowMs;
    process.stderr.write(isOver ? '\r\u001b[K' : `\r${said(read)} of ${said(total)} rows read`);
  };
}

function said(count: number): string {
  return count.toLocaleString('en-US');
}
