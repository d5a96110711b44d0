import { join } from 'node:path';
import {
  emptyTrades,
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  isMuchRefused,
  type Refusals,
  refusalWords,
  refusedIn,
  TRADE_REFUSAL_CODES,
  type TradeColumns,
  type TradeRefusalCode,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import {
  layoutOfWords,
  type OpenedFiles,
  openTradeFiles,
  ScreenedRows,
  type TradeLayout,
} from '@algo/tradefiles';
import { tradePaths } from '@algo/tradefiles/paths';
import { TradeImport } from '../analysis/import-trades.ts';
import { unknownInstrument } from '../analysis/unknown-instrument.ts';
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

/** Rows of one transaction: the tables of bars cost as much for few rows as for many. */
const FLUSH_ROWS = 100_000;
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
  const ids = (options.instruments ?? '').split(',').map((id) => id.trim());
  const told = ids
    .filter((id) => id !== '')
    .map((id): Instrument => catalog.get(instrumentId(id)) ?? unknownInstrument(id));
  const layout: TradeLayout | undefined =
    options.layout === undefined ? undefined : layoutOfWords(options.layout);
  const paths = files.flatMap((list) => tradePaths(list, fromCaller));
  const about = { told, catalog: [...catalog.values()], layout };
  await using opened = await openTradeFiles(paths, about);
  const warn = (words: string) => process.stderr.write(`${words}\n`);
  for (const words of opened.words) warn(words);
  for (const { id } of told)
    if (!catalog.has(id))
      warn(
        `${id}: not in config/instruments.yaml, so that it is kept and asked, and traded or tested by none`,
      );
  const counts = await storeFiles(opened, dataDir, warn);
  await printLine(importWords(counts));
  const refused = refusedIn(counts.refused);
  if (isMuchRefused(counts.stored + counts.passedOver, refused, Number(options.acceptRefused ?? 0)))
    throw new InputError({
      field: 'algo import',
      value: 'rows',
      because: importWords(counts),
      remedy: `Look at the lines that were refused, or take the rest by --accept-refused ${refused}.`,
    });
}

/** What came of the rows of files. */
interface ImportCounts {
  readonly total: number;
  readonly stored: number;
  readonly passedOver: number;
  readonly missing: number;
  readonly refused: Refusals;
}

/** Returns the last line of an import. */
function importWords({ total, stored, passedOver, missing, refused }: ImportCounts): string {
  const parts = [
    `${said(stored)} of ${said(total)} rows stored`,
    `${said(passedOver)} were there already or are older`,
    ...(refusedIn(refused) > 0 ? [refusalWords(refused)] : []),
    ...(missing > 0 ? [`${said(missing)} trades are missing by their ids`] : []),
  ];
  return parts.join('; ');
}

/** Puts the rows of files into the stores of their instruments. */
async function storeFiles(
  { files }: OpenedFiles,
  dataDir: string,
  warn: (words: string) => void,
): Promise<ImportCounts> {
  const { TickStore } = await import('@algo/tickstore');
  const recent = new Map<InstrumentId, TradeColumns>();
  for (const { instrument } of files)
    recent.set(instrument.id, recent.get(instrument.id) ?? (await recentOf(dataDir, instrument.id)));
  await using store = await TickStore.open({
    dataDir: join(dataDir, 'ticks'),
    archive: { dir: join(dataDir, 'archive'), unit: 'day' },
    flushRows: FLUSH_ROWS,
    givesWay: false,
    onError: (error) => warn(error.message),
  });
  const imports = new Map<InstrumentId, TradeImport>();
  const refused: Partial<Record<TradeRefusalCode, number>> = {};
  const refuse = (code: TradeRefusalCode, count: number) => {
    if (count > 0) refused[code] = (refused[code] ?? 0) + count;
  };
  const total = files.reduce(
    (sum, { file: { survey, brokenCount } }) => sum + survey.rows + survey.repeated + brokenCount,
    0,
  );
  const tell = progress(total);
  let [read, heard, again] = [0, 0, 0];
  for (const { file, instrument } of files) {
    const { id } = instrument;
    let into = imports.get(id);
    if (into === undefined) {
      const stored = await store.openInstrument(id, 'counted');
      into = new TradeImport(instrument, store, { stored, recent: recent.get(id)! });
      imports.set(id, into);
    }
    const rows = new ScreenedRows(id);
    into.beginFile();
    for await (const piece of file.read(0)) {
      await into.take(rows.take(piece), piece.ids !== undefined);
      read += piece.count;
      tell(read);
    }
    for (const code of TRADE_REFUSAL_CODES) refuse(code, rows.refused[code] ?? 0);
    heard += rows.heard;
    refuse('UNREADABLE_ROW', file.brokenCount);
    again += file.survey.repeated;
  }
  await store.flush();
  tell(total, true);
  const sum = (of: 'stored' | 'passedOver' | 'missing') =>
    [...imports.values()].reduce((all, into) => all + into[of], 0);
  return {
    total,
    stored: sum('stored'),
    passedOver: sum('passedOver') + again,
    missing: sum('missing') - heard,
    refused,
  };
}

/** Returns the latest trades that a store holds of an instrument: those of its open hour, and one before. */
async function recentOf(dataDir: string, instrument: InstrumentId): Promise<TradeColumns> {
  const { openReader } = await import('@algo/tickstore');
  const reader = openReader(join(dataDir, 'ticks'));
  if (!reader.instruments().includes(instrument)) return emptyTrades(instrument, 0);
  const hour = "date_trunc('hour', (SELECT max(timestamp) FROM ticks))";
  const rows = await reader.query(
    instrument,
    `SELECT epoch_us(timestamp) AS at, price, volume, CAST(side = 'buy' AS INTEGER) AS bought, trade_id
      FROM ticks WHERE timestamp >= coalesce(
        (SELECT max(timestamp) FROM ticks WHERE timestamp < ${hour}), ${hour})
      ORDER BY trade_id`,
  );
  const column = (name: string) => Float64Array.from(rows, (row) => Number(row[name]));
  return {
    ...{ instrument, count: rows.length, timeUs: column('at'), price: column('price') },
    ...{ quantity: column('volume'), side: Uint8Array.from(column('bought')) },
    ids: { kind: 'counted', values: column('trade_id') },
  };
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
