import { InputError, type TimeUs, US_PER_HOUR } from '@algo/model';
import { JournalBook, type ToldFact } from '@algo/read-models';
import { BacktestRun, type Cuts, USUAL_CUTS } from './backtest-run.ts';
import { composeEngine, type EngineSettings } from './compose.ts';
import { type Summary, SummaryBook } from './summary-book.ts';
import type { Tape } from './tape.ts';

/** Nothing is told of what happened longer ago, so the journal up to then can be handed out. */
const LATE_MAX_US = US_PER_HOUR;

/** What came of a backtest. */
export interface BacktestResult {
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
  /** Told of each fact that a service says, at its turn: a state may be looked into only there. */
  readonly observe?: EngineSettings['observe'];
  /** Told now and then how far it has come. */
  readonly onProgress?: (progress: BacktestProgress) => void;
  /** Given the journal as it comes, in its order; the run waits for it. */
  readonly onTold?: (told: ToldFact) => Promise<void>;
}

/**
 * Takes the engine through a tape. The same tape, configuration and seed give the same journal, byte for
 * byte. *Errors*: InputError on a tape without trades, and as the services refuse their configuration.
 */
export async function runBacktest(tape: Tape, settings: BacktestSettings): Promise<BacktestResult> {
  const { cuts = USUAL_CUTS, observe, onProgress, onTold, ...engineSettings } = settings;
  const journal = new JournalBook();
  const summary = new SummaryBook();
  await using engine = await composeEngine({
    ...engineSettings,
    observe(fact) {
      journal.take(fact);
      summary.take(fact);
      observe?.(fact);
    },
  });
  const { composition, analytics } = engine;
  // An exchange with vices acts of its own accord: it gets all at once, as everybody then.
  const always = cuts.always || Boolean(settings.environment.ALGO_PAPER_VICES);
  const run = new BacktestRun(composition, analytics, tape, { ...cuts, always });
  let handedOutUs = 0;
  await run.run(async () => {
    const { progress } = run;
    onProgress?.(progress);
    // As seldom as it is late: each time costs a look at all that is held.
    if (progress.timeUs < handedOutUs + LATE_MAX_US) return;
    handedOutUs = progress.timeUs;
    for (const told of journal.handOut(handedOutUs - LATE_MAX_US)) await onTold?.(told);
  });
  for (const told of journal.handOut()) await onTold?.(told);
  const { trades, timeUs } = run.progress;
  if (trades === 0)
    throw new InputError({
      field: '--data',
      value: tape.instruments.join(', '),
      because: 'no trade lies between --from and --to',
      remedy: 'Give other files or another time.',
    });
  return {
    summary: summary.summary(trades, run.firstUs, timeUs),
    counters: composition.counters(),
  };
}
