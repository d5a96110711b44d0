import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subscription } from '@algo/bus';
import { codecs, type ServiceStatus } from '@algo/contracts';
import { FirstRules, NODE_FLAGS, readInstrumentCatalog, serviceOf } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { PLAN } from './bench-plan.ts';
import type { BenchServer } from './bench-server.ts';
import { inherited, ROOT } from './config.ts';

const READY_MAX_MS = 90_000;
const STOP_MAX_MS = 10_000;
const INSTRUMENTS_FILE = join(ROOT, 'config', 'instruments.yaml');
interface Started {
  readonly child: ChildProcess;
  readonly logPath: string;
}

/** Services as the engine runs them, each its own process, on the server of a bench. */
export class EngineProcesses implements AsyncDisposable {
  /** The last one of each process, by its identity. */
  readonly statuses = new Map<string, ServiceStatus>();
  onStatus: (status: ServiceStatus) => void = () => {};
  readonly #server: BenchServer;
  readonly #started = new Map<string, Started>();
  #subscription: Subscription | undefined;

  constructor(server: BenchServer) {
    this.#server = server;
  }

  /**
   * Starts processes of the plan by their identities, one after the other, and resolves when all are ready.
   * `flags` go before the script.
   */
  async start(
    identities: readonly string[],
    env: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
  ): Promise<void> {
    await this.#tellRules(env.ALGO_INSTRUMENTS_FILE ?? INSTRUMENTS_FILE);
    this.#subscription ??= await this.#listen();
    for (const identity of identities) this.#spawn(identity, env, flags);
    const deadline = Date.now() + READY_MAX_MS;
    for (const identity of identities)
      while (this.statuses.get(identity)?.ready !== true) {
        const { child, logPath } = this.#started.get(identity)!;
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`${identity} did not start:\n${readFileSync(logPath, 'utf8').slice(-2_000)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
  }

  /** Process ids by identity. *Errors*: what a process that has ended wrote last. */
  pids(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#started].map(([identity, { child, logPath }]) => {
        if (child.exitCode !== null)
          throw new Error(`${identity} ended:\n${readFileSync(logPath, 'utf8').slice(-2_000)}`);
        return [identity, child.pid!];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#subscription?.[Symbol.asyncDispose]();
    await Promise.all([...this.#started.values()].map(({ child }) => ended(child)));
  }

  /** All others wait until ingest has said by which rules orders are taken; of `binance` there is none. */
  async #tellRules(file: string): Promise<void> {
    const bus = await this.#server.bus('ingest.binance');
    const rules = new FirstRules(bucketDocuments(bus.bucket('documents')), 'binance');
    await rules.add([...readInstrumentCatalog(file).values()]);
  }

  async #listen(): Promise<Subscription> {
    const bus = await this.#server.bus('cli.status');
    return bus.follow({ stream: 'SYSTEM', subjects: ['sys.service.>'], after: 0 }, (message) => {
      if (message.type !== codecs.ServiceStatus.type) return;
      const status = codecs.ServiceStatus.decode(message.data);
      this.statuses.set(status.instance, status);
      this.onStatus(status);
    });
  }

  #spawn(identity: string, env: Readonly<Record<string, string>>, flags: readonly string[]): void {
    mkdirSync(this.#server.dir, { recursive: true });
    const logPath = join(this.#server.dir, `${identity}.log`);
    const log = openSync(logPath, 'a');
    const script = join(ROOT, 'services', serviceOf(identity), 'src', 'main.ts');
    const child = spawn(process.execPath, [...NODE_FLAGS, ...flags, script], {
      cwd: ROOT,
      env: {
        ...inherited,
        ALGO_NATS_URL: this.#server.url,
        ...this.#server.guard.ofProcess(identity),
        ALGO_DATA_DIR: join(this.#server.dir, 'data'),
        ALGO_ACCOUNTS: PLAN.accounts.join(),
        ALGO_FEEDS: PLAN.feeds.join(),
        ALGO_WATCH_PARENT: 'true',
        NODE_COMPILE_CACHE: join(ROOT, '.cache', 'compile'),
        ...env,
      },
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    child.stdin?.on('error', () => undefined); // it ended first
    this.#started.set(identity, { child, logPath });
  }
}

/** Ends a process politely, then firmly, and waits. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
  await gone;
  clearTimeout(late);
}
