import { join } from 'node:path';
import type { ServiceName } from '@algo/contracts';
import { type EnginePlan, type PlannedProcess, processesOf, standbyNameOf } from '@algo/runtime';
import { scriptOf } from '../engine/end-leftovers.ts';
import { type LiveAccountKeys, liveWords } from './live-accounts.ts';
import type { ServiceSpec } from './service-process.ts';
import type { UpOptions } from './up-options.ts';

/** Where the engine runs. */
export interface EnginePlace {
  readonly root: string;
  readonly dataDir: string;
  /** True where no position was ever opened. */
  readonly isFresh: boolean;
  /** True where only the feed runs. */
  readonly isRecording?: boolean;
  readonly natsUrl: string;
  /** Who vouches for the server, where the bus is encrypted. */
  readonly caFile?: string | undefined;
  readonly inherited: NodeJS.ProcessEnv;
  /** The file of a service's key for the bus. */
  readonly keyFileOf: (service: ServiceName) => string;
}

/** Returns which processes an engine of these options consists of. */
export function planOf({ accounts, live, feedKind, analytics, standby }: UpOptions): EnginePlan {
  const liveOnes = live.map(({ account }) => account);
  return { accounts, live: liveOnes, feeds: [feedKind], analytics: analytics ?? 1, standby };
}

/** Returns the processes to start, in their order, and with what environment. */
export function planServices(options: UpOptions, place: EnginePlace): ServiceSpec[] {
  const all = processesOf(planOf(options));
  const wanted = place.isRecording === true ? all.filter(({ service }) => service === 'ingest') : all;
  return wanted.map((planned) => ({
    identity: planned.identity,
    script: scriptOf(place.root, planned.service),
    cwd: place.root,
    env: {
      ...{ ...place.inherited, ...common(options, place), ...settingsOf(planned, options) },
      ALGO_NATS_KEY_FILE: place.keyFileOf(planned.service),
    },
    logPath: join(place.dataDir, 'logs', `${logNameOf(planned)}.log`),
    isFresh: place.isFresh,
  }));
}

/** Two processes of one identity may change places; each keeps the log that it began with. */
function logNameOf({ identity, isStandby }: PlannedProcess): string {
  return isStandby ? standbyNameOf(identity) : identity;
}

function common(options: UpOptions, place: EnginePlace): NodeJS.ProcessEnv {
  const { accounts, feeds, standby } = planOf(options);
  return {
    ALGO_NATS_URL: place.natsUrl,
    ALGO_NATS_CA_FILE: place.caFile ?? '',
    ALGO_DATA_DIR: place.dataDir,
    ALGO_ACCOUNTS: accounts.join(','),
    ALGO_LIVE_ACCOUNTS: liveWords(options.live),
    // Who started it has typed their names, or it would not have come so far.
    ALGO_LIVE_CONFIRMED: options.live.map(({ account }) => account).join(','),
    ALGO_FEEDS: feeds.join(','),
    // Who has which shard is planned by the supervisor, and may change while a process lives.
    ALGO_ANALYTICS_INSTANCES: '',
    ALGO_SHARES_AMONG_PRESENT: '',
    ALGO_STANDBY: standby.join(','),
    ALGO_WATCH_PARENT: 'true',
  };
}

/** What one process is told beside what all are told. */
function settingsOf({ service, purpose }: PlannedProcess, options: UpOptions): NodeJS.ProcessEnv {
  switch (service) {
    case 'paper-venue':
      return { ALGO_ACCOUNT: purpose, ...seedOf(options) };
    case 'decision':
      return {
        ALGO_ACCOUNT: purpose,
        ...(options.tradingConfig === undefined ? {} : { ALGO_TRADING_CONFIG: options.tradingConfig }),
      };
    case 'reconcile':
    case 'execution':
      return { ALGO_ACCOUNT: purpose, ...venueOf(options.live.find(({ account }) => account === purpose)) };
    case 'position-risk':
      return { ALGO_ACCOUNT: purpose };
    case 'analytics':
      return { ALGO_ORDINAL: purpose };
    case 'ingest':
      return {
        ALGO_FEED: options.feed,
        ALGO_LAYOUT: options.layout,
        ...(options.speed === undefined ? {} : { ALGO_SPEED: options.speed }),
        ...(options.instruments.length === 0 ? {} : { ALGO_INSTRUMENTS: options.instruments.join(',') }),
        ...seedOf(options),
      };
    case 'notifier':
    case 'cli':
      return {};
    default:
      return service satisfies never;
  }
}

/** Only who speaks to the exchange is told where its key is. */
function venueOf(live: LiveAccountKeys | undefined): NodeJS.ProcessEnv {
  if (live === undefined) return {};
  return {
    ALGO_VENUE_KEY_FILE: live.keyFile,
    ALGO_VENUE_SECRET_FILE: live.secretFile,
    ALGO_VENUE_REST_URL: live.restUrl,
    ALGO_VENUE_SOCKET_URL: live.socketUrl,
    ALGO_VENUE_PRIMARY: live.paths.primary,
    ALGO_VENUE_FALLBACK: live.paths.fallback ?? '',
    ...(live.paths.fallbackUrl === undefined ? {} : { ALGO_VENUE_FALLBACK_URL: live.paths.fallbackUrl }),
    ...(live.leverageMax === undefined ? {} : { ALGO_VENUE_LEVERAGE_MAX: `${live.leverageMax}` }),
  };
}

function seedOf(options: UpOptions): NodeJS.ProcessEnv {
  return options.seed === undefined ? {} : { ALGO_SEED: String(options.seed) };
}
