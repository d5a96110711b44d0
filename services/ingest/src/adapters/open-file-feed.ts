import { type Instrument, SIDE_UNREADABLE } from '@algo/model';
import type { OpenedFile, TradeLayout } from '@algo/tradefiles';
import type { RawTrades } from '../domain/raw-trades.ts';
import type { FeedFile, FileRows } from './file-lane.ts';

/** Files of recorded trades, and what is unusual in them. Closing them removes what was unpacked. */
export interface FeedFiles extends AsyncDisposable {
  readonly files: readonly FeedFile[];
  readonly words: readonly string[];
}

/** What files are opened with. `layout` says how their rows are written where no header does. */
export interface FilesSetting {
  readonly paths: readonly string[];
  /** Whose they are: one for each file, one for all, or none: then they must tell it themselves. */
  readonly instruments: readonly Instrument[];
  readonly catalog: readonly Instrument[];
  readonly layout: TradeLayout | undefined;
}

/**
 * Opens recorded files and reads each through once. *Errors*: InputError naming the file and what was found
 * in it.
 */
export async function openFeedFiles(setting: FilesSetting): Promise<FeedFiles> {
  const { paths, instruments: told, catalog, layout } = setting;
  // Who reads no file is not to load DuckDB: a fifth of the start, and of the memory.
  const { openTradeFiles } = await import('@algo/tradefiles');
  const opened = await openTradeFiles(paths, { told, catalog, layout });
  const numbered = new Set(
    opened.files.filter(({ file }) => !file.order.hasIds).map(({ instrument }) => instrument.id),
  );
  return {
    files: opened.files.map((one) => feedFile(one, !numbered.has(one.instrument.id))),
    words: opened.words,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** Of the files of an instrument all count their ids, or all are numbered. */
function feedFile({ file, instrument: { id: instrument } }: OpenedFile, hasIds: boolean): FeedFile {
  async function* read(skip: number): FileRows {
    let row = 0;
    for await (const rows of file.read(skip)) {
      row += rows.count;
      yield { instrument, ...rows, ids: hasIds ? rows.ids : undefined };
    }
    // Lines that are no rows have no place among them: they count at the end, and are named.
    const broken = file.brokenCount - (row === 0 ? Math.max(0, skip - file.survey.rows) : 0);
    if (broken > 0) yield unreadable(instrument, broken, hasIds);
    return file.damage;
  }
  const { path, bytes, survey } = file;
  return { file: { path, bytes, read }, instrument, firstUs: survey.firstUs, lastUs: survey.lastUs };
}

function unreadable(instrument: Instrument['id'], count: number, hasIds: boolean): RawTrades {
  const none = () => new Float64Array(count).fill(Number.NaN);
  return {
    ...{ instrument, count, timeUs: none(), price: none(), quantity: none() },
    ...{ side: new Uint8Array(count).fill(SIDE_UNREADABLE), ids: hasIds ? none() : undefined },
  };
}
