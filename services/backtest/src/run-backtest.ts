import { InputError, type TimeUs } from '@algo/model';
import { JournalBook } from '@algo/read-models';
import { BacktestRun, type Cuts, USUAL_CUTS } from './backtest-run.ts';
import { composeEngine, type EngineSettings } from './compose.ts';
import { type Summary, SummaryBook } from './summary-book.ts';
import type { Tape } from './tape.ts';

/** What came of a backtest. */
export interface BacktestResult {
  readonly journal: JournalBook;
  readonly summary: Summary;
  /** What each service counted, by its process's name. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** How far a backtest has come. */
export interface BacktestProgress {
  readonly trades: number;
  readonly timeUs: TimeUs;
}

/** What a backtest is run with, beside its tape. */
export interface BacktestSettings extends Omit<EngineSettings, 'observe'> {
  readonly cuts?: Cuts;
  /** Told of each fact at its turn. */
  readonly observe?: EngineSettings['observe'];
  /** Told now and then how far it has come. */
  readonly onProgress?: (progress: BacktestProgress) => void;
}

/**
 * Takes the engine through a tape. The same tape, configuration and seed give the same journal, byte for
 * byte. *Errors*: InputError on a tape without trades, and as the services refuse their configuration.
 */
export async function runBacktest(tape: Tape, settings: BacktestSettings): Promise<BacktestResult> {
  const { cuts = USUAL_CUTS, observe, onProgress, ...engineSettings } = settings;
  const journal = new JournalBook();
  const summary = new SummaryBook();
  let run: BacktestRun | undefined;
  await using engine = await composeEngine({
    ...engineSettings,
    observe(fact, readers) {
      journal.take(fact);
      summary.take(fact);
      run?.observe(fact, readers);
      observe?.(fact, readers);
    },
  });
  const { composition, analytics } = engine;
  run = new BacktestRun(composition, analytics, tape, cuts);
  const going = run;
  await going.run(() => onProgress?.(going.progress));
  const { trades, timeUs } = going.progress;
  if (trades === 0)
    throw new InputError({
      field: '--data',
      value: tape.instruments.join(', '),
      because: 'no trade lies between --from and --to',
      remedy: 'Give other files or another time.',
    });
  return {
    journal,
    summary: summary.summary(trades, going.firstUs, timeUs),
    counters: composition.counters(),
  };
}
