import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bus } from '@algo/bus';
import { ownDirectory } from '@algo/runtime';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { openEngine } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { liveWords } from '../supervisor/live-accounts.ts';

/** What `services/backtest` gives the command line; found by its path, not imported. */
interface ReplayModule {
  replayCommand(place: {
    readonly bus: Bus;
    readonly dataDir: string;
    logDirOf(identity: string): string;
    readonly identities: readonly string[];
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly json: boolean;
    print(line: string): Promise<void>;
  }): Promise<boolean>;
}

/**
 * Goes through a stopped run again, in this process. *Errors*: CommandFailure when a word differs from
 * what was said, or when the engine still runs.
 */
export async function replay(
  { dataDir, json }: { readonly dataDir: string; readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine({ dataDir }, environment);
  if (access.running)
    throw new CommandFailure(`The engine on ${access.place} runs. Stop it first: its run is not over.`);
  const script = join(ROOT, 'services', 'backtest', 'src', 'replay-command.ts');
  const { replayCommand } = (await import(pathToFileURL(script).href)) as ReplayModule;
  const { identities, live, seed } = access.engine;
  const files = fromCaller(dataDir);
  const isIdentical = await replayCommand({
    ...{ bus: access.bus, dataDir: files, identities, json: json === true, print: printLine },
    logDirOf: (identity) => ownDirectory({ dataDir: files }, identity),
    environment: {
      ALGO_INSTRUMENTS_FILE: join(ROOT, 'config', 'instruments.yaml'),
      ALGO_TRADING_CONFIGS_DIR: join(ROOT, 'config', 'trading'),
      ALGO_LIMITS_FILE: join(ROOT, 'config', 'limits.yaml'),
      ALGO_PORTFOLIO_FILE: join(ROOT, 'config', 'portfolio_risk.yaml'),
      ...environment.inherited,
      ALGO_LIVE_ACCOUNTS: liveWords(Object.entries(live).map(([account, one]) => ({ account, ...one }))),
      ...(seed === undefined ? {} : { ALGO_SEED: String(seed) }),
    },
  });
  if (!isIdentical) throw new CommandFailure('This build says other words than were said.');
}
