import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsServerBinary } from '@algo/testkit';
import { inherited } from './config.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'libs', 'cli', 'src', 'main.ts');
/** A journal of a long run is several MB. */
const SAID_MAX_CHARS = 64_000_000;

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
