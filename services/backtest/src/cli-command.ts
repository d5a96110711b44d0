import { join } from 'node:path';
import { refusedIn } from '@algo/model';
import { JournalHash } from '@algo/read-models';
import { readInstrumentCatalog } from '@algo/runtime';
import { tradePaths } from '@algo/tradefiles/paths';
import { parseBacktestOptions, type RawBacktestOptions } from './backtest-options.ts';
import { openRecording } from './open-recording.ts';
import { ProgressBar } from './progress-bar.ts';
import { refuseManyRefusals, rowWords } from './row-report.ts';
import { runBacktest } from './run-backtest.ts';
import { summaryTable } from './summary-table.ts';

/** What the command line lends its command. */
export interface CommandPlace {
  /** The checkout: its folder `config` is read. */
  readonly root: string;
  /** What services are configured by, beside what was typed. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes a caller's path absolute. */
  absolute(path: string): string;
  print(line: string): Promise<void>;
  /** Tells a person beside the output. */
  warn(line: string): void;
  /** Writes to the terminal beside the output; undefined when there is none. */
  readonly draw: ((text: string) => void) | undefined;
  /** The monotonic clock. */
  nowMs(): number;
}

/** `algo backtest`: takes the engine through recorded files in this process and prints what came of it. */
export async function backtestCommand(raw: RawBacktestOptions, place: CommandPlace): Promise<void> {
  const inherited = place.environment;
  const configsDir = inherited.ALGO_TRADING_CONFIGS_DIR ?? join(place.root, 'config', 'trading');
  const instrumentsFile = inherited.ALGO_INSTRUMENTS_FILE ?? join(place.root, 'config', 'instruments.yaml');
  const limitsFile = inherited.ALGO_LIMITS_FILE ?? join(place.root, 'config', 'limits.yaml');
  const portfolioFile = inherited.ALGO_PORTFOLIO_FILE ?? join(place.root, 'config', 'portfolio_risk.yaml');
  const options = parseBacktestOptions(raw, (list) => tradePaths(list, place.absolute), configsDir);
  await using recording = await openRecording(options, readInstrumentCatalog(instrumentsFile));
  for (const word of recording.words) place.warn(word);
  const bar = place.draw && new ProgressBar(place.draw, place.nowMs, recording.span);
  const { hash = false, json = false } = raw;
  const journal = new JournalHash();
  const { summary } = await runBacktest(recording.tape, {
    environment: {
      ...inherited,
      ALGO_INSTRUMENTS_FILE: instrumentsFile,
      ALGO_TRADING_CONFIGS_DIR: configsDir,
      ALGO_LIMITS_FILE: limitsFile,
      ALGO_PORTFOLIO_FILE: portfolioFile,
      ...(options.config === undefined ? {} : { ALGO_TRADING_CONFIG: options.config }),
      ...(options.seed === undefined ? {} : { ALGO_SEED: String(options.seed) }),
    },
    onProgress: (progress) => bar?.show(progress),
    async onTold(told) {
      const { line } = told;
      if (line !== null) journal.take(line);
      const text = json ? line : told.words;
      if (hash || text === null) return;
      bar?.clear();
      await place.print(text);
    },
  })
    .catch((error: unknown) => {
      const counts = recording.counters();
      if (counts.used === 0 && refusedIn(counts.refused) > 0) refuseManyRefusals(counts, 0);
      throw error;
    })
    .finally(() => bar?.clear());
  const { lines } = journal;
  const sha256 = journal.end();
  const counts = recording.counters();
  if (hash) {
    await place.print(json ? JSON.stringify({ sha256, lines }) : sha256);
    return refuseManyRefusals(counts, options.acceptRefused);
  }
  if (json) {
    await place.print(JSON.stringify({ kind: 'Summary', ...summary, rows: counts }));
    await place.print(JSON.stringify({ kind: 'Hash', sha256, lines }));
    return refuseManyRefusals(counts, options.acceptRefused);
  }
  await place.print(`\n${rowWords(counts)}\n`);
  for (const line of summaryTable(summary, sha256)) await place.print(line);
  refuseManyRefusals(counts, options.acceptRefused);
}
