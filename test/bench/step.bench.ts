import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { BareChain, pause, pulses } from './chain.ts';
import { inherited, LTC_TAPE, ROOT } from './config.ts';
import { ended } from './engine-processes.ts';
import { type BenchOptions, type BenchResult, type Pair, paired, quantile, single } from './figures.ts';

export const name = 'step';
export const description =
  'a replayed step through every service as a process (algo up, full speed); floor: 3 × p50 of a bare three-hop chain';

const ROUNDS = 3;
const RUN_MS = 15_000;
const WARM_MS = 5_000;
const START_MAX_MS = 120_000;
const CHAIN_PULSES = 200;
/** A small batch, a signal and a command weigh about so much. */
const BYTES = { trades: 250, signal: 560, command: 180 };
/** The ends of the step graph: what these have finished is finished. */
const LAST = ['decision-0', 'position-risk-0'];

interface Replayed {
  readonly stepsPerSecond: number;
  readonly tradesPerSecond: number;
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const recorded = existsSync(LTC_TAPE);
  const pairs: Pair[] = [];
  const runs: Replayed[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const hopsMs = await bareChainMs(Math.max(30, Math.round(CHAIN_PULSES * scale)));
    const replayed = await replay(recorded, RUN_MS * scale);
    runs.push(replayed);
    pairs.push({ ours: 1_000 / replayed.stepsPerSecond, floor: 3 * hopsMs });
    say(
      `round ${i + 1} of ${ROUNDS}: ${replayed.stepsPerSecond.toFixed(0)} steps/s, bare chain ${hopsMs.toFixed(2)} ms`,
    );
  }
  const middle = (of: (one: Replayed) => number) => quantile(runs.map(of), 0.5);
  return {
    figures: [
      paired('cost of a step', 'ms', pairs, { of: 'ratio', most: 1 }),
      single(
        'steps',
        '1/s',
        middle(({ stepsPerSecond }) => stepsPerSecond),
      ),
      single(
        'trades',
        '1/s',
        middle(({ tradesPerSecond }) => tradesPerSecond),
      ),
    ],
    notes: [
      `${recorded ? 'LTCUSDT as recorded, steps of 100 ms of event time' : 'synthetic market (no recorded tape beside the checkout)'}; eight services and nats-server, window of 32 steps`,
      `${ROUNDS} rounds of ${((RUN_MS * scale) / 1_000).toFixed(0)} s after ${WARM_MS / 1_000} s of warming up, from the marks of ${LAST.join(' and ')}`,
    ],
  };
}

async function bareChainMs(count: number): Promise<number> {
  await using chain = await BareChain.start(BYTES);
  await pulses(chain, 50, 5);
  return quantile(await pulses(chain, count, 5), 0.5);
}

async function replay(recorded: boolean, runMs: number): Promise<Replayed> {
  const dir = mkdtempSync(join(tmpdir(), 'algo-bench-step-'));
  const port = await freePort();
  const feed = recorded
    ? ['--feed', `file:${LTC_TAPE}`, '--instruments', 'binance.spot.LTCUSDT']
    : ['--feed', 'synthetic'];
  const args = ['up', ...feed, '--speed', 'max', '--data-dir', dir, '--port', String(port), '--json'];
  const child = spawn(process.execPath, [join(ROOT, 'libs/cli/src/main.ts'), ...args], {
    cwd: ROOT,
    env: inherited,
    stdio: 'ignore',
  });
  try {
    const bus = await connected(child, port);
    try {
      return await measure(bus, runMs);
    } finally {
      await bus[Symbol.asyncDispose]();
    }
  } finally {
    await ended(child);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(bus: JetStreamBus, runMs: number): Promise<Replayed> {
  const steps = new Map(LAST.map((producer) => [producer, 0]));
  let accepted = 0;
  await bus.follow(
    { stream: 'STEPS', subjects: LAST.map((one) => subjects.stepMark(one)), after: 0 },
    ({ data }) => {
      const mark = codecs.StepMark.decode(data);
      steps.set(mark.producer, steps.get(mark.producer)! + mark.steps.length);
    },
  );
  await bus.follow({ stream: 'MARKET', subjects: ['md.trades.>'], after: 0 }, ({ data }) => {
    accepted += codecs.TradeBatch.decode(data).trades.count;
  });
  const finished = () => Math.min(...steps.values());
  const deadline = Date.now() + START_MAX_MS;
  while (finished() === 0) {
    if (Date.now() > deadline) throw new Error(`no step was finished within ${START_MAX_MS} ms`);
    await pause(50);
  }
  await pause(WARM_MS);
  const from = { steps: finished(), trades: accepted, atMs: performance.now() };
  await pause(runMs);
  const seconds = (performance.now() - from.atMs) / 1_000;
  return {
    stepsPerSecond: (finished() - from.steps) / seconds,
    tradesPerSecond: (accepted - from.trades) / seconds,
  };
}

async function connected(child: ChildProcess, port: number): Promise<JetStreamBus> {
  const deadline = Date.now() + START_MAX_MS;
  for (;;) {
    try {
      const bus = await JetStreamBus.connect({
        servers: [`nats://127.0.0.1:${port}`],
        identity: 'bench-step',
      });
      if ((await bus.nats.jsm.streams.info('STEPS').catch(() => undefined)) !== undefined) return bus;
      await bus[Symbol.asyncDispose]();
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) throw error;
    }
    await pause(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
