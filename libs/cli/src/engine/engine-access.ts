import { join } from 'node:path';
import { JetStreamBus, NatsServerProcess } from '@algo/bus';
import { type AccountId, accountId, InputError, membersOf } from '@algo/model';
import {
  baseConfig,
  connectBus,
  DirectoryLock,
  enginePlanOf,
  identityOf,
  type LiveAccount,
  processesOf,
  readConfig,
  readShardPlan,
} from '@algo/runtime';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { BusUsers } from './bus-users.ts';
import { findEngine } from './data-dirs.ts';
import { endLeftovers } from './end-leftovers.ts';
import type { EngineFile } from './engine-file.ts';
import { findNatsBinary } from './nats-binary.ts';
import { watchNats } from './nats-watcher.ts';
import { raiseLayout } from './raise-layout.ts';
import { authorityOf } from './server-certificates.ts';

/** What commands need to know of an engine besides its bus. */
export interface EngineFacts {
  readonly accounts: readonly string[];
  /** The accounts whose orders go to a real exchange. */
  readonly live: Readonly<Record<string, LiveAccount>>;
  readonly feed: string;
  /** Of its processes. */
  readonly identities: readonly string[];
  readonly seed?: number | undefined;
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
  /** Which of the engine's accounts is meant. */
  readonly account?: string;
}

/** Returns the account that a command means. *Errors*: InputError that lists those of the engine. */
export function accountOf({ accounts }: Pick<EngineFacts, 'accounts'>, named: string | undefined): AccountId {
  const [only, ...others] = accounts;
  if (named === undefined && only !== undefined && others.length === 0) return accountId(only);
  if (named !== undefined && accounts.includes(named)) return accountId(named);
  throw new InputError({
    field: '--account',
    value: named ?? 'not named',
    because: named === undefined ? 'this engine has several' : 'this engine has no such account',
    remedy: `Name one of ${accounts.join(', ')}.`,
  });
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
 * Credentials, accounts and the number of analytics processes come from the environment, under the names that
 * services read; the feed from what it told last. *Errors*: InputError when both a data directory and an
 * address are named, or when nobody listens; ConfigError.
 */
async function elsewhere(
  url: string,
  { dataDir, account }: AccessOptions,
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
  await using stack = new AsyncDisposableStack();
  const bus = stack.use(await connectBus(config, identityHere()));
  const told = (await bus.last('MARKET', 'md.time.>').catch(refuseOtherKey))?.fact;
  const feeds = told?.name === 'TimeAdvanced' ? [told.body.feed] : config.feeds;
  const known = inherited.ALGO_ACCOUNTS === undefined ? [config.account] : config.accounts;
  const accounts = account === undefined || known.includes(account) ? known : [...known, account];
  const plan = { ...enginePlanOf(config), accounts, feeds, analytics: 0 };
  const members = membersOf(await readShardPlan(bus)).map((member) => identityOf('analytics', member));
  const identities = [...processesOf(plan).map(({ identity }) => identity), ...members];
  const { liveAccounts: live } = config;
  const engine: EngineFacts = { accounts, live, feed: feeds.join(', '), identities };
  const owned = stack.move();
  return {
    ...{ engine, bus, place: url, running: true, dataDir: undefined },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The first that is asked shows whose key it is: nothing answers on an inbox that isn't the user's. */
function refuseOtherKey(cause: Error): never {
  if (!/permissions violation/i.test(cause.message)) throw cause;
  throw new InputError({
    field: 'ALGO_NATS_KEY_FILE',
    value: 'the file that it names',
    because: 'it is the key of another user of the bus than the command line',
    remedy: 'Name the file with the key of cli; an observer reads with programs of his own (docs/events.md).',
  });
}

function directoryOf(options: AccessOptions): string | undefined {
  return options.dataDir === undefined ? undefined : fromCaller(options.dataDir);
}

async function connected(place: { dataDir: string; engine: EngineFile }): Promise<EngineAccess> {
  const { natsUrl } = place.engine;
  const caFile = authorityOf(place.dataDir, natsUrl);
  const bus = await connect(natsUrl, BusUsers.of(place.dataDir), caFile).catch((cause: unknown) => {
    throw cause instanceof InputError && cause.isPassing ? noAnswer(place.engine) : cause;
  });
  return {
    ...{ ...accessTo(place), bus, running: true },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** Its supervisor starts a server that has ended at once: this one is starting, or stands still. */
function noAnswer({ natsPid, natsUrl }: Pick<EngineFile, 'natsPid' | 'natsUrl'>): CommandFailure {
  const lines = [
    `The engine runs, but its nats-server (${natsUrl}) does not answer, so that nobody can be asked or told.`,
    'Stops that rest at the exchange guard meanwhile; nothing else does. Try again in some seconds.',
  ];
  const still = `If it goes on, it or its disk stands still: \`kill -9 ${natsPid}\` has it started anew`;
  return new CommandFailure(
    [...lines, ...(natsPid === null ? [] : [`${still}, on the same files.`])].join('\n'),
  );
}

async function overStoppedStore(
  place: { dataDir: string; engine: EngineFile },
  environment: CliEnvironment,
): Promise<EngineAccess> {
  await using stack = new AsyncDisposableStack();
  // Two servers over one store would destroy it.
  stack.use(DirectoryLock.take(place.dataDir, 'algo reading a stopped engine'));
  await endLeftovers(place.dataDir, ROOT, place.engine);
  const users = BusUsers.of(place.dataDir);
  if (users !== undefined) raiseLayout(place.dataDir);
  const server = stack.use(
    await NatsServerProcess.start({
      binary: await findNatsBinary(environment.inherited, () => undefined),
      storeDir: join(place.dataDir, 'jetstream'),
      sync: 'always',
      ...(users === undefined ? {} : { authorization: users.authorization([]) }),
    }),
  );
  stack.defer(watchNats(server.pid));
  const bus = stack.use(await connect(server.url, users));
  const owned = stack.move();
  return { ...accessTo(place), bus, running: false, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function accessTo({ dataDir, engine }: { dataDir: string; engine: EngineFile }) {
  const { accounts, live, feed, seed, services } = engine;
  const identities = Object.keys(services);
  return { dataDir, place: dataDir, engine: { accounts, live, feed, seed, identities } };
}

function connect(url: string, users: BusUsers | undefined, caFile?: string): Promise<JetStreamBus> {
  const key = users === undefined ? {} : { keySeed: users.keySeed('cli') };
  return JetStreamBus.connect({ servers: [url], identity: identityHere(), tls: { caFile }, ...key });
}

/** The process id makes the name unique: two commands at once must not share an inbox. */
export function identityHere(): string {
  return `cli.${process.pid}`;
}
