import { allDurables, JetStreamBus, provision } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { eventually } from '@algo/testkit';
import { ContainerBus, deployed } from '../acceptance/support/container-bus.ts';
import { ACCOUNT, pause } from './chain.ts';
import { type BenchOptions, type BenchResult, paired, quantile } from './figures.ts';

export const name = 'replicas';
export const description =
  'a message of money stored, and at its reader, one at a time, on three servers of a cluster; floor: on one';

const MESSAGES = 500;
const ROUNDS = 4;
const GAP_MS = 10;
const DATA = new Uint8Array(256);
const SUBJECT = subjects.controlMode(ACCOUNT);
const TIME_US = 1_735_689_600_000_000;

/** *Units*: ms from the call on. */
interface Taken {
  readonly stored: readonly number[];
  readonly heard: readonly number[];
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  await using servers = new ContainerBus({}, true);
  await using stack = new AsyncDisposableStack();
  const port = await servers.start('nats', deployed('nats/nats.conf'));
  const one = stack.use(await Way.open(servers, [port], 1));
  const three = stack.use(await Way.open(servers, await servers.startCluster(), 3));
  say('four servers up');
  const count = Math.max(20, Math.round(MESSAGES * scale));
  for (const way of [one, three]) await way.send(count); // compile
  const rounds: { readonly ours: Taken; readonly floor: Taken }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    rounds.push({ floor: await one.send(count), ours: await three.send(count) });
    say(`round ${i + 1} of ${ROUNDS} done`);
  }
  const figure = (what: keyof Taken, label: string, share: number) =>
    paired(
      `${what}, ${label}`,
      'ms',
      rounds.map(({ ours, floor }) => ({
        ours: quantile(ours[what], share),
        floor: quantile(floor[what], share),
      })),
    );
  return {
    figures: (['stored', 'heard'] as const).flatMap((what) => [
      figure(what, 'p50', 0.5),
      figure(what, 'p99', 0.99),
    ]),
    notes: [
      `${ROUNDS} rounds of ${count} messages of ${DATA.length} B each way, taking turns`,
      'servers as deployed, with users; each flushes a message before it confirms it',
      'all servers share this machine: one disk takes three flushes, and no network lies between them',
    ],
  };
}

/** A speaker and a reader of one stream, on one server or on several. */
class Way implements AsyncDisposable {
  readonly #bus: JetStreamBus;
  readonly #stack: AsyncDisposableStack;
  readonly #waiting = new Map<string, () => void>();
  #sent = 0;

  private constructor(bus: JetStreamBus, stack: AsyncDisposableStack) {
    this.#bus = bus;
    this.#stack = stack;
  }

  static async open(servers: ContainerBus, ports: readonly number[], replicas: number): Promise<Way> {
    await using stack = new AsyncDisposableStack();
    const connect = async (identity: string, user: string) => {
      const about = { servers: ports.map((port) => `nats://127.0.0.1:${port}`), identity };
      return stack.use(await JetStreamBus.connect({ ...about, keySeed: servers.keyOf(user) }));
    };
    const provisioner = await connect('provisioner', 'provisioner');
    const isDone = () =>
      provision(provisioner, { replicas, durables: allDurables() }).then(
        () => true,
        () => false, // until the servers have chosen who leads them
      );
    await eventually('streams', isDone, 60_000);
    const way = new Way(await connect('cli.1', 'cli'), stack.move());
    await way.#bus.follow({ stream: 'CONTROL', subjects: [SUBJECT], after: 0 }, ({ id }) => {
      way.#waiting.get(id)?.();
      way.#waiting.delete(id);
    });
    return way;
  }

  async send(count: number): Promise<Taken> {
    const stored: number[] = [];
    const heard: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = `bench:${++this.#sent}`;
      const fromMs = performance.now();
      const isHeard = new Promise<void>((resolve) => this.#waiting.set(id, resolve)).then(() => {
        heard.push(performance.now() - fromMs);
      });
      const sent = { subject: SUBJECT, type: 'algo.v1.SetTradingMode', id, timeUs: TIME_US, data: DATA };
      await this.#bus.publish(sent);
      stored.push(performance.now() - fromMs);
      await isHeard;
      await pause(GAP_MS);
    }
    return { stored, heard };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
