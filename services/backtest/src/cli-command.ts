import { join } from 'node:path';
import { JournalHash } from '@algo/read-models';
import { readInstrumentCatalog } from '@algo/runtime';
import { tradePaths } from '@algo/tradefiles/paths';
import { parseBacktestOptions, type RawBacktestOptions } from './backtest-options.ts';
import { openRecording } from './open-recording.ts';
import { ProgressBar } from './progress-bar.ts';
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
  const options = parseBacktestOptions(raw, (list) => tradePaths(list, place.absolute), configsDir);
  await using recording = await openRecording(options, readInstrumentCatalog(instrumentsFile));
  const bar = place.draw && new ProgressBar(place.draw, place.nowMs, await recording.span());
  const { hash = false, json = false } = raw;
  const journal = new JournalHash();
  const { summary } = await runBacktest(recording.tape, {
    environment: {
      ...inherited,
      ALGO_INSTRUMENTS_FILE: instrumentsFile,
      ALGO_TRADING_CONFIGS_DIR: configsDir,
      ALGO_LIMITS_FILE: limitsFile,
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
  }).finally(() => bar?.clear());
  const { lines } = journal;
  const sha256 = journal.end();
  if (hash) return place.print(json ? JSON.stringify({ sha256, lines }) : sha256);
  const { refused, missing } = recording.counters();
  if (json) {
    await place.print(JSON.stringify({ kind: 'Summary', ...summary, ...recording.counters() }));
    return place.print(JSON.stringify({ kind: 'Hash', sha256, lines }));
  }
  if (refused + missing > 0)
    await place.print(`\n${refused} rows were refused and ${missing} trades are missing in the recording`);
  await place.print('');
  for (const line of summaryTable(summary, sha256)) await place.print(line);
}
