import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import type { CertificateFiles } from '../tls/certificate-files.ts';

export interface NatsServerOptions {
  readonly binary: string;
  /** Where JetStream keeps its files and this writes the configuration. */
  readonly storeDir: string;
  /** Loopback port; a free one when absent. */
  readonly port?: number;
  /** `always` flushes money streams to disk before the ack; `periodic` once a second. */
  readonly sync: 'always' | 'periodic';
  /** At most this many bytes of streams; the server's own default (a share of the disk) when absent. */
  readonly storeMaxBytes?: number;
  /** Users and what they may, as text of nats.conf; without it everybody may everything. */
  readonly authorization?: string;
  /** What it shows to clients, whom it then hears encrypted alone; read anew by `reload`. */
  readonly certificate?: Pick<CertificateFiles, 'certFile' | 'keyFile'>;
  /**
   * A process group of its own, so that Ctrl-C in the terminal is for who started it and stops it in order.
   */
  readonly detached?: boolean;
}

/** After a crash it checks its whole store first, on a machine that may be busy with other things. */
const START_MAX_MS = 60_000;
/**
 * Below what Linux (32768) and others (49152) give to outgoing connections: a client that looks for a server
 * which is away could otherwise be given the server's own port, connect to itself and keep it.
 */
const PORTS = { first: 20_000, last: 32_767 } as const;
const PORT_TRIES = 20;
/** What nats-server says as it gives up a stream, or all, at a disk that takes nothing. */
const STORES_NO_MORE = /critical write error|JetStream out of .{0,40}will be DISABLED/i;

const RELOAD_MAX_MS = 10_000;
const RELOADED = /Reloaded server configuration/;
const NOT_RELOADED = /Failed to reload[^:]*: (.*)/;

/**
 * A nats-server on loopback that this process started and may stop, kill and start again on the same files.
 */
export class NatsServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #options: NatsServerOptions;
  #child: ChildProcess | undefined;
  #output = '';
  #hasStoppedStoring = false;
  onExit: (code: number | null, signal: NodeJS.Signals | null) => void = () => {};

  private constructor(options: NatsServerOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  /** Starts one. *Errors*: InputError when it does not come up, with what it said. */
  static async start(options: NatsServerOptions): Promise<NatsServerProcess> {
    for (let attempt = 1; ; attempt++) {
      const server = new NatsServerProcess(options, options.port ?? (await freePort()));
      try {
        await server.start();
        return server;
      } catch (error) {
        // Another process may have taken the free port in between.
        const wasTaken = options.port === undefined && /in use/.test((error as Error).message);
        if (!wasTaken || attempt === PORT_TRIES) throw error;
      }
    }
  }

  get url(): string {
    return `${this.#options.certificate === undefined ? 'nats' : 'tls'}://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Whether it has met a disk that takes nothing: each stream that was written to then refuses all, also when
   * there is room again, until the server is started anew.
   */
  get hasStoppedStoring(): boolean {
    return this.#hasStoppedStoring;
  }

  /** Starts it (again). *Errors*: InputError when it does not come up, with what it said. */
  async start(): Promise<void> {
    const { binary, storeDir } = this.#options;
    if (await answers(this.port))
      throw new InputError({
        field: 'nats port',
        value: this.port,
        because: 'already in use',
        remedy: 'Stop what listens there or choose another port.',
      });
    mkdirSync(storeDir, { recursive: true });
    const file = join(storeDir, 'nats.conf');
    writeFileSync(file, this.#configuration());
    this.#output = '';
    this.#hasStoppedStoring = false;
    const child = spawn(binary, ['-c', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: this.#options.detached === true,
    });
    this.#child = child;
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-4_000);
      if (STORES_NO_MORE.test(this.#output)) this.#hasStoppedStoring = true;
    });
    let ended = false;
    const exited = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#output += error.message;
        ended = true;
        resolve();
      });
      child.once('exit', (code, signal) => {
        ended = true;
        if (this.#child === child) this.#child = undefined;
        this.onExit(code, signal);
        resolve();
      });
    });
    const deadline = Date.now() + START_MAX_MS;
    while (!ended && Date.now() < deadline) {
      if (/Server is ready/.test(this.#output) && (await answers(this.port))) return;
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    child.kill('SIGKILL');
    await exited;
    throw new InputError({
      field: 'nats-server',
      value: binary,
      because: `did not start: ${this.#output.trim().split('\n').slice(-3).join(' | ')}`,
      remedy: 'Check the binary, its version and the store directory.',
    });
  }

  /** Ends it politely and waits. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /**
   * Lets it read its configuration and certificate anew; who is connected stays so. *Errors*: InputError with
   * what it said, when it goes on with those that it had.
   */
  async reload(): Promise<void> {
    this.#output = '';
    this.signal('SIGHUP');
    const untilMs = Date.now() + RELOAD_MAX_MS;
    while (!RELOADED.test(this.#output)) {
      const failure = NOT_RELOADED.exec(this.#output)?.[1];
      if (failure !== undefined || Date.now() > untilMs)
        throw new InputError({
          ...{
            field: 'nats-server',
            value: this.url,
            because: `read nothing anew: ${failure ?? 'no word of it'}`,
          },
          remedy: 'It goes on as it was; mend what it names.',
        });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(late);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #configuration(): string {
    const { storeDir, sync, storeMaxBytes, authorization, certificate } = this.#options;
    return [
      `listen: "127.0.0.1:${this.port}"`,
      'server_name: algo',
      'jetstream {',
      `  store_dir: ${JSON.stringify(storeDir)}`,
      `  sync_interval: ${sync === 'always' ? 'always' : '1s'}`,
      ...(storeMaxBytes === undefined ? ['  max_file_store: 64GB'] : [`  max_file_store: ${storeMaxBytes}`]),
      '}',
      ...(authorization === undefined ? [] : [authorization]),
      ...(certificate === undefined ? [] : [tlsBlock(certificate)]),
      '',
    ].join('\n');
  }
}

function tlsBlock({ certFile, keyFile }: Pick<CertificateFiles, 'certFile' | 'keyFile'>): string {
  // A machine that is busy takes its time to greet a dozen clients at once.
  const timeout = '  timeout: 10';
  return [
    `tls {`,
    `  cert_file: ${JSON.stringify(certFile)}`,
    `  key_file: ${JSON.stringify(keyFile)}`,
    timeout,
    '}',
  ].join('\n');
}

async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    const port = randomInt(PORTS.first, PORTS.last + 1);
    if (await isFree(port)) return port;
  }
  throw new InputError({
    field: 'nats port',
    value: `${PORTS.first} to ${PORTS.last}`,
    because: `${PORT_TRIES} ports tried there, none was free`,
    remedy: 'Name a free one with --port.',
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
