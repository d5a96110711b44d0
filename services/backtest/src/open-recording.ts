import { openFeedFiles } from '@algo/ingest/recordings';
import type { Instrument, InstrumentId } from '@algo/model';
import { type InstrumentCatalog, instrumentOf } from '@algo/runtime';
import type { BacktestOptions } from './backtest-options.ts';
import { FileLane, type TimeRange } from './file-lane.ts';
import { MergedTape, type Tape } from './tape.ts';
import { inTypedWords } from './typed-words.ts';

/** A recording, and what its files held that was no trade. */
export interface Recording extends AsyncDisposable {
  /** What is unusual in its files, for a person. */
  readonly words: readonly string[];
  readonly tape: Tape;
  /** Reads all files to their ends, which nothing else tells; returns when the first and last trades are. */
  span(): Promise<TimeRange>;
  counters(): { readonly refused: number; readonly missing: number };
}

/** Opens files and reads each through once. *Errors*: InputError in the words typed. */
export async function openRecording(
  options: BacktestOptions,
  catalog: InstrumentCatalog,
): Promise<Recording> {
  const { files: paths, instruments, layout, range } = options;
  const opened = await openFeedFiles({
    paths,
    instruments: instruments.map((id): Instrument => instrumentOf(catalog, id)),
    catalog: [...catalog.values()],
    layout,
  }).catch((error: unknown) => {
    throw inTypedWords(error);
  });
  const { files } = opened;
  const ids = [...new Set(files.map(({ instrument }): InstrumentId => instrument))].toSorted();
  const lanesOf = () =>
    ids.map((id) => {
      const own = files.filter(({ instrument }) => instrument === id);
      return new FileLane(id, own, range);
    });
  const lanes = lanesOf();
  return {
    words: opened.words,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
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
