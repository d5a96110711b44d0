import { REAL_EXCHANGE_NAMES } from '@algo/venues';
import { z } from 'zod';
import { type EnginePlan, STANDBY_SERVICES } from './process-plan.ts';

const port = z.coerce.number('expected a port number').int().min(0).max(65_535);
const names = (what: string, standard: string) =>
  z
    .string()
    .default(standard)
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, `expected ${what}, comma separated`)).min(1));

/**
 * An account whose orders go to a real exchange. *Units*: `startingEquity` in the quote currency: what the
 * engine counts as its own.
 */
export interface LiveAccount {
  readonly exchange: string;
  readonly startingEquity: string;
}

const liveAccounts = z.string().transform((text, context): Readonly<Record<string, LiveAccount>> => {
  const parts = text.split(',').flatMap((part) => part.trim() || []);
  const read = parts.map(
    (part) => /^([A-Za-z0-9_-]{1,64})=([^/]+)\/(\d{1,12}(?:\.\d{1,8})?)$/.exec(part) ?? [],
  );
  if (read.every(([, , exchange]) => exchange !== undefined && REAL_EXCHANGE_NAMES.includes(exchange)))
    return Object.fromEntries(
      read.map(([, account, exchange, equity]) => [
        account,
        { exchange: exchange!, startingEquity: equity! },
      ]),
    );
  context.addIssue({
    code: 'custom',
    message: `expected account=exchange/equity, comma separated (${REAL_EXCHANGE_NAMES.join(', ')})`,
  });
  return z.NEVER;
});

/** What every service is told. *Units*: as the names end. */
export const baseConfig = z.object({
  natsUrl: z
    .string()
    .regex(/^(nats|tls):\/\/.+/, 'expected an address such as nats://127.0.0.1:4222')
    .default('nats://127.0.0.1:4222'),
  /** The secret half of this process's key for the server: a file with one line. */
  natsKeyFile: z.string().optional(),
  /** Who vouches for the server. With it, or at an address tls://, nothing is said unencrypted. */
  natsCaFile: z.string().optional(),
  /** This process's certificate and its key, for a server that asks for one. */
  natsCertFile: z.string().optional(),
  natsCertKeyFile: z.string().optional(),
  /** Which of several analytics processes this is, from 0. */
  ordinal: z.coerce.number().int().min(0).max(63).default(0),
  /** Health, readiness and metrics; 0 picks a free port, which the log names. */
  httpPort: port.default(0),
  httpHost: z.string().default('127.0.0.1'),
  logLevel: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'expected trace, debug, info, warn, error or fatal',
    )
    .default('info'),
  dataDir: z.string().default('data'),
  /** The account that this process serves. */
  account: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected a single word')
    .default('paper-main'),
  /** All accounts of this engine. */
  accounts: names('account names', 'paper-main'),
  /** Of these, those whose orders go to a real exchange, as `account=exchange/equity`. */
  liveAccounts: liveAccounts.default({}),
  /** All feeds of this engine: each has an ingest of its own. */
  feeds: names('feed names', 'synthetic'),
  instrumentsFile: z.string().default('config/instruments.yaml'),
  /** How many analytics processes share the virtual shards; as it was planned last when left out. */
  analyticsInstances: z.coerce.number().int().min(1).max(64).optional(),
  /** Services of which a second process stands by and takes over; see `STANDBY_SERVICES`. */
  standby: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
    .pipe(z.array(z.enum(STANDBY_SERVICES, `expected ${STANDBY_SERVICES.join(' or ')}, comma separated`))),
  /**
   * How long the right to act alone lasts without being renewed; 10 s when left out, 2 s where a second
   * process waits for it.
   */
  leaseTtlMs: z.coerce.number().int().min(1_000).max(60_000).optional(),
  snapshotIntervalMs: z.coerce.number().int().min(10).max(600_000).default(5_000),
  /** Ends when standard input closes, so that no orphan trades on after its supervisor died. */
  watchParent: z.stringbool('expected true or false').default(false),
});
export type BaseConfig = z.infer<typeof baseConfig>;

/** Returns the plan of the engine that a process belongs to: the same from every process of it. */
export function enginePlanOf(config: BaseConfig): EnginePlan {
  const { accounts, feeds, analyticsInstances: analytics = 1, liveAccounts, standby } = config;
  return { accounts, live: Object.keys(liveAccounts), feeds, analytics, standby };
}

/** Says whether an account's orders go to a real exchange. */
export function isLive({ liveAccounts }: Pick<BaseConfig, 'liveAccounts'>, account: string): boolean {
  return Object.hasOwn(liveAccounts, account);
}

/** Returns the exchange that an account's orders go to. */
export function exchangeOf({ liveAccounts }: Pick<BaseConfig, 'liveAccounts'>, account: string): string {
  return (Object.hasOwn(liveAccounts, account) ? liveAccounts[account]?.exchange : undefined) ?? 'paper';
}
