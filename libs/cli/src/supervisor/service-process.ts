import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { EXIT, NODE_FLAGS, serviceOf, standbyNameOf } from '@algo/runtime';
import { EndOfEngine } from './end-of-engine.ts';
import { LogFile } from './log-file.ts';
import { RestartPolicy } from './restart-policy.ts';

/** One process to keep alive. */
export interface ServiceSpec {
  /** As the plan names it: `execution.paper-main`. */
  readonly identity: string;
  readonly script: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logPath: string;
  /** True where no position was ever opened on the data directory. */
  readonly isFresh: boolean;
}

export type ServiceState =
  | 'waiting'
  | 'starting'
  | 'running'
  | 'standby'
  | 'restarting'
  | 'stopped'
  | 'misconfigured';

/** A service said so often that its input is unusable that the engine ends. */
export interface Misconfigured {
  readonly identity: string;
  readonly message: string;
}

const TERM_PATIENCE_MS = 5_000;

/** Keeps one service process alive until it is stopped or ends the engine. */
export class ServiceProcess {
  readonly spec: ServiceSpec;
  readonly log: LogFile;
  state: ServiceState = 'waiting';
  restarts = 0;
  /** Where its next start stands, while restarting. */
  restartInMs = 0;
  /** Why it ended last, in its own words. */
  lastFailure = '';
  onChange: () => void = () => {};
  onFailure: () => void = () => {};
  onMisconfigured: (fault: Misconfigured) => void = () => {};
  readonly #policy = new RestartPolicy();
  readonly #endOfEngine: EndOfEngine;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(spec: ServiceSpec) {
    this.spec = spec;
    this.log = new LogFile(spec.logPath);
    this.#endOfEngine = new EndOfEngine(serviceOf(spec.identity), spec.isFresh);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The name it goes by: of two of one identity, the one that stands by has another. */
  get name(): string {
    return this.state === 'standby' ? standbyNameOf(this.spec.identity) : this.spec.identity;
  }

  /** Told by the engine's view when the service's own status says so. */
  markReady(pid: number, state: 'running' | 'standby'): void {
    const isNews = this.state === 'starting' || this.state === 'standby' || this.state === 'running';
    if (pid !== this.pid || !isNews || this.state === state) return;
    this.state = state;
    if (state === 'running') this.#endOfEngine.onReady();
    this.onChange();
  }

  /** The other of its identity acts in its place: it stands still, or is about to end. */
  replaced(): void {
    this.state = 'standby';
    this.onChange();
  }

  start(): void {
    if (this.#stopping) return;
    const startedMs = performance.now();
    let log: ReturnType<LogFile['open']>;
    try {
      log = this.log.open();
    } catch (error) {
      // A disk that takes nothing: who starts processes lives on, and tries again.
      this.#startAgain(`its log can't be opened: ${(error as Error).message}`, 0);
      return;
    }
    const { descriptor, from } = log;
    // A group of its own: Ctrl-C in the terminal is for the supervisor, which stops services in order.
    const child = spawn(process.execPath, [...NODE_FLAGS, this.spec.script], {
      cwd: this.spec.cwd,
      env: this.spec.env,
      stdio: ['pipe', descriptor, descriptor],
      detached: true,
    });
    closeSync(descriptor);
    child.stdin?.on('error', () => undefined); // it ended; that is told below
    this.#child = child;
    this.state = 'starting';
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const ended = (code: number | null, how: string) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      resolve();
      this.#onEnd(code, how, from, startedMs);
    };
    child.once('error', (error) => ended(null, error.message));
    child.once('exit', (code, signal) => ended(code, signal ?? `exit code ${code}`));
    this.onChange();
  }

  /** Ends it politely, then firmly, and waits. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child !== undefined) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), TERM_PATIENCE_MS);
      await this.#ended;
      clearTimeout(late);
    }
    if (this.state !== 'misconfigured') this.state = 'stopped';
    this.onChange();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#child?.kill('SIGKILL');
  }

  #onEnd(code: number | null, how: string, logFrom: number, startedMs: number): void {
    if (this.#stopping) {
      this.state = 'stopped';
      this.onChange();
      return;
    }
    const uptimeMs = performance.now() - startedMs;
    const said = code === EXIT.misconfigured ? this.log.plainWords(logFrom) : this.log.lastWords(logFrom);
    if (this.#endOfEngine.isReached(code, uptimeMs)) {
      this.state = 'misconfigured';
      const message = said === '' ? `it ended with ${code}; see ${this.log.path}` : said;
      this.onMisconfigured({ identity: this.spec.identity, message });
      this.onChange();
      return;
    }
    this.#startAgain(said.replaceAll('\n', ' ') || how, uptimeMs);
  }

  #startAgain(because: string, uptimeMs: number): void {
    this.restarts++;
    this.state = 'restarting';
    this.restartInMs = this.#policy.delayAfter(uptimeMs);
    this.lastFailure = because;
    this.onFailure();
    this.#timer = setTimeout(() => this.start(), this.restartInMs);
    this.onChange();
  }
}
