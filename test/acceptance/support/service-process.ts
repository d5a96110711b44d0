import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '@algo/testkit';
import { inherited } from './config.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SAID_MAX_CHARS = 64_000;
const RESTART_MS = 200;

/** One service as a process of its own, kept alive as the supervisor keeps it, and at a test's mercy. */
export class ServiceProcess implements AsyncDisposable {
  readonly #service: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);
  #wanted = false;
  #said = '';

  constructor(service: string, env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    this.#service = service;
    this.#args = args;
    this.#env = { ...inherited, ALGO_WATCH_PARENT: 'true', ...env };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Everything it said, in all its lives, as far as it is kept. */
  get said(): string {
    return this.#said;
  }

  /** Starts it, and starts it again whenever it ends by itself. */
  start(): void {
    this.#wanted = true;
    this.#spawn();
  }

  /** Runs it to its own end and returns the exit code. */
  runOnce(): Promise<number | null> {
    this.#spawn();
    return this.#ended;
  }

  /** Asks it to stop and returns the exit code. */
  stop(): Promise<number | null> {
    this.#wanted = false;
    this.#child?.kill('SIGTERM');
    return this.#ended;
  }

  /** Stands still until `resume`: what is sent to it waits in its socket. */
  async pause(): Promise<void> {
    const { pid } = this.#child!;
    process.kill(pid!, 'SIGSTOP');
    await eventually(`${this.#service} to stand still`, () => stateOf(pid!) === 'T');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Has the processor for `runsMs` only, then not for `waitsMs`, and so on, until `signal` ends it. */
  async starve(runsMs: number, waitsMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#child?.kill('SIGSTOP');
      await sleep(waitsMs);
      this.#child?.kill('SIGCONT');
      await sleep(runsMs);
    }
  }

  /** kill -9; it stays dead until `start`. */
  async kill(): Promise<void> {
    this.#wanted = false;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  #spawn(): void {
    const script = join(ROOT, 'services', this.#service, 'src', 'main.ts');
    const child = spawn(process.execPath, [script, ...this.#args], {
      cwd: ROOT,
      env: this.#env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-SAID_MAX_CHARS);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => undefined); // it was killed; that is told by its end
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    void this.#ended.then(() => {
      if (this.#wanted && this.#child === child) setTimeout(() => this.#wanted && this.#spawn(), RESTART_MS);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Returns the state letter that the system shows of a process. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}
