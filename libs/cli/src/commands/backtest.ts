import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { printLine } from '../reading/output.ts';

/**
 * What `services/backtest` gives the command line. Like every service it is found by its path, not
 * imported.
 */
interface BacktestModule {
  backtestCommand(
    options: object,
    place: {
      readonly root: string;
      readonly environment: Readonly<Record<string, string | undefined>>;
      absolute(path: string): string;
      print(line: string): Promise<void>;
      warn(line: string): void;
      readonly draw: ((text: string) => void) | undefined;
      nowMs(): number;
    },
  ): Promise<void>;
}

/** Takes the engine through recorded files, in this process. */
export async function backtest(options: object, environment: CliEnvironment): Promise<void> {
  const script = join(ROOT, 'services', 'backtest', 'src', 'cli-command.ts');
  const { backtestCommand } = (await import(pathToFileURL(script).href)) as BacktestModule;
  await backtestCommand(options, {
    root: ROOT,
    environment: environment.inherited,
    absolute: fromCaller,
    print: printLine,
    warn: (line) => process.stderr.write(`${line}\n`),
    draw: process.stderr.isTTY ? (text) => process.stderr.write(text) : undefined,
    nowMs: () => performance.now(),
  });
}
