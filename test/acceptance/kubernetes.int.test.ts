// Drills on a real cluster, with money at risk on paper: all that a cluster does to its pods by itself, and
// all that an operator does, one after another in one run, which is gone through again at its end.
import { spawnSync } from 'node:child_process';
import type { JetStreamBus } from '@algo/bus';
import { eventually } from '@algo/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quantile } from '../bench/figures.ts';
import { ClusterFloor } from './support/cluster-floor.ts';
import { clusterTool, soak } from './support/config.ts';
import { EncryptedOverlay } from './support/encrypted-overlay.ts';
import { factsOf } from './support/engine-record.ts';
import { EngineTally } from './support/engine-tally.ts';
import { GuardRecord } from './support/guard-record.ts';
import {
  crash,
  exitsOf,
  inside,
  kubectl,
  NAMESPACE,
  nodesOf,
  podsNow,
  rolledOut,
  SERVERS,
  WayToBus,
  whatIsMissing,
} from './support/test-cluster.ts';
import { fillLine } from './support/venue-books.ts';

/** In an order in which nobody who guards money goes together with the exchange. */
const DEPLOYMENTS = ['paper-venue', 'execution', 'position-risk', 'decision', 'notifier', 'ingest'];
/** As sysexits.h has it. */
const EX_CONFIG = 78;
/** A busy machine trades late, and what is late is refused. */
const PATIENCE_MS = 300_000;
/** A process that came back late in a drill says so a moment after it. */
const AFTER_MS = 5_000;
const DRILL_MAX_MS = 4 * PATIENCE_MS;
/** In a soak 20,000 trades a second. */
const INSTRUMENTS = 100;
const TRADES_PER_TICK = soak ? 50 : 5;
const TICK_MS = 250;
const TIMEOUT = '--timeout=300s';

const missing = whatIsMissing();
// tidy-ok: without a cluster there is nothing to bring the engine up in
const here = missing === undefined ? describe : describe.skip;
const why = missing === undefined ? '' : `skipped: ${missing}: `;

here(`${why}an engine in a cluster whose bus is encrypted`, () => {
  const stack = new AsyncDisposableStack();
  /** Of each drill, from when till when. *Units*: wall ms. */
  const drills: { readonly name: string; readonly fromMs: number; readonly toMs: number }[] = [];
  let overlay: EncryptedOverlay;
  let bus: JetStreamBus;
  let tally: EngineTally;

  beforeAll(async () => {
    stack.defer(() => void kubectl(['delete', 'namespace', NAMESPACE, '--wait=true']));
    overlay = stack.use(new EncryptedOverlay());
    await overlay.certify();
    const startedMs = performance.now();
    expect(overlay.apply()).toMatchObject({ status: 0 });
    rolledOut('deployment/execution');
    for (const name of DEPLOYMENTS) rolledOut(`deployment/${name}`);
    rolledOut('statefulset/analytics');
    say(`every pod ready ${seconds(performance.now() - startedMs)} after apply.sh began`);
    const way = stack.use(await WayToBus.open(overlay.caFile));
    await expect(way.connect('cli.drill')).rejects.toThrow('Authorization Violation');
    bus = stack.use(await way.connect('cli.drill', 'cli'));
    tally = stack.use(await EngineTally.of(bus));
    await closesMore('on paper');
    say(`a position closed ${seconds(performance.now() - startedMs)} after apply.sh began`);
  }, DRILL_MAX_MS);
  afterAll(() => stack.disposeAsync(), DRILL_MAX_MS);

  const closesMore = async (what: string) => {
    const { closed } = tally;
    await tally.until(`a position to close ${what}`, () => tally.closed > closed, PATIENCE_MS);
  };
  const holds = () => tally.until('a position to be open', () => tally.held.size > 0, PATIENCE_MS);

  /** A drill while a position is open; what the engine said meanwhile is read at the end. */
  function drill(name: string, run: () => Promise<void>): void {
    test(
      name,
      async () => {
        await holds();
        const fromMs = Date.now();
        await run().catch((error: Error) => {
          say(`${name}: ${error.message}`);
          throw error;
        });
        const toMs = Date.now();
        drills.push({ name, fromMs, toMs });
        say(`${name}: ${seconds(toMs - fromMs)}`);
        await closesMore('after that');
      },
      DRILL_MAX_MS,
    );
  }

  drill('kubectl scale alone lets four processes share the shards, and one have all again', async () => {
    const counters = (ordinal: number) => tally.countersOf(`analytics.${ordinal}`);
    inside('scale', 'statefulset/analytics', '--replicas=4');
    await tally.until('four processes to share the shards', () =>
      [0, 1, 2, 3].map(counters).every(({ owned, moving }) => owned === 16 && moving === 0),
    );
    await closesMore('while four share the shards');
    inside('scale', 'statefulset/analytics', '--replicas=1');
    await tally.until('one process to have all shards again', () => {
      const { owned, moving } = counters(0);
      return owned === 64 && moving === 0;
    });
  });

  drill('a wrong setting is refused by apply.sh before anything is stopped', async () => {
    const before = podsNow();
    const { status, said } = overlay.apply(['ALGO_LIMITS_FILE=/app/config/nowhere.yaml']);
    expect([status, podsNow()]).toEqual([EX_CONFIG, before]);
    expect(said).toMatch(/fail {2}execution: .*nowhere\.yaml/);
    expect(overlay.apply()).toMatchObject({ status: 0 });
    expect(podsNow()).toEqual(before);
  });

  drill('a certificate and its authority are replaced, and everybody stays', async () => {
    const before = podsNow();
    const old = overlay.keepAuthority();
    await overlay.certify();
    for (const server of SERVERS) {
      await using way = await WayToBus.open(overlay.caFile, server);
      const isShown = async () => {
        await using _ = await way.connect('cli.new', 'cli');
        return true;
      };
      await eventually(`${server} to show it`, () => isShown().catch(() => false), PATIENCE_MS);
      await using late = await WayToBus.open(old, server);
      await expect(late.connect('cli.old', 'cli')).rejects.toThrow('vouches for its certificate');
    }
    expect(podsNow()).toEqual(before);
  });

  drill('one NATS server of three is lost', async () => {
    inside('delete', 'pod', 'nats-2', '--force', '--grace-period=0');
    rolledOut('statefulset/nats');
  });

  drill('a node is drained', async () => {
    const [node] = nodesOf('execution');
    try {
      kubectl(['drain', node!, '--ignore-daemonsets', '--delete-emptydir-data', TIMEOUT]);
      rolledOut('deployment/execution');
    } finally {
      kubectl(['uncordon', node!]);
    }
    rolledOut('statefulset/nats');
  });

  describe('a rolling upgrade', () => {
    for (const name of [...DEPLOYMENTS.map((one) => `deployment/${one}`), 'statefulset/analytics'])
      drill(`of ${name}`, async () => restarted(name));
    drill('of statefulset/nats', async () => restarted('statefulset/nats'));
    drill('of everything at once, as by kubectl apply', async () => {
      for (const kind of ['deployment', 'statefulset']) inside('rollout', 'restart', kind);
      for (const name of DEPLOYMENTS) rolledOut(`deployment/${name}`);
      for (const name of ['analytics', 'nats']) rolledOut(`statefulset/${name}`);
    });
  });

  drill('a wrong configuration is refused in words, and rolled back', async () => {
    inside(
      'set',
      'env',
      'deployment/execution',
      '-c',
      'service',
      'ALGO_LIMITS_FILE=/app/config/nowhere.yaml',
    );
    await tally.until('execution to end with 78', () => exitsOf('execution').includes(EX_CONFIG));
    const said = inside('logs', 'deployment/execution', '-c', 'service', '--tail=-1');
    expect(said).toContain('/app/config/nowhere.yaml');
    inside('rollout', 'undo', 'deployment/execution');
    rolledOut('deployment/execution');
  });

  if (clusterTool !== undefined)
    drill('a node crashes', async () => {
      const [node] = nodesOf('execution');
      try {
        crash(node!, 'stop-node');
        const isElsewhere = () => nodesOf('execution').some((other) => other !== node);
        await tally.until('execution to be planned elsewhere', isElsewhere);
        // By hand, when it is sure that the node is off: pods with a name of their own wait for that.
        kubectl(['taint', 'nodes', node!, 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute']);
        for (const name of DEPLOYMENTS) rolledOut(`deployment/${name}`);
        rolledOut('statefulset/analytics');
        await closesMore('without the node');
      } finally {
        crash(node!, 'start-node');
        kubectl(['wait', '--for=condition=Ready', `node/${node}`, TIMEOUT]);
        spawnSync('kubectl', ['taint', 'nodes', node!, 'node.kubernetes.io/out-of-service-']);
      }
      rolledOut('statefulset/nats');
    });

  test(
    'no order went out twice, the books are the exchange’s, no stop was unguarded for long, and the run ' +
      'goes through again word by word',
    async () => {
      inside('scale', 'deployment', '--all', '--replicas=0');
      inside('scale', 'statefulset/analytics', '--replicas=0');
      inside('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/component!=nats', TIMEOUT);
      expect(tally.submitted.length).toBe(new Set(tally.submitted).size);
      // While the exchange itself was replaced, nobody could be asked; nothing may have differed.
      say(`${tally.reconciliationsFailed} comparisons could not be made`);
      expect(tally.differences).toEqual([]);
      const ours = (await factsOf(bus, 'ord.evt')).flatMap(({ fact: { name, body } }) =>
        name === 'OrderFilled' ? [fillLine(body.fill)] : [],
      );
      const theirs = (await factsOf(bus, 'venue.ledger')).flatMap(({ fact: { name, body } }) =>
        name === 'VenueFilled' ? [fillLine(body.fill)] : [],
      );
      expect(ours.toSorted()).toEqual(theirs.toSorted());

      const record = await GuardRecord.read(bus);
      for (const { name, fromMs, toMs } of drills) {
        const pauses = [...record.pauses(fromMs, toMs + AFTER_MS)].filter(([, ms]) => ms > 2_000);
        const away = pauses.map(([process, ms]) => `${process} ${seconds(ms)}`).join(', ');
        const unguarded = seconds(record.longestUnguarded(fromMs, toMs + AFTER_MS));
        say(`${name}: away ${away || 'nobody'}; a position without a guard for ${unguarded} at most`);
      }
      say(tally.line());

      inside('create', 'job', 'replay', '--from=cronjob/replay');
      inside('wait', '--for=condition=complete', 'job/replay', TIMEOUT);
      const replayed = inside('logs', 'job/replay', '--tail=-1');
      say(replayed);
      expect(replayed.trim().split('\n').at(-1)).toBe('identical');
    },
    DRILL_MAX_MS,
  );
});

here(`${why}analytics in a cluster`, () => {
  test(
    'shares a hundred instruments among one, four and one processes, and says and stores what one would',
    async () => {
      await using floor = await ClusterFloor.open(INSTRUMENTS, TRADES_PER_TICK);
      const beganMs = performance.now();
      const told = floor.market.goOn(TICK_MS);
      await floor.shared(1);
      for (const replicas of [4, 1]) {
        const fromMs = performance.now();
        const { moved, stayed } = await floor.scale(replicas);
        const took = seconds(performance.now() - fromMs);
        const p99 = (silences: readonly number[]) => seconds(quantile(silences, 0.99));
        const words = `p99 of silence ${p99(moved)}; of those that stayed ${p99(stayed)}`;
        say(`to ${replicas} processes: ${moved.length} instruments moved in ${took}, ${words}`);
      }
      await told.stop();
      const trades = floor.market.trades * INSTRUMENTS;
      const perSecond = (trades * 1_000) / (performance.now() - beganMs);
      await floor.stored();
      say(`${trades} trades, ${Math.round(perSecond)} a second, all stored`);
      expect(await floor.firstOtherWord()).toBeUndefined();
    },
    DRILL_MAX_MS,
  );
});

function restarted(name: string): void {
  inside('rollout', 'restart', name);
  rolledOut(name);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function say(words: string): void {
  process.stdout.write(`cluster: ${words}\n`);
}
