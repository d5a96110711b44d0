import type { JetStreamBus, NatsServerProcess } from '@algo/bus';
import type { ServiceStatus } from '@algo/contracts';
import { membersOf } from '@algo/model';
import { birthOf, planShards, readShardPlan, standbyNameOf, version } from '@algo/runtime';
import { identityHere } from '../engine/engine-access.ts';
import type { EngineFile } from '../engine/engine-file.ts';
import { watchNats } from '../engine/nats-watcher.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { type EngineParts, type EngineServer, startServer } from './engine-server.ts';
import { EngineView } from './engine-view.ts';
import { KeptEngineFile } from './kept-engine-file.ts';
import { RestartPolicy } from './restart-policy.ts';
import { planOf, planServices } from './service-plan.ts';
import { type Misconfigured, ServiceProcess, type ServiceSpec } from './service-process.ts';
import { StoreRestart } from './store-restart.ts';

const LOG_TRIM_MS = 60_000;
/** A process of analytics that is to end has so long to hand its shards on. */
const HAND_ON_MAX_MS = 30_000;
/** How often is looked whether `algo scale` asked for other processes of analytics. */
const LOOK_AT_SHARDS_MS = 500;

/** One engine on this machine: nats-server and every service as a process, kept alive until it is stopped. */
export class EngineSupervisor {
  readonly parts: EngineParts;
  readonly nats: NatsServerProcess;
  readonly view: EngineView;
  readonly services: ServiceProcess[] = [];
  readonly #specsOf: (analytics: number) => readonly ServiceSpec[];
  #analytics: number;
  #scaling: Promise<void> = Promise.resolve();
  natsRestarts = 0;
  readonly #bus: JetStreamBus;
  readonly #startedMs = Date.now();
  readonly #misconfigured = Promise.withResolvers<Misconfigured>();
  #natsIsAway = false;
  #ended = false;
  #isStopping = false;
  #unwatchNats: () => void = () => {};
  readonly #trimmer: NodeJS.Timeout;
  readonly #storeRestart: StoreRestart;
  readonly #certificateWatch: CertificateWatch | undefined;
  readonly #file: KeptEngineFile;

  private constructor(
    parts: EngineParts,
    server: EngineServer,
    bus: JetStreamBus,
    view: EngineView,
    isFresh: boolean,
  ) {
    const { nats, users, certificates } = server;
    this.parts = parts;
    this.nats = nats;
    this.view = view;
    this.#bus = bus;
    const { root, dataDir, inherited } = parts;
    const isRecording = parts.isRecording === true;
    this.#analytics = planOf(parts.options).analytics;
    this.#specsOf = (analytics) =>
      planServices(
        { ...parts.options, analytics },
        {
          ...{ root, dataDir, isFresh, inherited, natsUrl: nats.url, isRecording },
          keyFileOf: (service) => users.keyFile(service),
          caFile: certificates?.files.caFile,
        },
      );
    this.#file = new KeptEngineFile(dataDir, () => this.#describe(), parts.say);
    view.onStatus = (status) => this.#onStatus(status);
    view.onRefusal = (words) => parts.say(words);
    nats.onExit = () => void this.#restartNats();
    this.#unwatchNats = watchNats(nats.pid);
    this.#storeRestart = new StoreRestart(nats, dataDir, parts.say);
    this.#certificateWatch =
      certificates === undefined ? undefined : new CertificateWatch(certificates, nats, parts.say);
    this.#trimmer = setInterval(() => {
      for (const service of this.services) service.log.trim();
    }, LOG_TRIM_MS);
  }

  /** Starts nats-server and provisions it. */
  static async start(parts: EngineParts): Promise<EngineSupervisor> {
    const server = await startServer(parts);
    try {
      const bus = await server.connect(identityHere(), 'cli');
      const view = await EngineView.open(bus, parts.options.accounts);
      const { last } = await bus.bounds('POSITIONS');
      await planShards(bus, () => ({ members: upTo(planOf(parts.options).analytics) }));
      return new EngineSupervisor(parts, server, bus, view, last === 0);
    } catch (error) {
      await server.nats.stop();
      throw error;
    }
  }

  /** Resolves when a service without which the engine can't be says that its configuration is unusable. */
  get misconfigured(): Promise<Misconfigured> {
    return this.#misconfigured.promise;
  }

  get bus(): JetStreamBus {
    return this.#bus;
  }

  /** Starts the services in the order of the plan; whoever needs another one waits for it. */
  startServices(): void {
    for (const spec of this.#specsOf(this.#analytics)) this.#start(spec);
    if (this.parts.isRecording !== true) this.#lookAtShards();
  }

  /** Stops the services in reverse order; what they have said can still be read. */
  async stopServices(): Promise<void> {
    for (const service of this.services.toReversed()) await service.stop();
  }

  /** Stops the services, then nats-server. */
  async stop(): Promise<void> {
    clearInterval(this.#trimmer);
    this.#storeRestart[Symbol.dispose]();
    this.#certificateWatch?.[Symbol.dispose]();
    this.#isStopping = true;
    await this.#scaling;
    await this.stopServices();
    this.#ended = true;
    await this.view[Symbol.asyncDispose]().catch(() => undefined);
    await this.#bus[Symbol.asyncDispose]().catch(() => undefined);
    this.#unwatchNats();
    await this.nats.stop();
    this.#file.write();
    this.#file[Symbol.dispose]();
  }

  /** Ends every process at once, as the second Ctrl-C asks. */
  killAll(): void {
    for (const service of this.services) service.kill();
  }

  #start(spec: ServiceSpec): void {
    this.parts.say(`starting ${spec.identity}`);
    const service = new ServiceProcess(spec);
    service.onChange = () => {
      if (!this.#ended) this.#file.write();
    };
    service.onFailure = () =>
      this.parts.say(
        `${spec.identity} ended: ${service.lastFailure}. Starting it again in ` +
          `${service.restartInMs} ms; its log: ${spec.logPath}`,
      );
    service.onMisconfigured = (fault) => this.#misconfigured.resolve(fault);
    this.services.push(service);
    service.start();
  }

  #onStatus({ instance, pid, ready }: ServiceStatus): void {
    const service = this.services.find((one) => one.pid === pid);
    if (service === undefined || !ready) return;
    const { identity } = service.spec;
    if (instance === standbyNameOf(identity)) service.markReady(pid, 'standby');
    if (instance !== identity) return;
    service.markReady(pid, 'running');
    // It may have taken the place of one that stands still, which says nothing.
    for (const other of this.services)
      if (other !== service && other.spec.identity === identity && other.state === 'running')
        other.replaced();
  }

  /** Starts the processes of analytics that the plan of shards names, and ends those that it doesn't. */
  #lookAtShards(): void {
    setTimeout(() => {
      if (this.#isStopping) return;
      const scaling = async () => {
        const wanted = membersOf(await readShardPlan(this.#bus)).length;
        if (wanted !== this.#analytics) await this.#scale(wanted);
      };
      this.#scaling = scaling()
        .catch((error: Error) => this.parts.say(`analytics can't be scaled: ${error.message}`))
        .then(() => this.#lookAtShards());
    }, LOOK_AT_SHARDS_MS).unref();
  }

  async #scale(wanted: number): Promise<void> {
    const [before, after] = [this.#specsOf(this.#analytics), this.#specsOf(wanted)];
    const isIn = (specs: readonly ServiceSpec[], identity: string) =>
      specs.some((spec) => spec.identity === identity);
    this.#analytics = wanted;
    for (const spec of after) if (!isIn(before, spec.identity)) this.#start(spec);
    const leaving = this.services.filter(({ spec }) => !isIn(after, spec.identity));
    await Promise.all(leaving.map((service) => this.#end(service)));
    if (!this.#ended) this.#file.write();
  }

  /** Ends a process that hands on what it has first; one that can't is ended all the same. */
  async #end(service: ServiceProcess): Promise<void> {
    const { identity } = service.spec;
    const untilMs = performance.now() + HAND_ON_MAX_MS;
    const hasShards = () => (this.view.statuses.get(identity)?.counters.shards ?? 0) > 0;
    while (hasShards() && !this.#isStopping && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, LOOK_AT_SHARDS_MS));
    this.parts.say(`ending ${identity}`);
    await service.stop();
    this.services.splice(this.services.indexOf(service), 1);
    this.view.statuses.delete(identity);
  }

  /** Process ids by the names that processes go by now: who runs before who has not said yet what it is. */
  #pids(): Record<string, number | null> {
    const pids: Record<string, number | null> = {};
    const rank = ({ state }: ServiceProcess) => (state === 'running' ? 0 : 1);
    for (const { name, spec, pid } of this.services.toSorted((a, b) => rank(a) - rank(b)))
      pids[name in pids ? standbyNameOf(spec.identity) : name] = pid ?? null;
    return pids;
  }

  /**
   * A crash of the server is mended at once, on the same port and files; the services reconnect by
   * themselves.
   */
  async #restartNats(): Promise<void> {
    if (this.#ended || this.#natsIsAway) return;
    this.#natsIsAway = true;
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
    this.#natsIsAway = false;
    this.natsRestarts++;
    this.#unwatchNats = watchNats(this.nats.pid);
    if (!this.#ended) this.#file.write();
  }

  #describe(): EngineFile {
    const { options } = this.parts;
    return {
      version,
      pid: process.pid,
      birth: birthOf(process.pid),
      running: !this.#ended,
      natsUrl: this.nats.url,
      natsPort: this.nats.port,
      natsPid: this.nats.pid ?? null,
      feed: this.parts.isRecording === true ? `record:${options.feed}` : options.feed,
      accounts: [...options.accounts],
      live: Object.fromEntries(
        options.live.map(({ account, exchange, startingEquity }) => [account, { exchange, startingEquity }]),
      ),
      analytics: this.#analytics,
      startedMs: this.#startedMs,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      services: this.#pids(),
    };
  }
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, ordinal) => ordinal);
}
