// Drills on a real cluster, with money at risk on paper: shards move, a node is drained, a server is lost.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { JetStreamBus } from '@algo/bus';
import { expect, test } from '@jest/globals';
import { inherited } from './support/config.ts';
import { EngineTally, PATIENCE_MS } from './support/engine-tally.ts';

const OVERLAY = fileURLToPath(new URL('../../deploy/kubernetes/overlays/test', import.meta.url));
const NAMESPACE = 'algo-test';
const IMAGE = 'algo-engine:0.1.0';

/** Runs kubectl and returns what it said. *Errors*: what it complained of. */
function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function whatIsMissing(): string | undefined {
  if (inherited.KUBECONFIG === undefined) return 'no cluster is named by KUBECONFIG';
  const nodes = spawnSync('kubectl', ['get', 'nodes', '-o', 'name'], { encoding: 'utf8' });
  if (nodes.status !== 0) return 'no cluster answers';
  if (nodes.stdout.trim().split('\n').length < 3) return 'the cluster has fewer than three nodes';
  const has = kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}']);
  return has.includes(IMAGE) ? undefined : `no node has the image ${IMAGE}`;
}

const missing = whatIsMissing();
// tidy-ok: without a cluster there is nothing to bring the engine up in
const here = missing === undefined ? test : test.skip;
const why = missing === undefined ? '' : `skipped: ${missing}: `;

/** Says how many processes of analytics are to be there, and nothing else. */
function scale(analytics: number): void {
  kubectl(['-n', NAMESPACE, 'scale', 'statefulset/analytics', `--replicas=${analytics}`]);
}

/** Opens the bus of the cluster as the command line does, over a way of its own. */
async function observed(stack: AsyncDisposableStack): Promise<JetStreamBus> {
  const secret = ['get', 'secret', 'algo-key-cli', '-o', 'jsonpath={.data.key\\.nk}'];
  const keySeed = Buffer.from(kubectl(['-n', NAMESPACE, ...secret]), 'base64')
    .toString()
    .trim();
  const way = spawn('kubectl', ['-n', NAMESPACE, 'port-forward', 'pod/nats-0', ':4222']);
  stack.defer(() => void way.kill());
  const port = await new Promise<number>((resolve, reject) => {
    way.stdout.on('data', (chunk: Buffer) => {
      const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    way.once('exit', () => reject(new Error('kubectl port-forward ended')));
  });
  const about = { servers: [`nats://127.0.0.1:${port}`], identity: 'cli.drill' };
  await expect(JetStreamBus.connect(about)).rejects.toThrow('Authorization Violation');
  return stack.use(await JetStreamBus.connect({ ...about, keySeed }));
}

function nodeOf(component: string): string {
  const pod = ['get', 'pod', '-l', `app.kubernetes.io/component=${component}`];
  return kubectl(['-n', NAMESPACE, ...pod, '-o', 'jsonpath={.items[0].spec.nodeName}']);
}

here(
  `${why}an engine in a cluster trades on while shards move, a server is lost and a node is drained`,
  async () => {
    await using stack = new AsyncDisposableStack();
    stack.defer(() => void kubectl(['delete', 'namespace', NAMESPACE, '--wait=true']));
    kubectl(['apply', '-k', OVERLAY]);
    kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/execution', '--timeout=180s']);
    const bus = await observed(stack);
    const tally = stack.use(await EngineTally.of(bus));
    const shards = () => [0, 1, 2, 3].map((ordinal) => tally.countersOf(`analytics.${ordinal}`));
    const closesMore = async (what: string) => {
      const { closed } = tally;
      await tally.until(`a position to close ${what}`, () => tally.closed > closed);
    };
    await closesMore('on paper');

    scale(4);
    await tally.until('four processes to share the shards', () =>
      shards().every(({ owned, moving }) => owned === 16 && moving === 0),
    );
    await closesMore('while four share the shards');
    scale(1);
    await tally.until('one process to have all shards again', () => {
      const [{ owned, moving } = {}] = shards();
      return owned === 64 && moving === 0;
    });

    const node = nodeOf('execution');
    stack.defer(() => void kubectl(['uncordon', node]));
    kubectl(['-n', NAMESPACE, 'delete', 'pod', 'nats-2', '--force', '--grace-period=0']);
    if (node !== nodeOf('nats'))
      kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=120s']);
    await closesMore('after all that');

    expect(tally.submitted.length).toBe(new Set(tally.submitted).size);
    expect(tally.reconciliationsFailed).toBe(0);
    const trades = tally.countersOf('ingest.synthetic').accepted!;
    await tally.until('every trade to be stored', () => tally.stored >= trades);
  },
  10 * PATIENCE_MS,
);
