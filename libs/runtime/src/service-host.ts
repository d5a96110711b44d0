import { type Bus, type Clock, systemClock } from '@algo/bus';
import { codecs, type ServiceName, subjects } from '@algo/contracts';
import { InputError } from '@algo/model';
import type { z } from 'zod';
import type { BaseConfig, baseConfig } from './base-config.ts';
import { environment, version } from './config.ts';
import { connectBus } from './connect-bus.ts';
import { HealthServer } from './health-server.ts';
import { createLogger, type Logger } from './logger.ts';
import { ConfigError, readConfig } from './read-config.ts';

/**
 * What a service is given to build itself from. Whatever it
 * hands to `own` is disposed in reverse order at the end.
 */
export interface ServiceContext<Config extends BaseConfig> {
  readonly config: Readonly<Config>;
  readonly identity: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: HealthServer;
  readonly signal: AbortSignal;
  own<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource;
}

/** What a running service shows of itself. `closed` settles when it can't go on. */
export interface RunningService {
  readonly closed: Promise<Error | undefined>;
  /** Numbers for the status table and `algo status`. */
  counters(): Readonly<Record<string, number>>;
  /** Words for the status table: what it does, or why it can't. */
  notes?(): readonly string[];
}

/** What the process's end means to whoever started it. Documented in docs/operations.md. */
export const EXIT = { stopped: 0, failed: 1, misconfigured: 78 } as const;

const STATUS_INTERVAL_MS = 500;
const DRAIN_MAX_MS = 4_500;

/**
 * Runs one service process from configuration to exit: the shared shell around every `main.ts`. Operational
 * failures and bugs end the process (exit 1) so that a fresh one restores and replays; unusable input ends it
 * with 78 and a plain message.
 */
export async function hostService<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  service: ServiceName,
  schema: Schema,
  start: (context: ServiceContext<z.infer<Schema>>) => Promise<RunningService>,
): Promise<void> {
  let log: Logger = createLogger(service, 'info');
  try {
    const config = readConfig(service, schema, environment) as Readonly<z.infer<Schema>>;
    const identity = `${service}-${config.ordinal}`;
    log = createLogger(identity, config.logLevel);
    await run(service, identity, config, log, start);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof InputError) {
      log.fatal(error.message);
      process.stderr.write(`${error.message}\n`);
      process.exitCode = EXIT.misconfigured;
    } else {
      log.fatal({ err: error }, 'stopped by a failure');
      process.exitCode = EXIT.failed;
    }
  }
  // Whatever still holds the loop (a socket of a library) has had its time.
  setTimeout(() => process.exit(), 500).unref();
}

async function run<Config extends BaseConfig>(
  service: ServiceName,
  identity: string,
  config: Readonly<Config>,
  log: Logger,
  start: (context: ServiceContext<Config>) => Promise<RunningService>,
): Promise<void> {
  const stop = stopSignal(config.watchParent);
  await using stack = new AsyncDisposableStack();
  const health = stack.use(await HealthServer.listen(config.httpHost, config.httpPort, identity));
  const bus = stack.use(await connectBus(config, identity));
  bus.onConnection((state) => log.warn({ state }, 'connection to nats changed'));
  health.addReadiness(() => (bus.connection === 'connected' ? [] : [`nats: ${bus.connection}`]));
  const failure = Promise.withResolvers<Error>();
  process.on('uncaughtException', (error) => failure.resolve(error));
  process.on('unhandledRejection', (error) => failure.resolve(error as Error));
  const context: ServiceContext<Config> = {
    config,
    identity,
    bus,
    clock: systemClock,
    log,
    health,
    signal: stop,
    own: (resource) => stack.use(resource),
  };
  const running = await start(context);
  const status = stack.use(new StatusReporter(service, identity, bus, running, health));
  log.info({ port: health.port }, 'started');
  const ended = await Promise.race([
    new Promise<undefined>((resolve) =>
      stop.aborted
        ? resolve(undefined)
        : stop.addEventListener('abort', () => resolve(undefined), { once: true }),
    ),
    running.closed,
    failure.promise,
  ]);
  log.info('stopping');
  status.quiet();
  // Also after a failure: what failed may be what the clean-up waits for.
  const late = setTimeout(() => {
    log.error({ err: ended }, `not drained after ${DRAIN_MAX_MS} ms; the next start replays what is missing`);
    process.exit(ended instanceof InputError ? EXIT.misconfigured : EXIT.failed);
  }, DRAIN_MAX_MS);
  late.unref();
  if (ended !== undefined) throw ended;
}

/** One signal for everything that ends a process politely. */
function stopSignal(watchParent: boolean): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
  if (watchParent) {
    process.stdin.on('end', () => controller.abort());
    process.stdin.on('error', () => controller.abort());
    process.stdin.resume();
  }
  return controller.signal;
}

/** Says twice a second how the service is, and once more at its end. */
class StatusReporter implements AsyncDisposable {
  readonly #timer: NodeJS.Timeout;
  readonly #report: (final: boolean) => Promise<unknown>;

  constructor(
    service: ServiceName,
    identity: string,
    bus: Bus,
    running: RunningService,
    health: HealthServer,
  ) {
    let number = 0;
    const startedMs = systemClock.nowMs();
    this.#report = (final) => {
      const nowMs = systemClock.nowMs();
      const reasons = health.reasons();
      return bus.publish({
        subject: subjects.service(identity),
        type: codecs.ServiceStatus.type,
        id: `status:${identity}:${startedMs}:${process.pid}:${number++}`,
        timeUs: nowMs * 1_000,
        data: codecs.ServiceStatus.encode({
          service,
          instance: identity,
          version,
          pid: process.pid,
          timeUs: nowMs * 1_000,
          ready: reasons.length === 0 && !final,
          counters: {
            rssBytes: process.memoryUsage.rss(),
            uptimeMs: nowMs - startedMs,
            ...running.counters(),
          },
          notes: [...reasons, ...(running.notes?.() ?? []), ...(final ? ['stopped'] : [])],
        }),
      });
    };
    this.#timer = setInterval(() => {
      if (bus.connection === 'connected') this.#report(false).catch(() => undefined); // the next one says more
    }, STATUS_INTERVAL_MS);
  }

  quiet(): void {
    clearInterval(this.#timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#report(true).catch(() => undefined); // the bus may be what failed
  }
}
