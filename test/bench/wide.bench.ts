import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { type InstrumentId, instrumentId, sliceTrades, type TradeColumns } from '@algo/model';
import { BenchServer } from './bench-server.ts';
import { pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { type BenchOptions, type BenchResult, single } from './figures.ts';
import { cpuMs, residentMiB, threadsCpuMs } from './process-figures.ts';
import { syntheticTape } from './tape.ts';

export const name = 'wide';
export const description =
  'a thousand instruments in one analytics process with its store: resident memory, how far it is behind';

const INSTRUMENTS = 1_000;
const TRADES_PER_SECOND = 20;
const SECONDS = 900;
/** Instruments whose second ends in the same moment. */
const TOGETHER = 50;
const TOLD_EVERY_S = 5;
const BEGIN_MAX_MS = 900_000;
/** Until then windows fill and files are begun. */
const WARM_SHARE = 1 / 3;
const MEMORY_MAX_MIB = 1_500;
/** Of trades in a second of the whole: more is a backlog that grows. */
const GROWTH_MAX_PER_SECOND = 200;
/** Names of the threads of analytics that store. */
const STORING = ['tick-store', 'libuv-worker'];

/** What a status of analytics said, beside what had been published when it came. */
interface Look {
  readonly seconds: number;
  readonly mib: number;
  /** Trades that analytics has not come to. */
  readonly untaken: number;
  /** And those that it has, which wait for their file. */
  readonly unstored: number;
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const seconds = Math.max(60, Math.round(SECONDS * scale));
  const ids = Array.from({ length: INSTRUMENTS }, (_, i) => instrumentId(`binance.spot.C${1_000 + i}USDT`));
  await using server = await BenchServer.start();
  const catalog = join(server.dir, 'instruments.yaml');
  writeFileSync(catalog, JSON.stringify(Object.fromEntries(ids.map((id) => [id, rulesOf(id)]))));
  await using processes = new EngineProcesses(server);
  await processes.start(['analytics.0'], { ALGO_INSTRUMENTS_FILE: catalog });
  const pid = processes.pids().get('analytics.0')!;
  const bus = await server.bus('bench-wide');
  const counted = (name: string) => processes.statuses.get('analytics.0')?.counters[name] ?? 0;
  const beginMs = performance.now();
  await publish(bus, ids, 0, 1, () => {});
  for (; counted('stored') < INSTRUMENTS * TRADES_PER_SECOND; await pause(100))
    if (performance.now() - beginMs > BEGIN_MAX_MS)
      throw new Error(`only ${counted('stored')} trades are stored`);
  const begunS = (performance.now() - beginMs) / 1_000;
  say(`all files are begun after ${begunS.toFixed(0)} s`);
  const looks: Look[] = [];
  let toldAtS = 0;
  let published = INSTRUMENTS * TRADES_PER_SECOND;
  const startMs = performance.now();
  const before = { cpu: cpuOf(pid, server.pid), taken: counted('trades') };
  processes.onStatus = () => {
    if (!existsSync(`/proc/${pid}`)) return; // it is told at the end
    const [taken, stored] = [counted('trades'), counted('stored')];
    const waits = { untaken: published - taken, unstored: taken - stored };
    const last = { seconds: (performance.now() - startMs) / 1_000, mib: residentMiB(pid), ...waits };
    looks.push(last);
    if (last.seconds < toldAtS + TOLD_EVERY_S) return;
    toldAtS = last.seconds;
    const told = `${last.untaken} trades not taken, ${last.unstored} not stored`;
    say(`${last.seconds.toFixed(0)} s: ${last.mib.toFixed(0)} MiB, ${told}`);
  };
  let lateMs = 0;
  try {
    lateMs = await publish(bus, ids, 1, seconds, (count) => {
      published += count;
    });
  } finally {
    processes.onStatus = () => {};
  }
  processes.pids(); // an error where it has ended
  const cpu = cpuOf(pid, server.pid);
  const taken = counted('trades') - before.taken;
  const stored = counted('stored') - INSTRUMENTS * TRADES_PER_SECOND;
  const perTrade = (of: Cpu) =>
    ((cpu[of] - before.cpu[of]) * 1_000) / Math.max(1, of === 'store' ? stored : taken);
  const steady = looks.filter((one) => one.seconds >= seconds * WARM_SHARE);
  const slope = (of: 'mib' | 'untaken' | 'unstored') =>
    slopeOf(steady.map((one) => [one.seconds, one[of]] as const));
  const noGrowth = { of: 'value', most: GROWTH_MAX_PER_SECOND } as const;
  const last = looks.at(-1)!;
  return {
    figures: [
      single('resident at most', 'MiB', Math.max(...looks.map(({ mib }) => mib)), {
        of: 'value',
        most: MEMORY_MAX_MIB,
      }),
      single('its growth behind the first third', 'MiB/min', slope('mib') * 60),
      single('processors, a trade: analytics but its store', 'µs', perTrade('analytics')),
      single('processors, a stored trade: its store', 'µs', perTrade('store')),
      single('processors, a trade: nats-server', 'µs', perTrade('server')),
      single('processors, a trade: the publisher', 'µs', perTrade('publisher')),
      single('trades not taken at the end', '', last.untaken),
      single('growth of those', 'trades/s', slope('untaken'), noGrowth),
      single('trades taken and not stored at the end', '', last.unstored),
      single('growth of those', 'trades/s', slope('unstored'), noGrowth),
    ],
    notes: [
      `${INSTRUMENTS} instruments, ${TRADES_PER_SECOND} trades a second each, for ${seconds} s of the clock`,
      'rows wait for a minute where files are so many: 1,200,000 trades are always not stored',
      `all files were begun within ${begunS.toFixed(0)} s`,
      `at its end the publisher was ${Math.round(lateMs)} ms late`,
    ],
  };
}

type Cpu = 'analytics' | 'store' | 'server' | 'publisher';

/** What each had of the processors so far. *Units*: ms. */
function cpuOf(analyticsPid: number, serverPid: number): Readonly<Record<Cpu, number>> {
  const threads = threadsCpuMs(analyticsPid);
  const store = STORING.reduce((sum, name) => sum + (threads.get(name) ?? 0), 0);
  const [server, publisher] = [cpuMs(serverPid), cpuMs(process.pid)];
  return { analytics: cpuMs(analyticsPid) - store, store, server, publisher };
}

function rulesOf(id: InstrumentId) {
  const least = '0.001';
  const steps = { price_tick: '0.01', quantity_step: least, min_quantity: least, min_notional: '5' };
  return { base: id.split('.')[2]!.replace('USDT', ''), quote: 'USDT', ...steps };
}

/** Gives each instrument a second of trades each second; returns how late it was at the end. */
async function publish(
  bus: JetStreamBus,
  ids: readonly InstrumentId[],
  fromSecond: number,
  seconds: number,
  onPublished: (count: number) => void,
): Promise<number> {
  const tape = syntheticTape(
    ids[0]!,
    TRADES_PER_SECOND * (fromSecond + seconds),
    TRADES_PER_SECOND / 1.35,
  ).trades;
  const startMs = performance.now();
  const steps = (ids.length / TOGETHER) * seconds;
  const stepMs = (1_000 * TOGETHER) / ids.length;
  for (let step = 0; step < steps; step++) {
    const group = (step * TOGETHER) % ids.length;
    const second = fromSecond + Math.floor((step * TOGETHER) / ids.length);
    const from = second * TRADES_PER_SECOND;
    const slice = sliceTrades(tape, from, from + TRADES_PER_SECOND);
    for (const id of ids.slice(group, group + TOGETHER)) say(bus, { ...slice, instrument: id }, from);
    onPublished(TOGETHER * TRADES_PER_SECOND);
    await bus.ready();
    await pause(Math.max(1, startMs + (step + 1) * stepMs - performance.now()));
  }
  await bus.flush();
  return performance.now() - startMs - seconds * 1_000;
}

function say(bus: JetStreamBus, trades: TradeColumns, from: number): void {
  const timeUs = trades.timeUs[trades.count - 1]!;
  const about = { receivedUs: timeUs, complete: true, origin: 'live', sides: 'told' } as const;
  const data = codecs.TradeBatch.encode({ trades, ...about });
  const id = `wide:${trades.instrument}:${from}`;
  void bus.publish({
    ...{ subject: subjects.trades(trades.instrument), type: codecs.TradeBatch.type, id, timeUs, data },
  });
}

/** Least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const under = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
