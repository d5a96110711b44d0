import { type JetStreamBus, type Lease, systemClock } from '@algo/bus';
import { InputError } from '@algo/model';
import type { z } from 'zod';
import { acquireLease } from './acquire-lease.ts';
import { awaitProvision } from './await-provision.ts';
import type { BaseConfig, baseConfig } from './base-config.ts';
import { CHECK_ONLY, checkService } from './check-service.ts';
import { environment } from './config.ts';
import { connectBus } from './connect-bus.ts';
import { DirectoryLock } from './directory-lock.ts';
import { HealthServer } from './health-server.ts';
import { createLogger, type Logger } from './logger.ts';
import { OwnLife } from './own-life.ts';
import { ownDirectory, processContext } from './process-context.ts';
import { identityOf, isPaired, standbyNameOf } from './process-plan.ts';
import { ConfigError, readConfig } from './read-config.ts';
import type { Service } from './service.ts';
import { StatusReporter } from './status-reporter.ts';

/** What the process's end means to whoever started it. Documented in docs/operations.md. */
export const EXIT = { stopped: 0, failed: 1, misconfigured: 78 } as const;

const DRAIN_MAX_MS = 4_500;

/**
 * Runs one service process from configuration to exit: the shared shell around every `main.ts`.
 * Operational failures and bugs end the process (exit 1) so that a fresh one comes back by the recorded
 * order, and so does what may pass by itself; input that only a person can mend ends it with 78. Both are
 * said plainly.
 */
export async function runProcess<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  service: Service<Schema>,
): Promise<void> {
  let log: Logger = createLogger(service.name, 'info');
  try {
    const config = readConfig(service.name, service.config, environment) as Readonly<z.infer<Schema>>;
    const identity = identityOf(service.name, service.purpose(config));
    log = createLogger(identity, config.logLevel);
    if (process.argv.includes(CHECK_ONLY)) {
      await checkService(service, config);
      process.stdout.write(`${identity}: its configuration can be used\n`);
    } else await run(service, identity, config, log);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof InputError) {
      log.fatal(error.message);
      process.stderr.write(`${error.message}\n`);
      process.exitCode = exitOf(error);
    } else {
      log.fatal({ err: error }, 'stopped by a failure');
      process.exitCode = EXIT.failed;
    }
  }
  process.stdin.destroy(); // the parent's pipe would hold the loop
  // Whatever else does (a socket of a library) has had its time.
  setTimeout(() => process.exit(), 500).unref();
}

async function run<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  service: Service<Schema>,
  identity: string,
  config: Readonly<z.infer<Schema>>,
  log: Logger,
): Promise<void> {
  const signal = stopSignal(config.watchParent);
  await using stack = new AsyncDisposableStack();
  const isOneOfTwo = isPaired(config.standby, identity);
  if (!isOneOfTwo) stack.use(ownDirectoryLock(config, identity));
  const health = stack.use(await HealthServer.listen(config.httpHost, config.httpPort, identity));
  const bus = stack.use(await connectBus(config, identity));
  const failure = Promise.withResolvers<Error>();
  bus.onConnection((state) => {
    log.warn({ state }, 'connection to nats changed');
    // Nobody would hear or say anything any more; the next life is told whether a person must mend it.
    if (state === 'closed') failure.resolve(new Error('nats knew this process, and takes it for a stranger'));
  });
  health.addReadiness(() => (bus.connection === 'connected' ? [] : [`nats: ${bus.connection}`]));
  if (!(await awaitProvision(bus, { health, log, signal }))) return;
  process.on('uncaughtException', (error) => failure.resolve(error));
  process.on('unhandledRejection', (error) => failure.resolve(error as Error));
  const lease = async () => {
    const life = new OwnLife(identity);
    const lease = await acquireLease({ config, identity, bus, life, clock: systemClock, signal });
    if (lease === undefined) return undefined;
    void lease.lost.then((reason) => failure.resolve(leaseLost(identity, reason)));
    return stack.use(lease);
  };
  const takenOver = isOneOfTwo
    ? await standBy(service.name, { identity, bus, health, log, lease })
    : undefined;
  if (isOneOfTwo && takenOver === undefined) return;
  if (isOneOfTwo) stack.use(DirectoryLock.seize(ownDirectory(config, identity), identity));
  const context = processContext({
    ...{ config, identity, bus, log, signal, health, stack, takenOver, clock: systemClock },
    lease: takenOver === undefined ? lease : async () => takenOver,
  });
  const running = await service.start(context);
  health.addMetrics(() => running.metrics?.() ?? '');
  const status = stack.use(
    await StatusReporter.start({ service: service.name, identity, bus, running, health }),
  );
  log.info({ port: health.port }, 'started');
  const ended = await Promise.race([
    new Promise<undefined>((resolve) =>
      signal.aborted
        ? resolve(undefined)
        : signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    ),
    running.closed,
    failure.promise,
  ]);
  log.info('stopping');
  status.quiet(ended === undefined ? 'told to stop' : ended.message);
  // Also after a failure: what failed may be what the clean-up waits for.
  const late = setTimeout(() => {
    log.error({ err: ended }, `not drained after ${DRAIN_MAX_MS} ms; the next start takes what is missing`);
    process.exit(exitOf(ended));
  }, DRAIN_MAX_MS);
  late.unref();
  if (ended !== undefined) throw ended;
}

/** Waits, with all code loaded and the server connected, until the other process of this identity is over. */
async function standBy(
  service: Service<typeof baseConfig>['name'],
  parts: {
    readonly identity: string;
    readonly bus: JetStreamBus;
    readonly health: HealthServer;
    readonly log: Logger;
    readonly lease: () => Promise<Lease | undefined>;
  },
): Promise<Lease | undefined> {
  const { identity, bus, health, log } = parts;
  const running = { closed: new Promise<never>(() => {}), counters: () => ({}) };
  const name = standbyNameOf(identity);
  const status = await StatusReporter.start({ service, identity: name, bus, running, health });
  log.info('stands by');
  const lease = await parts.lease();
  status.quiet(lease === undefined ? 'told to stop' : 'it takes over');
  const said = status[Symbol.asyncDispose]();
  if (lease === undefined) await said;
  else log.info({ epoch: lease.epoch }, 'takes over');
  return lease;
}

function leaseLost(identity: string, reason: string): Error {
  return new Error(`the lease of ${identity}: ${reason}. Another process may act for it, so this one ends`);
}

/** *Errors*: InputError when a living process has the directory: two would write into the same log. */
function ownDirectoryLock(config: BaseConfig, identity: string): DirectoryLock {
  return DirectoryLock.take(ownDirectory(config, identity), identity, {
    field: `own directory of ${identity}`,
    noun: 'directory',
    remedy: 'End that process first; two of one identity would write into the same log.',
  });
}

function exitOf(error: unknown): number {
  const isForPerson = error instanceof ConfigError || (error instanceof InputError && !error.isPassing);
  return isForPerson ? EXIT.misconfigured : EXIT.failed;
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
