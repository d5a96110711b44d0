import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { eventually, natsServerBinary } from '@algo/testkit';
import { z } from 'zod';
import { inherited } from './config.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'libs', 'cli', 'src', 'main.ts');
/** A journal of a long run is several MB. */
const SAID_MAX_CHARS = 64_000_000;

const engineFile = z.object({
  pid: z.number(),
  natsUrl: z.string(),
  natsPid: z.number().nullable(),
  services: z.record(z.string(), z.number().nullable()),
});

/** The processes that `algo up` keeps alive, by the names they give themselves. */
export const SERVICE_NAMES = [
  'ingest-0',
  'analytics-0',
  'decision-0',
  'execution-0',
  'position-risk-0',
  'paper-venue-0',
  'notifier-0',
] as const;
export type ChildName = (typeof SERVICE_NAMES)[number] | 'nats-server';

/** How a run of `algo` ended and everything it said. */
export interface RunEnd {
  readonly code: number | null;
  readonly said: string;
}

/** Starts `algo` with arguments; resolves when it has ended. */
export function algo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunEnd> {
  return new AlgoProcess(args, env).ended;
}

/** One run of the command line as a process of its own. */
export class AlgoProcess {
  readonly ended: Promise<RunEnd>;
  readonly #child: ChildProcess;
  #said = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [CLI, ...args], {
      cwd: ROOT,
      env: { ...inherited, NATS_SERVER_BIN: natsServerBinary(), NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-SAID_MAX_CHARS);
    };
    this.#child.stdout?.on('data', hear);
    this.#child.stderr?.on('data', hear);
    this.ended = new Promise((resolve) =>
      this.#child.once('close', (code) => resolve({ code, said: this.#said })),
    );
  }

  get said(): string {
    return this.#said;
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

/** An engine that replays a tape as fast as it can, and that a test may hit. */
export class EngineRun implements AsyncDisposable {
  readonly dataDir: string;
  readonly up: AlgoProcess;
  #bus: JetStreamBus | undefined;
  #step = 0;

  constructor(dataDir: string, tape: string, env: NodeJS.ProcessEnv = {}, speed = 'max') {
    this.dataDir = dataDir;
    const feed = ['--feed', `file:${tape}`, '--speed', speed, '--exit-at-end'];
    this.up = new AlgoProcess(['up', ...feed, '--data-dir', dataDir], env);
  }

  /** Resolves when ingest has given out this step. *Errors*: what the engine said, when it ended before. */
  async reached(step: number, withinMs: number): Promise<void> {
    await eventually(
      () => `the engine to listen; it said: ${this.up.said.slice(-4_000)}`,
      () => this.#listen(),
      withinMs,
    );
    await eventually(
      () => `step ${step} (at ${this.#step}); it said: ${this.up.said.slice(-4_000)}`,
      () => this.#step >= step || this.up.over,
      withinMs,
    );
    if (this.#step >= step) return;
    const { code, said } = await this.up.ended; // its last words may still be under way
    throw new Error(
      `the engine ended with ${code} at step ${this.#step}, before ${step}: ${said.slice(-4_000)}`,
    );
  }

  /** Where its nats-server listens. */
  natsUrl(): string {
    const url = this.#file()?.natsUrl;
    if (url === undefined) throw new Error('the engine has not written where its server listens');
    return url;
  }

  /** Returns the process id of a child that runs now. */
  pidOf(name: ChildName): number | undefined {
    const engine = this.#file();
    return (name === 'nats-server' ? engine?.natsPid : engine?.services[name]) ?? undefined;
  }

  /** kill -9 of children in one go; resolves when each of them runs again under a new process id. */
  async kill(names: readonly ChildName[], withinMs: number): Promise<void> {
    const before = new Map<ChildName, number>();
    for (const name of names)
      await eventually(`${name} to run`, () => this.pidOf(name) !== undefined, withinMs).then(() =>
        before.set(name, this.pidOf(name)!),
      );
    for (const pid of before.values()) process.kill(pid, 'SIGKILL');
    const isBack = (name: ChildName) => ![undefined, before.get(name)].includes(this.pidOf(name));
    await eventually(`${names.join(', ')} to run again`, () => names.every(isBack), withinMs);
  }

  /** kill -9 of the supervisor, and of everything it had started where `withChildren`. */
  async killSupervisor(withChildren: boolean): Promise<void> {
    const engine = this.#file();
    const children = withChildren ? [engine?.natsPid, ...Object.values(engine?.services ?? {})] : [];
    this.up.signal('SIGKILL');
    for (const pid of children) if (pid != null) process.kill(pid, 'SIGKILL');
    await this.up.ended;
    await this.#hangUp();
  }

  /** Resolves with how it ended. */
  async ended(): Promise<RunEnd> {
    const end = await this.up.ended;
    await this.#hangUp();
    return end;
  }

  async #listen(): Promise<boolean> {
    if (this.#bus !== undefined || this.up.over) return true;
    const engine = this.#file();
    if (engine?.services['ingest-0'] == null) return false;
    const bus = await JetStreamBus.connect({
      servers: [engine.natsUrl],
      identity: `acceptance-${process.pid}`,
    }).catch(() => undefined);
    if (bus === undefined) return false;
    this.#bus = bus;
    await bus.onSignal(subjects.stepSignal('ingest-0'), (data) => {
      this.#step = Math.max(this.#step, codecs.StepMark.decode(data).steps.at(-1) ?? 0);
    });
    return true;
  }

  /**
   * What this run's supervisor has written; what an earlier one left behind names processes that are
   * gone.
   */
  #file(): z.infer<typeof engineFile> | undefined {
    const path = join(this.dataDir, 'engine.json');
    if (!existsSync(path)) return undefined;
    const engine = engineFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return engine.pid === this.up.pid ? engine : undefined;
  }

  async #hangUp(): Promise<void> {
    await this.#bus?.[Symbol.asyncDispose]();
    this.#bus = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hangUp();
    if (this.up.over) return;
    this.up.signal('SIGTERM');
    await this.up.ended;
  }
}
