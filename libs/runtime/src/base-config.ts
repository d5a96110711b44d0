import { z } from 'zod';

const port = z.coerce.number('expected a port number').int().min(0).max(65_535);

/** What every service is told. *Units*: as the names end. */
export const baseConfig = z.object({
  natsUrl: z
    .string()
    .regex(/^(nats|tls):\/\/.+/, 'expected an address such as nats://127.0.0.1:4222')
    .default('nats://127.0.0.1:4222'),
  natsUser: z.string().optional(),
  natsPasswordFile: z.string().optional(),
  natsCaFile: z.string().optional(),
  /** Which of several equal processes this is, from 0. */
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
  account: z.string().default('paper-main'),
  instrumentsFile: z.string().default('config/instruments.yaml'),
  /** `steps` while a recorded or synthetic feed advances in steps, `live` for feeds that run free. */
  pacing: z.enum(['steps', 'live'], 'expected steps or live').default('live'),
  /** How many analytics processes share the virtual shards. */
  analyticsInstances: z.coerce.number().int().min(1).max(64).default(1),
  snapshotIntervalMs: z.coerce.number().int().min(10).max(600_000).default(5_000),
  /** Ends when standard input closes, so that no orphan trades on after its supervisor died. */
  watchParent: z.stringbool('expected true or false').default(false),
});
export type BaseConfig = z.infer<typeof baseConfig>;
