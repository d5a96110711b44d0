import { join } from 'node:path';
import { JetStreamBus, NatsServerProcess } from '@algo/bus';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { DataDirLock } from '../supervisor/data-dir-lock.ts';
import type { EngineFile } from '../supervisor/engine-file.ts';
import { findNatsBinary } from '../supervisor/nats-binary.ts';
import { watchNats } from '../supervisor/nats-watcher.ts';
import { endLeftovers } from '../supervisor/prepare-data-dir.ts';
import { findEngine } from './data-dirs.ts';

/**
 * An engine that can be asked: its own bus while it runs, a private server over its files when it doesn't.
 */
export interface EngineAccess extends AsyncDisposable {
  readonly dataDir: string;
  readonly engine: EngineFile;
  readonly running: boolean;
  readonly bus: JetStreamBus;
}

export interface AccessOptions {
  readonly dataDir?: string;
}

/** Opens an engine for reading, running or stopped. *Errors*: CommandFailure 3 when there is none. */
export async function openEngine(options: AccessOptions, environment: CliEnvironment): Promise<EngineAccess> {
  const place = findEngine(directoryOf(options), environment.dataRoot);
  return place.running ? connected(place) : overStoppedStore(place, environment);
}

/** Opens an engine that runs. *Errors*: CommandFailure 3 when it doesn't. */
export async function openRunningEngine(
  options: AccessOptions,
  environment: CliEnvironment,
): Promise<EngineAccess> {
  const place = findEngine(directoryOf(options), environment.dataRoot);
  if (place.running) return connected(place);
  throw new CommandFailure(`The engine on ${place.dataDir} isn't running.`, EXIT_CODE.notRunning);
}

function directoryOf(options: AccessOptions): string | undefined {
  return options.dataDir === undefined ? undefined : fromCaller(options.dataDir);
}

async function connected(place: { dataDir: string; engine: EngineFile }): Promise<EngineAccess> {
  const bus = await connect(place.engine.natsUrl);
  return { ...place, running: true, bus, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
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
  return { ...place, running: false, bus, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The process id makes the name unique: two commands at once must not share an inbox. */
function connect(url: string): Promise<JetStreamBus> {
  return JetStreamBus.connect({ servers: [url], identity: `cli-${process.pid}` });
}
