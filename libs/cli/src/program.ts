import { Command } from 'commander';
import { up } from './commands/up.ts';
import { readEnvironment, VERSION } from './config.ts';

/** Returns the command line `algo` with all its commands. */
export function createProgram(): Command {
  const environment = readEnvironment();
  const program = new Command('algo')
    .description('Algorithmic trading engine: runs it, reads it, steers it')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(algo --help lists the commands)');
  program
    .command('up')
    .description('run the whole engine in paper mode, until Ctrl-C')
    .option('--feed <feed>', 'synthetic, binance, or file:PATH[,PATH]', 'synthetic')
    .option('--speed <times>', 'market time against the clock: 1..1000 or max')
    .option('--data-dir <dir>', 'where the engine keeps everything (default: data/<feed>)')
    .option('--instruments <ids>', 'comma-separated, such as binance.spot.BTCUSDT')
    .option('--trading-config <name>', 'trading configuration of a fresh data directory')
    .option('--seed <n>', 'seed of the synthetic market and of paper latencies')
    .option('--analytics <n>', 'how many analytics processes share the instruments', '1')
    .option('--port <n>', 'port of nats-server on loopback (default: a free one)')
    .option('--exit-at-end', 'stop when a feed that ends has been worked through')
    .option('--no-color', 'no colours')
    .option('--json', 'JSON lines instead of the table')
    .action((options) => up(options, environment));
  program
    .command('version')
    .description('print the version')
    .action(() => {
      process.stdout.write(`${VERSION}\n`);
    });
  return program;
}
