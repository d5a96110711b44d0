import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { membersOf, virtualShard } from '@algo/model';
import { FirstRules, identityOf, planShards, readInstrumentCatalog, readShardPlan } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { eventually } from '@algo/testkit';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { instrumentsFile } from './instruments-file.ts';
import { firstOther, ShardMarket, wordsHeard, wordsOfOne } from './shard-market.ts';
import { type Silences, silencesWhile } from './silences.ts';
import { inside, kubectl, NAMESPACE, OVERLAY, WayToBus } from './test-cluster.ts';

const PATIENCE_MS = 300_000;
const TIMEOUT = '--timeout=300s';
/** Of an engine, what shares the market of many instruments that a test tells. */
const WANTED = ['nats', 'keys', 'provision', 'analytics'];
const document = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
});

/** Pods of analytics in a cluster, and a market of many instruments that a test tells them. */
export class ClusterFloor implements AsyncDisposable {
  readonly market: ShardMarket;
  readonly bus: JetStreamBus;
  readonly #catalog: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(market: ShardMarket, bus: JetStreamBus, catalog: string, stack: AsyncDisposableStack) {
    this.market = market;
    this.bus = bus;
    this.#catalog = catalog;
    this.#stack = stack;
  }

  static async open(instruments: number, tradesPerTick: number): Promise<ClusterFloor> {
    await using stack = new AsyncDisposableStack();
    stack.defer(() => void kubectl(['delete', 'namespace', NAMESPACE, '--wait=true']));
    kubectl(['apply', '-f', '-'], manifests());
    inside('wait', '--for=condition=complete', 'job/provision', TIMEOUT);
    const dir = mkdtempSync(join(tmpdir(), 'algo-cluster-'));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    const symbols = Array.from({ length: instruments }, (_, i) => `M${i}USDT`);
    const catalog = instrumentsFile(dir, 'spot', symbols);
    const way = stack.use(await WayToBus.open());
    const bus = stack.use(await way.connect('cli.floor', 'cli'));
    const ingest = stack.use(await way.connect('ingest.binance', 'ingest'));
    const rules = new FirstRules(bucketDocuments(ingest.bucket('documents')), 'binance');
    await rules.add([...readInstrumentCatalog(catalog).values()]); // as ingest would
    inside('rollout', 'status', 'statefulset/analytics', TIMEOUT);
    const market = stack.use(await ShardMarket.open(ingest, symbols, tradesPerTick));
    return new ClusterFloor(market, bus, catalog, stack.move());
  }

  /**
   * Has the cluster run so many processes, and waits until they share the shards. As docs/deployment.md tells
   * an operator, those that are to go hand on first, as by `algo scale`.
   */
  async scale(replicas: number): Promise<Silences> {
    const before = await readShardPlan(this.bus);
    return silencesWhile(
      this.bus,
      this.market.instruments.length,
      async () => {
        if (membersOf(before).length > replicas) {
          const members = Array.from({ length: replicas }, (_, ordinal) => ordinal);
          await planShards(this.bus, () => ({ members, most: replicas }));
          await this.shared(replicas);
        }
        inside('scale', 'statefulset/analytics', `--replicas=${replicas}`);
        await this.shared(replicas);
        return { before, after: await readShardPlan(this.bus) };
      },
      PATIENCE_MS,
    );
  }

  /** Waits until so many processes share the shards, and each has what has trades of its own. */
  async shared(replicas: number): Promise<void> {
    const met = new Set(this.market.instruments.map(virtualShard));
    const isShared = async () => {
      const plan = await readShardPlan(this.bus);
      const members = membersOf(plan);
      if (members.length !== replicas) return false;
      for (const member of members) {
        const counters = (await this.#statusOf(member))?.counters ?? {};
        const { revision = 0, shards = 0, moving = 1 } = counters as Record<string, number>;
        const wanted = [...met].filter((shard) => plan.owners[shard] === member).length;
        if (revision < plan.revision || shards !== wanted || moving > 0) return false;
      }
      return true;
    };
    await eventually(`${replicas} processes to share the shards`, isShared, PATIENCE_MS);
  }

  /** Waits until all trades that were told are stored, as the first process counts them. */
  async stored(): Promise<void> {
    const all = this.market.trades * this.market.instruments.length;
    const count = async () => (await this.#statusOf(0))?.counters.stored ?? 0;
    await eventually('all trades to be stored', async () => (await count()) === all, PATIENCE_MS);
  }

  /** Returns the first word that one process for all would not have said so; undefined if there is none. */
  async firstOtherWord(): Promise<unknown> {
    return firstOther(await wordsHeard(this.bus), await wordsOfOne(this.bus, this.#catalog));
  }

  async #statusOf(ordinal: number): Promise<ServiceStatus | undefined> {
    const said = (await this.bus.last('SYSTEM', subjects.service(identityOf('analytics', ordinal))))?.fact;
    return said?.name === 'ServiceStatus' ? said.body : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** The overlay's bus and analytics, of a feed of many instruments. */
function manifests(): string {
  const documents = parseAllDocuments(kubectl(['kustomize', OVERLAY])).map((one) => one.toJS() as unknown);
  const wanted = documents.filter((one) => {
    const { kind, metadata } = document.parse(one);
    const isPod = ['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind);
    return !isPod || WANTED.includes(metadata.name);
  });
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: wanted }).replaceAll(
    '"ALGO_FEEDS":"synthetic"',
    '"ALGO_FEEDS":"binance"',
  );
}
