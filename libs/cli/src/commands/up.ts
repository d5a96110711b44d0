import { join } from 'node:path';
import { isMuchRefused } from '@algo/model';
import { DirectoryLock } from '@algo/runtime';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { endLeftovers } from '../engine/end-leftovers.ts';
import { readEngineFile } from '../engine/engine-file.ts';
import { findNatsBinary } from '../engine/nats-binary.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { checkServices } from '../supervisor/check-services.ts';
import { engineFrame } from '../supervisor/engine-frame.ts';
import { EngineSupervisor } from '../supervisor/engine-supervisor.ts';
import type { EngineView } from '../supervisor/engine-view.ts';
import { tradedInstruments } from '../supervisor/exchange-listing.ts';
import { FeedEnd } from '../supervisor/feed-end.ts';
import { readLiveAccounts } from '../supervisor/live-accounts.ts';
import { makeUsable, refuseOtherPlan } from '../supervisor/prepare-data-dir.ts';
import { StatusScreen } from '../supervisor/status-screen.ts';
import { surveyFeedFiles } from '../supervisor/survey-feed-files.ts';
import { parseUpOptions, type RawUpOptions, speedWarning, type UpOptions } from '../supervisor/up-options.ts';

import { goLive } from './go-live.ts';

/**
 * Runs the engine until it is told to stop, until its feed ends where that was asked for, or until it can't
 * go on.
 */
export async function up(
  raw: RawUpOptions & { readonly color?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  const { ALGO_ACCOUNTS, ALGO_ACCOUNT } = environment.inherited;
  const accounts = raw.accounts ?? ALGO_ACCOUNTS ?? ALGO_ACCOUNT;
  const live = raw.live === undefined ? [] : readLiveAccounts(fromCaller(raw.live));
  const asked = parseUpOptions(
    accounts === undefined ? raw : { ...raw, accounts },
    fromCaller,
    undefined,
    live,
  );
  // Books of real money are never found by an engine that was started without a word about it.
  const standard = live.length === 0 ? asked.feedKind : `live-${asked.feedKind}`;
  const dataDir = asked.dataDir ?? join(environment.dataRoot, standard);
  const screen = new StatusScreen(process.stdout, {
    json: asked.json,
    color: environment.color && raw.color !== false,
  });
  if (asked.check) {
    const before = readEngineFile(dataDir);
    const planned: UpOptions = { ...asked, analytics: asked.analytics ?? before?.analytics };
    refuseOtherPlan(dataDir, before, planned);
    const { inherited } = environment;
    return checkServices(planned, { root: ROOT, dataDir, inherited }, (line) => screen.say(line));
  }
  makeUsable(dataDir);
  using _lock = DirectoryLock.take(dataDir, 'algo up');
  const before = readEngineFile(dataDir);
  const options: UpOptions = { ...asked, analytics: asked.analytics ?? before?.analytics };
  refuseOtherPlan(dataDir, before, options);
  const traded = await tradedInstruments(options, dataDir, environment, (line) => screen.say(line));
  if (live.length > 0) await goLive(options, traded, environment, (line) => screen.say(line));
  const words = await surveyFeedFiles(options, environment.instrumentsFile);
  await endLeftovers(dataDir, ROOT, before);
  const say = (line: string) => screen.say(line);
  const warning = speedWarning(options);
  if (warning !== undefined) say(warning);
  for (const word of words) say(word);
  const stop = new AbortController();
  const engineParts = {
    options,
    dataDir,
    root: ROOT,
    natsBinary: await findNatsBinary(environment.inherited, say),
    inherited: environment.inherited,
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
  const misconfigured = engine.misconfigured.then(({ identity, message }) => {
    throw new CommandFailure(`${identity} can't use its configuration:\n${message}`, EXIT_CODE.misconfigured);
  });
  engine.startServices();
  const never = new Promise<never>(() => {});
  const allRun = () => engine.services.every(({ state }) => state === 'running' || state === 'standby');
  screen.show(() => engineFrame(engine));
  try {
    const ended = options.exitAtEnd ? new FeedEnd(engine.view, allRun).reached(signal) : never;
    await Promise.race([aborted, misconfigured, ended]);
    if (!options.exitAtEnd || signal.aborted) return;
    screen.summary(engineFrame(engine));
    refuseManyRefusals(engine.view, options.acceptRefused);
  } finally {
    screen.close();
  }
}

/** A result over rows of which many were refused passes for one over all. */
function refuseManyRefusals(view: Pick<EngineView, 'sum'>, accepted: number): void {
  const [used, refused] = [view.sum('ingest', 'accepted'), view.sum('ingest', 'refused')];
  if (!isMuchRefused(used, refused, accepted)) return;
  throw new CommandFailure(
    `${used} of ${used + refused} rows were used, ${refused} refused; look at them in the log of ingest, ` +
      `or take the rest as it is by --accept-refused ${refused}`,
  );
}
