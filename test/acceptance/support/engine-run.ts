import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { JetStreamBus } from '@algo/bus';
import type { ServiceName } from '@algo/contracts';
import { standbyNameOf } from '@algo/runtime';
import { eventually } from '@algo/testkit';
import { z } from 'zod';
import { AlgoProcess, ROOT, type RunEnd } from './algo-process.ts';

/** Of what the engine said, the end that an error shows. */
const SHOWN_CHARS = 4_000;

/** Longer than a service needs to be started again. */
const READ_MS = 4_000;
/** One that runs so long after it was woken was not replaced. */
const KEPT_MS = 15_000;
/** Of a disk that is filled, what is taken last. */
const LEFT_BYTES = 1_000_000;
const READER = join(ROOT, 'libs', 'tickstore', 'src', 'testing', 'hold-file.ts');

const engineFile = z.object({
  pid: z.number(),
  natsUrl: z.string(),
  natsPid: z.number().nullable(),
  services: z.record(z.string(), z.number().nullable()),
});

/** One start of `algo up`, that a test watches and may hit. */
export class EngineRun implements AsyncDisposable {
  readonly dataDir: string;
  readonly up: AlgoProcess;
  readonly #options: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #bus: JetStreamBus | undefined;

  constructor(dataDir: string, options: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.dataDir = dataDir;
    this.#options = options;
    this.#env = env;
    this.up = new AlgoProcess(['up', '--data-dir', dataDir, ...options], env);
  }

  /** Waits for a fact. *Errors*: what the engine said, when it doesn't come or the engine ends before. */
  async until(what: string, holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
    let isSeen = false;
    const look = async () => {
      isSeen = await holds();
      return isSeen || this.up.over;
    };
    await eventually(() => `${what}; it said: ${this.up.said.slice(-SHOWN_CHARS)}`, look, withinMs);
    if (isSeen) return;
    const { code, said } = await this.up.ended; // its last words may still be under way
    throw new Error(`the engine ended with ${code} before: ${what}; it said: ${said.slice(-SHOWN_CHARS)}`);
  }

  /** Returns a connection to its server, once that listens. */
  async bus(withinMs: number): Promise<JetStreamBus> {
    await this.until('its server to listen', () => this.#connect(), withinMs);
    return this.#bus!;
  }

  /** Starts it again as it was started. */
  again(): EngineRun {
    return new EngineRun(this.dataDir, this.#options, this.#env);
  }

  /** Where its nats-server listens. */
  natsUrl(): string {
    const url = this.#file()?.natsUrl;
    if (url === undefined) throw new Error('the engine has not written where its server listens');
    return url;
  }

  /** Returns the process id of a child that runs now: a service by its identity, or `nats-server`. */
  pidOf(name: string): number | undefined {
    const engine = this.#file();
    return (name === 'nats-server' ? engine?.natsPid : engine?.services[name]) ?? undefined;
  }

  /** kill -9 of children in one go; resolves when each of them runs again under a new process id. */
  async kill(names: readonly string[], withinMs: number): Promise<void> {
    const before = new Map<string, number>();
    for (const name of names) {
      await this.until(`${name} to run`, () => this.pidOf(name) !== undefined, withinMs);
      before.set(name, this.pidOf(name)!);
    }
    for (const pid of before.values()) process.kill(pid, 'SIGKILL');
    // What was asked of a dead server is never answered; the next to ask connects anew.
    if (before.has('nats-server')) await this.#hangUp();
    const isBack = (name: string) => ![undefined, before.get(name)].includes(this.pidOf(name));
    await this.until(`${names.join(', ')} to run again`, () => names.every(isBack), withinMs);
  }

  /**
   * Lets a child stand still and wakes it up. Where another took its place meanwhile, resolves when it has
   * ended for that and stands by; on a machine with much to do the other may have been too late.
   */
  async freeze(name: string, forMs: number, withinMs: number): Promise<void> {
    await this.until(`${name} to run`, () => this.pidOf(name) !== undefined, withinMs);
    const pid = this.pidOf(name)!;
    process.kill(pid, 'SIGSTOP');
    await setTimeout(forMs);
    process.kill(pid, 'SIGCONT');
    if (this.pidOf(standbyNameOf(name)) === undefined && this.pidOf(name) === pid) return;
    const isReplaced = () => {
      const pids = [this.pidOf(name), this.pidOf(standbyNameOf(name))];
      return !pids.includes(undefined) && !pids.includes(pid);
    };
    const wokenMs = performance.now();
    const isKept = () => this.pidOf(name) === pid && performance.now() - wokenMs > KEPT_MS;
    const isOver = () => isReplaced() || isKept();
    await this.until(`another to take the place of ${name}, and it to come back`, isOver, withinMs);
  }

  /** kill -9 of a service while somebody waits for one of its DuckDB files, and reads it as it comes back. */
  async killBesideReader(name: string, withinMs: number): Promise<void> {
    const folder = join(this.dataDir, 'ticks');
    const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((at) =>
      at.endsWith('.duckdb'),
    );
    const reader = spawn(process.execPath, [READER, join(folder, file!), `${READ_MS}`], { cwd: ROOT });
    const ended = once(reader, 'exit');
    const opened = once(reader.stdout, 'data');
    await setTimeout(1_000); // it has begun to wait
    await this.kill([name], withinMs);
    await Promise.race([opened, ended]);
    const [code] = await ended;
    if (code !== 0) throw new Error(`nobody could read ${file} while ${name} was dead`);
  }

  /** Lets nobody write a byte to the disk of the data directory for a while. */
  async fillDisk(forMs: number): Promise<void> {
    const path = join(this.dataDir, 'filler');
    const { bavail, bsize } = statfsSync(this.dataDir);
    execFileSync('fallocate', ['-l', `${bavail * bsize - LEFT_BYTES}`, path]);
    const file = openSync(path, 'a');
    // Others write meanwhile: what they leave is taken page by page.
    const page = Buffer.alloc(4_096, 1);
    for (let isFull = false; !isFull; )
      try {
        writeSync(file, page);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        isFull = true;
      }
    closeSync(file);
    await setTimeout(forMs);
    rmSync(path);
  }

  /** kill -9 of the supervisor and of everything that it had started. */
  async killEverything(): Promise<void> {
    const engine = this.#file();
    this.up.signal('SIGKILL');
    for (const pid of [engine?.natsPid, ...Object.values(engine?.services ?? {})])
      if (pid != null) process.kill(pid, 'SIGKILL');
    await this.ended();
  }

  /** Asks it to stop, and waits. */
  stop(): Promise<RunEnd> {
    this.up.signal('SIGTERM');
    return this.ended();
  }

  /** Connects with the key of a service, under a name that its permissions know. */
  busAs(service: ServiceName, identity: string): Promise<JetStreamBus> {
    const keySeed = readFileSync(join(this.dataDir, 'keys', `${service}.nk`), 'utf8').trim();
    return JetStreamBus.connect({ servers: [this.natsUrl()], identity, keySeed, tls: this.#tls() });
  }

  /** Who vouches for its server, where it encrypts. */
  #tls(): { readonly caFile?: string } {
    const caFile = join(this.dataDir, 'tls', 'ca.crt');
    return existsSync(caFile) ? { caFile } : {};
  }

  /** Resolves with how it ended. */
  async ended(): Promise<RunEnd> {
    const end = await this.up.ended;
    await this.#hangUp();
    return end;
  }

  async #connect(): Promise<boolean> {
    const engine = this.#file();
    if (engine === undefined) return false;
    this.#bus ??= await JetStreamBus.connect({
      servers: [engine.natsUrl],
      identity: `cli.${process.pid}`,
      keySeed: readFileSync(join(this.dataDir, 'keys', 'cli.nk'), 'utf8').trim(),
      tls: this.#tls(),
    }).catch(() => undefined);
    return this.#bus !== undefined;
  }

  /** What this run's supervisor has written; what an earlier one left names processes that are gone. */
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
    if (!this.up.over) await this.stop();
  }
}
