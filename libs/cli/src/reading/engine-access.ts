import { join } from 'node:path';
import { JetStreamBus, NatsServerProcess } from '@algo/bus';
import { SERVICES } from '@algo/contracts';
import { InputError } from '@algo/model';
import { baseConfig, connectBus, instancesOf, readConfig } from '@algo/runtime';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { DataDirLock } from '../supervisor/data-dir-lock.ts';
import type { EngineFile } from '../supervisor/engine-file.ts';
import { findNatsBinary } from '../supervisor/nats-binary.ts';
import { watchNats } from '../supervisor/nats-watcher.ts';
import { endLeftovers } from '../supervisor/prepare-data-dir.ts';
import { findEngine } from './data-dirs.ts';

/** What commands need to know of an engine besides its bus. */
export interface EngineFacts {
  readonly account: string;
  readonly pacing: 'steps' | 'live';
  readonly feed: string;
  /** The names of its processes. */
  readonly instances: readonly string[];
}

/**
 * An engine that can be asked: its own bus while it runs, a private server over its files when it doesn't.
 */
export type EngineAccess = AsyncDisposable & {
  readonly engine: EngineFacts;
  readonly bus: JetStreamBus;
  /** Its data directory, or its server's address when its files are elsewhere. */
  readonly place: string;
} & (
    | { readonly running: true; readonly dataDir: string | undefined }
    | { readonly running: false; readonly dataDir: string }
  );

export interface AccessOptions {
  readonly dataDir?: string;
  /** Address of the nats-server of an engine that runs elsewhere, such as in containers. */
  readonly nats?: string;
}

/** Opens an engine for reading, running or stopped. *Errors*: CommandFailure 3 when there is none. */
export async function openEngine(options: AccessOptions, environment: CliEnvironment): Promise<EngineAccess> {
  if (options.nats !== undefined) return elsewhere(options.nats, options, environment);
  const place = findEngine(directoryOf(options), environment.dataRoot);
  return place.running ? connected(place) : overStoppedStore(place, environment);
}

/** Opens an engine that runs. *Errors*: CommandFailure 3 when it doesn't. */
export async function openRunningEngine(
  options: AccessOptions,
  environment: CliEnvironment,
): Promise<EngineAccess> {
  if (options.nats !== undefined) return elsewhere(options.nats, options, environment);
  const place = findEngine(directoryOf(options), environment.dataRoot);
  if (place.running) return connected(place);
  throw new CommandFailure(`The engine on ${place.dataDir} isn't running.`, EXIT_CODE.notRunning);
}

/**
 * Credentials and account come from the environment, under the names that services read. *Errors*: InputError when both a
 * data directory and an address are named, or when nobody listens; ConfigError.
 */
async function elsewhere(
  url: string,
  { dataDir }: AccessOptions,
  { inherited }: CliEnvironment,
): Promise<EngineAccess> {
  if (dataDir !== undefined)
    throw new InputError({
      field: '--data-dir',
      value: dataDir,
      because: 'named together with --nats',
      remedy: 'Name one of them.',
    });
  const config = readConfig('algo', baseConfig, { ...inherited, ALGO_NATS_URL: url });
  const bus = await connectBus(config, `cli-${process.pid}`);
  const steps = await bus.last('STEPS', 'step.mark.>');
  const engine: EngineFacts = {
    account: config.account,
    pacing: steps === undefined ? 'live' : 'steps',
    feed: 'not known from here',
    instances: SERVICES.flatMap((service) => instancesOf(service, config)),
  };
  return {
    ...{ engine, bus, place: url, running: true, dataDir: undefined },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

function directoryOf(options: AccessOptions): string | undefined {
  return options.dataDir === undefined ? undefined : fromCaller(options.dataDir);
}

async function connected(place: { dataDir: string; engine: EngineFile }): Promise<EngineAccess> {
  const bus = await connect(place.engine.natsUrl);
  return {
    ...{ ...accessTo(place), bus, running: true },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

async function overStoppedStore(
  place: { dataDir: string; engine: EngineFile },
  environment: CliEnvironment,
): Promise<EngineAccess> {
  await using stack = new AsyncDisposableStack();
  // Two servers over one store would destroy it.
  stack.use(DataDirLock.take(place.dataDir, 'algo reading a stopped engine'));
  await endLeftovers(place.dataDir, ROOT, place.engine);
  const server = stack.use(
    await NatsServerProcess.start({
      binary: await findNatsBinary(environment.inherited, () => undefined),
      storeDir: join(place.dataDir, 'jetstream'),
      sync: 'always',
    }),
  );
  stack.defer(watchNats(server.pid));
  const bus = stack.use(await connect(server.url));
  const owned = stack.move();
  return { ...accessTo(place), bus, running: false, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function accessTo({ dataDir, engine }: { dataDir: string; engine: EngineFile }) {
  const { account, pacing, feed, services } = engine;
  return { dataDir, place: dataDir, engine: { account, pacing, feed, instances: Object.keys(services) } };
}

/** The process id makes the name unique: two commands at once must not share an inbox. */
function connect(url: string): Promise<JetStreamBus> {
  return JetStreamBus.connect({ servers: [url], identity: `cli-${process.pid}` });
}
