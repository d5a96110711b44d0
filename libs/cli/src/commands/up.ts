import { join } from 'node:path';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { CommandFailure, EXIT_CODE, type ExitCode } from '../exit-codes.ts';
import { DataDirLock } from '../supervisor/data-dir-lock.ts';
import { readEngineFile } from '../supervisor/engine-file.ts';
import { engineFrame } from '../supervisor/engine-frame.ts';
import { EngineSupervisor, ReconcileRefusedError } from '../supervisor/engine-supervisor.ts';
import { FeedEnd } from '../supervisor/feed-end.ts';
import { findNatsBinary } from '../supervisor/nats-binary.ts';
import {
  checkFeedFiles,
  endLeftovers,
  makeUsable,
  refuseOtherPacing,
} from '../supervisor/prepare-data-dir.ts';
import { StatusScreen } from '../supervisor/status-screen.ts';
import { parseUpOptions, type RawUpOptions, type UpOptions } from '../supervisor/up-options.ts';

/**
 * Runs the engine until it is told to stop, until its feed ends where that was asked for, or until it can't
 * go on.
 */
export async function up(
  raw: RawUpOptions & { readonly color?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  const options = parseUpOptions(raw, fromCaller);
  checkFeedFiles(options.files);
  const dataDir = options.dataDir ?? join(environment.dataRoot, options.feedKind);
  const screen = new StatusScreen(process.stdout, {
    json: options.json,
    color: environment.color && raw.color !== false,
  });
  makeUsable(dataDir);
  using _lock = DataDirLock.take(dataDir, 'algo up');
  const before = readEngineFile(dataDir);
  refuseOtherPacing(dataDir, before, options);
  await endLeftovers(dataDir, ROOT, before);
  const say = (line: string) => screen.say(line);
  const stop = new AbortController();
  const engineParts = {
    options,
    dataDir,
    root: ROOT,
    natsBinary: await findNatsBinary(environment.inherited, say),
    inherited: environment.inherited,
    account: environment.inherited.ALGO_ACCOUNT ?? 'paper-main',
    say,
  };
  let engine: EngineSupervisor | undefined;
  const onSignal = () => {
    if (stop.signal.aborted) engine?.killAll();
    else say('stopping; press Ctrl-C again to stop at once');
    stop.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  engine = await EngineSupervisor.start(engineParts);
  try {
    await run(engine, options, screen, stop.signal);
  } finally {
    await engine.stop();
    screen.say('stopped');
  }
}

async function run(
  engine: EngineSupervisor,
  options: UpOptions,
  screen: StatusScreen,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const misconfigured = engine.misconfigured.then(({ instance, message }) => {
    throw new CommandFailure(`${instance} can't use its configuration:\n${message}`, EXIT_CODE.misconfigured);
  });
  const refused = engine.startServices(signal).catch((error: unknown) => {
    if (error instanceof ReconcileRefusedError)
      throw new CommandFailure(
        `reconciliation refused; nothing may trade:\n${error.message}`,
        reconcileExit(error),
      );
    throw error;
  });
  const never = new Promise<never>(() => {});
  screen.show(() => engineFrame(engine));
  try {
    const ended = options.exitAtEnd ? new FeedEnd(engine.view).reached(signal) : never;
    await Promise.race([aborted, misconfigured, ended, refused.then(() => never)]);
    if (options.exitAtEnd && !signal.aborted) screen.summary(engineFrame(engine));
  } finally {
    screen.close();
  }
}

function reconcileExit({ jobCode }: ReconcileRefusedError): ExitCode {
  return jobCode === EXIT_CODE.misconfigured ? EXIT_CODE.misconfigured : EXIT_CODE.failed;
}
