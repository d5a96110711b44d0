import { version } from '@algo/runtime';
import { MARKET_DATA } from '@algo/venues';
import { Command } from 'commander';
import { backtest } from './commands/backtest.ts';
import { resetBreaker } from './commands/breaker.ts';
import { cancel } from './commands/cancel.ts';
import { makeCertificate, renewCertificate } from './commands/certificate.ts';
import { setTradingMode } from './commands/control.ts';
import { doctor } from './commands/doctor.ts';
import { dust } from './commands/dust.ts';
import { journal } from './commands/journal.ts';
import { latency } from './commands/latency.ts';
import { close, flatten } from './commands/leave.ts';
import { orders } from './commands/orders.ts';
import { positions } from './commands/positions.ts';
import { reconcile } from './commands/reconcile.ts';
import { replay } from './commands/replay.ts';
import { scale } from './commands/scale.ts';
import { settle } from './commands/settle.ts';
import { smoke } from './commands/smoke.ts';
import { status } from './commands/status.ts';
import { tail } from './commands/tail.ts';
import { listConfigurations, useConfiguration } from './commands/trading-configuration.ts';
import { up } from './commands/up.ts';
import { checkVenue, type VenueCheckOptions } from './commands/venue-check.ts';
import { type CliEnvironment, readEnvironment } from './config.ts';
import { ACCEPT_REFUSED, DATA_DIR, JSON_OUT, LAYOUT } from './shared-options.ts';
import { addAsking } from './stored-commands.ts';

/** Returns the command line `algo` with all its commands. */
export function createProgram(environment: CliEnvironment = readEnvironment()): Command {
  const program = new Command('algo')
    .description('Algorithmic trading engine: runs it, reads it, steers it')
    .version(version, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(algo --help lists the commands)');
  addRunning(program, environment);
  addReading(program, environment);
  addAsking(program, environment);
  addSteering(program, environment);
  return program;
}

function addRunning(program: Command, environment: CliEnvironment): void {
  program
    .command('up')
    .description('run the whole engine until Ctrl-C, on paper unless --live is given')
    .option(
      '--feed <feed>',
      `synthetic, ${Object.keys(MARKET_DATA).join(', ')}, or file:PATH[,PATH] (also folders and patterns)` +
        ' (default: synthetic; with --live that of the exchange)',
    )
    .option('--live <file>', 'trade with real money: the accounts, exchanges and key files that a file names')
    .option('--confirm-live <names>', 'the names of all live accounts, for where nobody can type them')
    .option('--layout <columns>', LAYOUT)
    .option(
      '--speed <times>',
      'market time against the clock: 1..1000, or max with --exit-at-end (default: 20 synthetic, 1 file)',
    )
    .option('--data-dir <dir>', 'where the engine keeps everything (default: data/<feed>)')
    .option('--accounts <names>', 'comma-separated (default: paper-main)')
    .option('--instruments <ids>', 'comma-separated, such as binance.spot.BTCUSDT')
    .option('--trading-config <name>', 'trading configuration of a fresh data directory')
    .option('--seed <n>', 'seed of the synthetic market and of paper latencies')
    .option(
      '--analytics <n>',
      'how many analytics processes share the instruments (default: as last, else 1)',
    )
    .option('--standby <services>', 'a second process each that takes over: execution,position-risk')
    .option('--port <n>', 'port of nats-server on loopback (default: a free one)')
    .option(
      '--tls',
      'encrypt the bus, by the certificate in <data dir>/tls, which is made where there is none',
    )
    .option('--check', 'only look whether every service could use this, also beside an engine that runs')
    .option('--exit-at-end', 'stop when a feed that ends has been worked through')
    .option(...ACCEPT_REFUSED)
    .option('--no-color', 'no colours')
    .option('--json', 'JSON lines instead of the table')
    .action((options) => up(options, environment));
  program
    .command('backtest')
    .description('take the engine through recorded trades, in one process, as fast as it goes')
    .requiredOption('--data <files...>', 'files of trades, CSV or Parquet, folders or patterns of them')
    .option('--layout <columns>', LAYOUT)
    .option('--config <name>', 'trading configuration (default: config_1)')
    .option(
      '--instruments <ids>',
      'whose trades the files hold, where they do not tell: one for each, or one',
    )
    .option('--from <time>', 'first moment, such as 2025-06-21 or 2025-06-21T12:30 (UTC)')
    .option('--to <time>', 'moment before which it ends')
    .option('--seed <n>', 'seed of paper latencies')
    .option(...ACCEPT_REFUSED)
    .option('--hash', 'only SHA-256 over the journal')
    .option(...JSON_OUT)
    .action((options) => backtest(options, environment));
  program
    .command('analyze')
    .description('print what analytics makes of recorded trades or bars: JSON lines, or Parquet')
    .option('--data <files...>', 'files of trades, CSV or Parquet, folders or patterns of them')
    .option('--candles <file>', 'bars: CSV with timestamp,open,high,low,close,volume[,buy_volume]')
    .option('--instrument <id>', 'whose they are, where they do not tell')
    .option('--timeframe <lengths>', 'of trades: 15s, 1m, 5m, 15m, 1h, comma-separated (default: all)')
    .option('--rules <sets>', 'classic, robust or both (default: classic)')
    .option('--features <names>', 'comma-separated, such as ema_9,hurst (default: all of docs/analytics.md)')
    .option('--out <format>', 'ndjson or parquet (default: ndjson)')
    // With it comes DuckDB, which takes a fifth of what a start of the command line takes.
    .action(async (options) => (await import('./commands/analyze.ts')).analyze(options, environment));
  program
    .command('rules')
    .description('the rules that strategies are made of')
    .command('compare')
    .description('how often each rule fires on trades, on shuffled sides and on a random walk; what followed')
    .option('--data <files...>', 'files of trades of one instrument, CSV or Parquet')
    .option('--instrument <id>', 'whose they are, where they do not tell')
    .option('--rules <set>', 'classic or robust (default: classic)')
    .option('--seeds <n>', 'shuffled tapes, and random walks, to compare with (default: 3)')
    .option('--fee-bp <n>', 'what a round trip costs, in basis points (default: 10)')
    .option(...JSON_OUT)
    .action(async (options) =>
      (await import('./commands/compare-rules.ts')).compareRules(options, environment),
    );
  program
    .command('replay')
    .description('go through a stopped run again and compare every word that was said')
    .argument('<data-dir>', 'data directory of an engine that does not run')
    .option(...JSON_OUT)
    .action((dataDir, options) => replay({ dataDir, ...options }, environment));
  program
    .command('smoke')
    .description('run a scratch engine until every stage from trade to closed position was seen')
    .option(...JSON_OUT)
    .action((options) => smoke(options, environment));
  program
    .command('doctor')
    .description('check this machine and the configuration')
    .option(...DATA_DIR)
    .option(...JSON_OUT)
    .action((options) => doctor(options, environment));
  program
    .command('venue')
    .description('look at an exchange that orders can go to')
    .command('check <venue>')
    .description(
      'look whether an account can be traded there: binance-spot or binance-usdm; ' +
        'sends one order made to be refused',
    )
    .option('--key-file <path>', 'file that holds the API key (default: ALGO_VENUE_KEY_FILE)')
    .option('--secret-file <path>', 'file that holds its secret or PEM (default: ALGO_VENUE_SECRET_FILE)')
    .option('--place-and-cancel', 'also place an order far from the market, and take it back')
    .option(...JSON_OUT)
    .action((venue: string, options: VenueCheckOptions) => checkVenue(venue, options, environment));
  const certificate = program.command('certificate').description('by which the bus is encrypted');
  certificate
    .command('renew')
    .description('give an engine another certificate and another authority, while it runs or not')
    .option(...DATA_DIR)
    .action((options) => renewCertificate(options, environment));
  certificate
    .command('make <dir>')
    .description('make a certificate for a server that runs elsewhere: ca.crt, tls.crt, tls.key')
    .requiredOption('--host <names>', 'names and addresses by which clients reach it, comma-separated')
    .action((dir: string, options: { host: string }) => makeCertificate(dir, options));
  program
    .command('version')
    .description('print the version')
    .option(...JSON_OUT)
    .action((options: { json?: boolean }) => {
      process.stdout.write(`${options.json === true ? JSON.stringify({ version }) : version}\n`);
    });
}

/** Returns a command that reads or steers an engine, with the options that name the engine. */
function onEngine(parent: Command, nameAndArguments: string): Command {
  return parent
    .command(nameAndArguments)
    .option(...DATA_DIR)
    .option(
      '--nats <url>',
      'address of the nats-server of an engine that runs elsewhere, such as in containers',
    )
    .option(...JSON_OUT);
}

function onAccount(parent: Command, nameAndArguments: string): Command {
  return onEngine(parent, nameAndArguments).option(
    '--account <name>',
    'which account (default: the only one)',
  );
}

function addReading(program: Command, environment: CliEnvironment): void {
  onAccount(program, 'status')
    .description('how the engine is, or how it was left')
    .action((options) => status(options, environment));
  onAccount(program, 'journal')
    .description('what was decided and done, in plain words, cause before effect')
    .option('--hash', 'only SHA-256 over the canonical lines, which --json shows')
    .action((options) => journal(options, environment));
  onAccount(program, 'latency')
    .description('how long orders took from stage to stage: decision, disk, wire, ack, fill')
    .option('--since <time>', 'only orders since then: 30m, 2h, 1d, or 2025-06-21T12:30 (UTC)')
    .action((options) => latency(options, environment));
  onAccount(program, 'positions')
    .description('open positions, what they have come to, and their stops')
    .option('--all', 'closed ones too')
    .action((options) => positions(options, environment));
  onAccount(program, 'dust')
    .description('what positions left that no order could close, and from which price on it is sold')
    .action((options) => dust(options, environment));
  onAccount(program, 'orders')
    .description('orders that work and the latest that are over, with age and who asked')
    .option('--all', 'more of those that are over')
    .action((options) => orders(options, environment));
  onEngine(program, 'tail <subject>')
    .description("messages of a subject as they come, decoded: algo tail 'pos.>'")
    .option('--from-start', 'from the oldest stored message')
    .option('--max <n>', 'end after so many')
    .action((subject: string, options) => tail(subject, options, environment));
}

/** Returns a command of a person, which is signed. */
function byPerson(parent: Command, nameAndArguments: string): Command {
  return onAccount(parent, nameAndArguments)
    .requiredOption('--reason <text>', 'why; it is kept')
    .option('--by <name>', 'who asks (default: the login name)');
}

function addSteering(program: Command, environment: CliEnvironment): void {
  const scope = [
    '--scope <scope>',
    'account, venue:NAME, instrument:ID or strategy:NAME',
    'account',
  ] as const;
  const yes = ['--yes', 'do it without asking'] as const;
  byPerson(program, 'halt')
    .description('deny new orders, or all but exits')
    .option(...scope)
    .option('--reduce-only', 'exits stay allowed')
    .action((options) => setTradingMode(options.reduceOnly ? 'reducing' : 'halted', options, environment));
  byPerson(program, 'resume')
    .description('trade again after a halt')
    .option(...scope)
    .action((options) => setTradingMode('active', options, environment));
  byPerson(program, 'flatten')
    .description('leave every open position of a scope at the market, and withdraw its entries')
    .option(...scope)
    .option(...yes)
    .action((options) => flatten(options, environment));
  byPerson(program, 'close <position>')
    .description('leave one position at the market, named by its id or its instrument')
    .option(...yes)
    .action((position: string, options) => close(position, options, environment));
  byPerson(program, 'cancel [order]')
    .description('withdraw an order that works, or all entries')
    .option('--all', 'all entries of the scope')
    .option('--scope <scope>', 'with --all: account, venue:NAME, instrument:ID or strategy:NAME')
    .option('--force', 'exits and stops at the venue too')
    .option(...yes)
    .action((order: string | undefined, options) => cancel(order, options, environment));
  byPerson(program, 'adopt <instrument>')
    .description('make what the venue holds of an instrument ours: a position with a stop behind it')
    .option(...yes)
    .action((instrument: string, options) => settle('adopt', instrument, options, environment));
  byPerson(program, 'forget <instrument>')
    .description('none of an instrument is ours any more; named by itself or by a position')
    .option(...yes)
    .action((instrument: string, options) => settle('forget', instrument, options, environment));
  byPerson(program, 'acknowledge <instrument>')
    .description(
      'what the venue holds of it beyond ours stays there; so does a changed leverage or margin mode',
    )
    .option(...yes)
    .action((instrument: string, options) => settle('acknowledge', instrument, options, environment));
  onEngine(program, 'scale <service> <n>')
    .description('let so many processes of analytics share the instruments, while the engine runs or not')
    .action((service: string, count: string, options) => scale(service, count, options, environment));
  onAccount(program, 'reconcile')
    .description("compare our books with the venue's now; ends with 0 agree, 1 differ, 2 not compared")
    .option('--dry-run', 'only report: nothing is corrected, opened or shut for it')
    .option('--history [n]', 'the latest comparisons instead of a new one (default: 10)')
    .option('--reason <text>', 'why; it is kept')
    .option('--by <name>', 'who asks (default: the login name)')
    .action((options) => reconcile(options, environment));
  byPerson(program.command('breaker').description('the breaker of an account'), 'reset')
    .description('trade again after the breaker has tripped: losses are measured from now on')
    .option(...yes)
    .action((options) => resetBreaker(options, environment));
  const config = program.command('config').description('trading configurations');
  onAccount(config, 'list')
    .description('list them and mark the one in force')
    .action((options) => listConfigurations(options, environment));
  onAccount(config, 'use <name>')
    .description('trade by another one from now on')
    .option('--by <name>', 'who asks (default: the login name)')
    .action((name: string, options) => useConfiguration(name, options, environment));
}
