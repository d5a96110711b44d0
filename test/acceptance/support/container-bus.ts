import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { USERS } from '@algo/contracts';
import { eventually, natsServerBinary } from '@algo/testkit';
import { z } from 'zod';
import { bare, inherited } from './config.ts';

export const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));

/** Returns the text of a file of `deploy/`. */
export const deployed = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');

/** A file that stands beside nats.conf, or in a folder of it. */
type Beside = Readonly<Record<string, string>>;

/** The servers of a composition or a cluster as processes, each in a folder of its own, and their users. */
export class ContainerBus implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'algo-bus-'));
  readonly #children: ChildProcess[] = [];

  readonly #flushes: boolean;

  /**
   * Makes the keys of all users as the container `keys` does, told so. `flushes` says whether servers flush
   * each message to disk as they do there; tests do without.
   */
  constructor(told: Readonly<Record<string, string>> = {}, flushes = false) {
    this.#flushes = flushes;
    for (const user of ['provisioner', ...USERS, 'nats'])
      mkdirSync(join(this.folder, 'keys', user), { recursive: true });
    this.keys(['folder'], told);
  }

  /** Runs the program `keys`. *Errors*: what it said, when it fails. */
  keys(args: readonly string[], told: Readonly<Record<string, string>> = {}): void {
    const env = { ...bare, ALGO_KEYS_DIR: join(this.folder, 'keys'), ...told };
    const program = [join(DEPLOY, 'docker/entrypoint.mjs'), 'keys', ...args];
    const { status, stderr } = spawnSync(process.execPath, program, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  keyOf(user: string): string {
    return readFileSync(join(this.folder, 'keys', user, 'key.nk'), 'utf8').trim();
  }

  /** The file by which a user's containers know the server, where it encrypts. */
  authorityOf(user: string): string {
    return join(this.folder, 'keys', user, 'ca.crt');
  }

  /**
   * Starts a server as a container would, on loopback, with what `keys` made for it. Returns the port.
   * `shell` are the words behind which the server's own come, such as those of start.sh.
   */
  async start(
    name: string,
    conf: string,
    beside: Beside = {},
    shell: readonly string[] = [],
  ): Promise<number> {
    const home = join(this.folder, name);
    cpSync(join(this.folder, 'keys/nats'), join(home, 'users'), { recursive: true });
    for (const [file, text] of Object.entries(beside)) writeFileSync(join(home, file), text);
    const port = await freePort();
    const here = conf
      .replace('0.0.0.0:4222', `127.0.0.1:${port}`)
      .replace(/^http: .*$/m, '')
      .replace('"/data"', JSON.stringify(join(home, 'data')))
      .replace('sync_interval: always', this.#flushes ? '$&' : 'sync_interval: "1s"');
    writeFileSync(join(home, 'nats.conf'), here);
    const words = [...shell, natsServerBinary(), '--config', join(home, 'nats.conf')];
    const env = { PATH: inherited.PATH, POD_NAME: name, TLS_DIR: join(home, 'users/tls') };
    const child = spawn(words[0]!, words.slice(1), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await eventually(`${name} to be ready`, () => {
      if (child.exitCode !== null) throw new Error(said);
      return said.includes('Server is ready');
    });
    return port;
  }

  /** Three servers that know each other, as the job `keys` lets them. `more` goes into what tells them so. */
  async startCluster(more = '', beside: Beside = {}): Promise<number[]> {
    const names = ['nats-0', 'nats-1', 'nats-2'];
    const ports = await Promise.all(names.map(freePort));
    const routes = ports.map((port) => `"nats://route:x@127.0.0.1:${port}"`).join(', ');
    const routesOf = (port: number | undefined) =>
      [
        'cluster { name: algo',
        `listen: "127.0.0.1:${port}"`,
        'authorization { user: route, password: x }',
        more,
        `routes: [${routes}] }`,
      ].join('\n');
    return Promise.all(
      names.map((name, n) =>
        this.start(name, deployed('kubernetes/base/nats.conf'), {
          'users/routes.conf': routesOf(ports[n]),
          'tls.conf': '',
          ...beside,
        }),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.kill('SIGKILL')) await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
