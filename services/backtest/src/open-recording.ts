import { openFeedFiles } from '@algo/ingest/recordings';
import { InputError, type Instrument, type InstrumentId } from '@algo/model';
import { type InstrumentCatalog, instrumentOf } from '@algo/runtime';
import type { BacktestOptions } from './backtest-options.ts';
import { FileLane, type TimeRange } from './file-lane.ts';
import { MergedTape, type Tape } from './tape.ts';

/** A recording, and what its files held that was no trade. */
export interface Recording {
  readonly tape: Tape;
  /** Reads all files to their ends, which nothing else tells; returns when the first and last trades are. */
  span(): Promise<TimeRange>;
  counters(): { readonly refused: number; readonly missing: number };
}

/** How ingest's readers name what they were given, and how a person who types `algo backtest` does. */
const TYPED: Readonly<Record<string, string>> = {
  ALGO_FEED: '--data',
  '--feed': '--data',
  ALGO_INSTRUMENTS: '--instruments',
  instrument: '--instruments',
};

/** Opens files as far as their first trades. *Errors*: InputError in the words typed. */
export async function openRecording(
  options: BacktestOptions,
  catalog: InstrumentCatalog,
): Promise<Recording> {
  const { files: paths, instruments, range } = options;
  const files = await inTypedWords(() =>
    openFeedFiles(
      paths,
      instruments.map((id): Instrument => instrumentOf(catalog, id)),
      [...catalog.values()],
    ),
  );
  const ids = [...new Set(files.map(({ instrument }): InstrumentId => instrument))].toSorted();
  const lanesOf = () =>
    ids.map((id) => {
      const own = files.filter(({ instrument }) => instrument === id);
      return new FileLane(id, own, range);
    });
  const lanes = lanesOf();
  return {
    tape: new MergedTape(lanes),
    span: () => spanOf(lanesOf()),
    counters: () => ({
      refused: lanes.reduce((sum, { counters }) => sum + counters.refused, 0),
      missing: lanes.reduce((sum, { counters }) => sum + counters.missing, 0),
    }),
  };
}

async function spanOf(lanes: readonly FileLane[]): Promise<TimeRange> {
  let [fromUs, toUs] = [Number.POSITIVE_INFINITY, 0];
  for (const lane of lanes)
    for (let rows = await lane.read(); rows !== undefined; rows = await lane.read()) {
      const { timeUs, count } = rows.trades;
      fromUs = Math.min(fromUs, timeUs[0]!);
      toUs = Math.max(toUs, timeUs[count - 1]!);
    }
  return { fromUs, toUs };
}

async function inTypedWords<Value>(open: () => Promise<Value>): Promise<Value> {
  try {
    return await open();
  } catch (error) {
    const typed = error instanceof InputError ? TYPED[error.field] : undefined;
    if (!(error instanceof InputError) || typed === undefined) throw error;
    const because = error.message
      .slice(`${error.field} = ${error.value}: `.length)
      .slice(0, -`. ${error.remedy}`.length);
    const remedy = error.remedy
      .replaceAll(/ALGO_FEED|--feed/g, '--data')
      .replaceAll('ALGO_INSTRUMENTS', '--instruments');
    const value = error.value.replace(/^"file:(.*)"$/, '"$1"').replaceAll(/^"|"$/g, '');
    throw new InputError({ field: typed, value, because, remedy });
  }
}
