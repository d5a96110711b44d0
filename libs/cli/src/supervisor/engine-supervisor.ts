import { join } from 'node:path';
import { allDurables, JetStreamBus, NatsServerProcess, provision } from '@algo/bus';
import type { ServiceStatus } from '@algo/contracts';
import { version } from '@algo/runtime';
import type { EngineFile } from './engine-file.ts';
import { writeEngineFile } from './engine-file.ts';
import { EngineView } from './engine-view.ts';
import { watchNats } from './nats-watcher.ts';
import { birthOf } from './process-identity.ts';
import { RestartPolicy } from './restart-policy.ts';
import { runOnce } from './run-once.ts';
import { planServices, type ServicePlan } from './service-plan.ts';
import { type Misconfigured, ServiceProcess, type ServiceSpec } from './service-process.ts';
import type { UpOptions } from './up-options.ts';

/** What an engine is started from. */
export interface EngineParts {
  readonly options: UpOptions;
  readonly dataDir: string;
  readonly root: string;
  readonly natsBinary: string;
  readonly inherited: NodeJS.ProcessEnv;
  readonly account: string;
  /** Told what is going on during the start, one line each. */
  readonly say: (line: string) => void;
}

/** How the reconciliation before trading ended, when it refused. */
export class ReconcileRefusedError extends Error {
  override readonly name = 'ReconcileRefusedError';
  /** The job's exit code, null when it could not run. */
  readonly jobCode: number | null;

  constructor(said: string, jobCode: number | null) {
    super(said);
    this.jobCode = jobCode;
  }
}

const VENUE_READY_MAX_MS = 60_000;
const LOG_TRIM_MS = 60_000;

/** One engine on this machine: nats-server and every service as a process, kept alive until it is stopped. */
export class EngineSupervisor {
  readonly parts: EngineParts;
  readonly nats: NatsServerProcess;
  readonly view: EngineView;
  readonly services: ServiceProcess[] = [];
  readonly plan: ServicePlan;
  natsRestarts = 0;
  readonly #bus: JetStreamBus;
  readonly #startedMs = Date.now();
  readonly #misconfigured = Promise.withResolvers<Misconfigured>();
  #natsUp = true;
  #ended = false;
  #unwatchNats: () => void = () => {};
  readonly #trimmer: NodeJS.Timeout;

  private constructor(parts: EngineParts, nats: NatsServerProcess, bus: JetStreamBus, view: EngineView) {
    this.parts = parts;
    this.nats = nats;
    this.view = view;
    this.#bus = bus;
    const { root, dataDir, inherited } = parts;
    this.plan = planServices(parts.options, { root, dataDir, inherited, natsUrl: nats.url });
    view.onStatus = (status) => this.#onStatus(status);
    nats.onExit = () => void this.#restartNats();
    this.#unwatchNats = watchNats(nats.pid);
    this.#trimmer = setInterval(() => {
      for (const service of this.services) service.log.trim();
    }, LOG_TRIM_MS);
  }

  /** Starts nats-server, provisions it and starts every service in order. */
  static async start(parts: EngineParts): Promise<EngineSupervisor> {
    parts.say('starting nats-server');
    const nats = await NatsServerProcess.start({
      binary: parts.natsBinary,
      storeDir: join(parts.dataDir, 'jetstream'),
      sync: 'always',
      detached: true,
      ...(parts.options.port === undefined ? {} : { port: parts.options.port }),
    });
    try {
      const bus = await JetStreamBus.connect({ servers: [nats.url], identity: 'cli-up' });
      await provision(bus, { replicas: 1, durables: allDurables() });
      return new EngineSupervisor(parts, nats, bus, await EngineView.open(bus));
    } catch (error) {
      await nats.stop();
      throw error;
    }
  }

  /** Resolves when a service says that its configuration is unusable. */
  get misconfigured(): Promise<Misconfigured> {
    return this.#misconfigured.promise;
  }

  get bus(): JetStreamBus {
    return this.#bus;
  }

  /** Starts the services in their order. *Errors*: ReconcileRefusedError with the job's own words. */
  async startServices(signal: AbortSignal): Promise<void> {
    const { say } = this.parts;
    for (const name of this.plan.missing) say(`${name} is not in this checkout: left out`);
    this.#start(this.plan.venue);
    await this.#venueReady(signal);
    if (this.plan.reconcile !== undefined && !signal.aborted) {
      say('reconciling with the venue');
      const job = await runOnce(this.plan.reconcile, signal);
      if (job.code !== 0 && !signal.aborted) throw new ReconcileRefusedError(job.said, job.code);
    }
    for (const spec of this.plan.others) if (!signal.aborted) this.#start(spec);
  }

  /** Stops the services in reverse order, then nats-server. */
  async stop(): Promise<void> {
    clearInterval(this.#trimmer);
    for (const service of this.services.toReversed()) await service.stop();
    this.#ended = true;
    await this.view[Symbol.asyncDispose]().catch(() => undefined);
    await this.#bus[Symbol.asyncDispose]().catch(() => undefined);
    this.#unwatchNats();
    await this.nats.stop();
    this.#writeFile(false);
  }

  /** Ends every process at once, as the second Ctrl-C asks. */
  killAll(): void {
    for (const service of this.services) service.kill();
  }

  #start(spec: ServiceSpec): void {
    this.parts.say(`starting ${spec.instance}`);
    const service = new ServiceProcess(spec);
    service.natsIsUp = () => this.#natsUp;
    service.onChange = () => {
      if (!this.#ended) this.#writeFile(true);
    };
    service.onFailure = () =>
      this.parts.say(
        `${spec.instance} ended: ${service.lastFailure}. Starting it again in ${service.restartInMs} ms; its log: ${spec.logPath}`,
      );
    service.onMisconfigured = (fault) => this.#misconfigured.resolve(fault);
    this.services.push(service);
    service.start();
  }

  async #venueReady(signal: AbortSignal): Promise<void> {
    const venue = this.services[0]!;
    const deadline = performance.now() + VENUE_READY_MAX_MS;
    while (venue.state !== 'running' && venue.state !== 'misconfigured' && !signal.aborted) {
      if (performance.now() > deadline) return this.parts.say('the paper venue is slow to start; going on');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #onStatus(status: ServiceStatus): void {
    const service = this.services.find(({ spec }) => spec.instance === status.instance);
    if (status.ready) service?.markReady(status.pid);
  }

  /**
   * A crash of the server is mended at once, on the same port and files; the services reconnect by
   * themselves.
   */
  async #restartNats(): Promise<void> {
    if (this.#ended || !this.#natsUp) return;
    this.#natsUp = false;
    this.#unwatchNats();
    const policy = new RestartPolicy();
    while (!this.#ended) {
      try {
        await this.nats.start();
        break;
      } catch (error) {
        this.parts.say(`nats-server: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, policy.delayAfter(0)));
      }
    }
    this.#natsUp = true;
    this.natsRestarts++;
    this.#unwatchNats = watchNats(this.nats.pid);
    if (!this.#ended) this.#writeFile(true);
  }

  #writeFile(running: boolean): void {
    const { options, dataDir, account } = this.parts;
    const engine: EngineFile = {
      version,
      pid: process.pid,
      birth: birthOf(process.pid),
      running,
      natsUrl: this.nats.url,
      natsPort: this.nats.port,
      natsPid: this.nats.pid ?? null,
      pacing: options.pacing,
      feed: options.feed,
      account,
      analytics: options.analytics,
      startedMs: this.#startedMs,
      services: Object.fromEntries(this.services.map(({ spec, pid }) => [spec.instance, pid ?? null])),
    };
    writeEngineFile(dataDir, engine);
  }
}
