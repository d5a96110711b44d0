import { openFeedFiles } from '@algo/ingest/recordings';
import {
  type Instrument,
  type InstrumentId,
  type Refusals,
  TRADE_REFUSAL_CODES,
  type TradeRefusalCode,
} from '@algo/model';
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
  /** From its first trade to its last. */
  readonly span: TimeRange;
  counters(): RowCounts;
}

/** How many rows of a recording are trades, how many are not and why, and how many trades it lacks. */
export interface RowCounts {
  readonly used: number;
  readonly refused: Refusals;
  readonly missing: number;
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
  const lanes = ids.map((id) => {
    const own = files.filter(({ instrument }) => instrument === id);
    return new FileLane(id, own, range);
  });
  return {
    words: opened.words,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    tape: new MergedTape(lanes),
    span: {
      fromUs: Math.max(range.fromUs, Math.min(...files.map(({ firstUs }) => firstUs))),
      toUs: Math.min(range.toUs, Math.max(...files.map(({ lastUs }) => lastUs))),
    },
    counters: () => countsOf(lanes),
  };
}

/** What came of the rows of all files. */
function countsOf(lanes: readonly FileLane[]): RowCounts {
  const refused: Partial<Record<TradeRefusalCode, number>> = {};
  let [used, missing] = [0, 0];
  for (const { counters } of lanes) {
    used += counters.accepted;
    missing += counters.missing;
    for (const code of TRADE_REFUSAL_CODES)
      if (counters.refused[code]) refused[code] = (refused[code] ?? 0) + counters.refused[code];
  }
  return { used, refused, missing };
}
