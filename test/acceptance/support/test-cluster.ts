import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BusTls, JetStreamBus } from '@algo/bus';
import { clusterTool, inherited } from './config.ts';

export const IMAGE = 'algo-engine:0.1.0';
export const OVERLAY = fileURLToPath(new URL('../../../deploy/kubernetes/overlays/test', import.meta.url));
export const NAMESPACE = 'algo-test';
export const SERVERS = ['nats-0', 'nats-1', 'nats-2'];
const TIMEOUT = '--timeout=300s';
/** Pods that run once. */
const ONCE = 'check,keys,provision,replay';
const TRY_AGAIN_MS = 300;

/** Runs kubectl and returns what it said. *Errors*: what it complained of. */
export function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Runs kubectl in the namespace of the drills. */
export function inside(...args: readonly string[]): string {
  return kubectl(['-n', NAMESPACE, ...args]);
}

/** Says why the drills can't run here; undefined where they can. */
export function whatIsMissing(): string | undefined {
  if (inherited.KUBECONFIG === undefined) return 'no cluster is named by KUBECONFIG';
  const nodes = spawnSync('kubectl', ['get', 'nodes', '-o', 'name'], { encoding: 'utf8' });
  if (nodes.status !== 0) return 'no cluster answers';
  if (nodes.stdout.trim().split('\n').length < 3) return 'the cluster has fewer than three nodes';
  const has = kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}']);
  return has.includes(IMAGE) ? undefined : `no node has the image ${IMAGE}`;
}

/** Returns the nodes on which pods of a component run. */
export function nodesOf(component: string): string[] {
  const pods = inside(
    ...['get', 'pods', '-l', `app.kubernetes.io/component=${component}`],
    ...['-o', 'jsonpath={.items[*].spec.nodeName}'],
  );
  return pods.split(' ').filter((node) => node !== '');
}

/** Waits until what was asked of it last runs and is ready. */
export function rolledOut(name: string): void {
  inside('rollout', 'status', name, TIMEOUT);
}

/** Says of each pod that goes on which one it is, and how often its containers were started again. */
export function podsNow(): readonly string[] {
  const restarts = '{.status.containerStatuses[*].restartCount}';
  const line = `{range .items[*]}{.metadata.name} {.metadata.uid} ${restarts}{"\\n"}{end}`;
  const those = `app.kubernetes.io/component notin (${ONCE})`;
  return inside('get', 'pods', '-l', those, '-o', `jsonpath=${line}`).trim().split('\n').toSorted();
}

/** Returns with what the containers of a component's service have ended, now or before. */
export function exitsOf(component: string): number[] {
  const state = '.terminated.exitCode}';
  const of = (which: string) => `{.items[*].status.containerStatuses[?(@.name=="service")].${which}${state}`;
  const pods = ['get', 'pods', '-l', `app.kubernetes.io/component=${component}`];
  const said = inside(...pods, '-o', `jsonpath=${of('state')} ${of('lastState')}`);
  return said
    .split(' ')
    .filter((code) => code !== '')
    .map(Number);
}

/** Ends a node as a crash does, or brings it back. *Errors*: what the tool said. */
export function crash(node: string, verb: 'stop-node' | 'start-node'): void {
  const told = [verb, node.replace(/^\D*/, '')];
  const { status, stderr } = spawnSync(clusterTool!, told, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${clusterTool} ${told.join(' ')}: ${stderr}`);
}

/** Returns the key of a user of the bus, as an operator takes it out of the cluster. */
export function keyOf(user: string): string {
  const secret = inside('get', 'secret', `algo-key-${user}`, '-o', 'jsonpath={.data.key\\.nk}');
  return Buffer.from(secret, 'base64').toString().trim();
}

/**
 * A way from this machine to the cluster's bus. A server at a time; when that goes, to the next, under the
 * same address.
 */
export class WayToBus implements AsyncDisposable {
  readonly url: string;
  readonly #tls: { readonly tls?: BusTls };
  #way: ChildProcess;
  #isOver = false;

  private constructor(way: ChildProcess, port: number, caFile: string | undefined) {
    this.url = `nats://127.0.0.1:${port}`;
    this.#tls = caFile === undefined ? {} : { tls: { caFile } };
    this.#way = way;
    this.#keep(port);
  }

  /** Opens one to this server first; `caFile` says who vouches for the servers, where they encrypt. */
  static async open(caFile?: string, server = SERVERS[0]!): Promise<WayToBus> {
    const way = forward(server, '');
    const port = await new Promise<number>((resolve, reject) => {
      way.stdout!.on('data', (chunk: Buffer) => {
        const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
      way.once('exit', () => reject(new Error('kubectl port-forward ended')));
    });
    return new WayToBus(way, port, caFile);
  }

  /** Connects as a user of the bus, or as nobody, through whatever happens to the servers. */
  connect(identity: string, user?: string): Promise<JetStreamBus> {
    const who = user === undefined ? {} : { keySeed: keyOf(user) };
    return JetStreamBus.connect({ servers: [this.url], identity, ...who, ...this.#tls });
  }

  #keep(port: number): void {
    this.#way.once('exit', async () => {
      for (let next = 1; !this.#isOver; next++) {
        await sleep(TRY_AGAIN_MS);
        if (this.#isOver) return;
        this.#way = forward(SERVERS[next % SERVERS.length]!, String(port));
        const ended = new Promise((resolve) => this.#way.once('exit', resolve));
        await ended;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#way.kill();
  }
}

function forward(server: string, port: string): ChildProcess {
  return spawn('kubectl', ['-n', NAMESPACE, 'port-forward', `pod/${server}`, `${port}:4222`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
