import { MARKET_DATA } from '@algo/venues';
import type { Command } from 'commander';
import { exportTable, query } from './commands/query.ts';
import { record } from './commands/record.ts';
import type { CliEnvironment } from './config.ts';
import { ACCEPT_REFUSED, DATA_DIR, JSON_OUT, LAYOUT } from './shared-options.ts';

/** Adds what fills a store from files, and what reads it, of an engine that runs or not. */
export function addAsking(program: Command, environment: CliEnvironment): void {
  const onStored = (nameAndArguments: string) =>
    program
      .command(nameAndArguments)
      .requiredOption('--instrument <id>', 'whose rows, such as binance.spot.BTCUSDT')
      .option('--from <time>', 'first moment, such as 2025-06-21 or 2025-06-21T12:30 (UTC)')
      .option('--to <time>', 'moment before which it ends')
      .option(...DATA_DIR);
  program
    .command('import')
    .description('put files of trades, and the bars they make, into a store without trading; may be repeated')
    .argument('<files...>', 'files of trades, CSV or Parquet, folders or patterns of them')
    .option('--instruments <ids>', 'whose trades they are, where they do not tell: one for each, or one')
    .option('--layout <columns>', LAYOUT)
    .option('--data-dir <dir>', 'where the store lies (default: data/imported)')
    .option(...ACCEPT_REFUSED)
    .action(async (files: string[], options) =>
      (await import('./commands/import.ts')).importTrades(files, options, environment),
    );
  program
    .command('record')
    .description('keep the trades of a feed as Parquet, without trading, until Ctrl-C')
    .requiredOption('--feed <feed>', `${Object.keys(MARKET_DATA).join(', ')}, or synthetic`)
    .option('--instruments <ids>', 'comma-separated, such as binance.spot.BTCUSDT')
    .option('--roll <unit>', 'one file an hour or a day', 'hour')
    .option('--minutes <n>', 'end after so long')
    .option('--speed <times>', 'of the synthetic market against the clock: 1..1000')
    .option('--data-dir <dir>', 'where the recording lies (default: data/recorded/<feed>)')
    .action((options) => record(options, environment));
  onStored('query [sql]')
    .description('ask what is stored of an instrument: one SELECT, or a question by its name')
    .option('--named <name>', 'cvd, profile, imbalance, gaps or alignment, for the window up to --to or now')
    .option('--max <n>', 'so many rows at most', '10000')
    .option('--time-limit <seconds>', 'no longer than that', '60')
    .option(...JSON_OUT)
    .action((sql: string | undefined, options) => query(sql, options, environment));
  onStored('export')
    .description('write a table of an instrument to a file')
    .requiredOption('--table <name>', 'ticks, candles_1m, order_flow, market_profile and kin')
    .requiredOption('--out <file>', 'ends with .parquet or .csv')
    .action((options) => exportTable(options, environment));
}
