import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { sliceTrades, type TradeColumns } from '@algo/model';
import type { SinkOrder } from './bare-sink.ts';
import type { Guard } from './bench-guard.ts';
import { BenchServer } from './bench-server.ts';
import { EngineProcesses } from './engine-processes.ts';
import {
  type BenchOptions,
  type BenchResult,
  type Figure,
  type Pair,
  type Progress,
  paired,
  steadyRate,
} from './figures.ts';
import { Forked } from './forked.ts';
import { cpuMs } from './process-figures.ts';
import { syntheticTape, type Tape } from './tape.ts';

export const name = 'throughput';
export const description =
  'publisher → bus → analytics process → store, free-running; floor: same batches, same hop, same rows, no analytics';

/** Trades in a message: what gathers between two reads of a busy feed. */
const BATCH = 200;
const PAIRS = 3;
const BUSY_TRADES = 4_000_000;
const ENDLESS_MS = 180_000;

export async function run(options: BenchOptions): Promise<BenchResult> {
  const busy = syntheticTape('binance.spot.LTCUSDT', Math.round(BUSY_TRADES * options.scale), 10_000);
  const figures = [await compare('trades stored', busy, options)];
  const notes = [
    `${busy.name}, so event time passes some dozens of times faster than the clock`,
    `${PAIRS} pairs that took turns, fresh server, processes and files each; ${BATCH} trades a message; rate between a tenth and the end`,
    'ours: encoded and published by the engine bus, analytics live with its snapshots, 15 tables; floor: encoded beforehand, bare ack inbox, callback pull, transactions of 10,240 rows in a thread',
  ];
  return { figures, notes };
}

async function compare(label: string, tape: Tape, { say }: BenchOptions): Promise<Figure> {
  const pairs: Pair[] = [];
  for (let i = 0; i < PAIRS; i++) {
    pairs.push({ floor: await bare(tape.trades), ours: (await analyticsRun(tape.trades)).rate });
    say(
      `${label}: pair ${i + 1} of ${PAIRS}: ${Math.round(pairs[i]!.ours)} of ${Math.round(pairs[i]!.floor)} trades/s`,
    );
  }
  return paired(label, 'trades/s', pairs, { of: 'ratio', least: 0.75 });
}

/** How fast a real analytics process stored trades, and what all who took part in it needed for one. */
export interface AnalyticsRun {
  /** *Units*: trades/s. */
  readonly rate: number;
  /** Processor time of publisher, server and analytics. *Units*: µs a trade. */
  readonly cpuUs: number;
}

/** Real analytics process; its own status says how many rows are durable, and when. */
export async function analyticsRun(trades: TradeColumns, guard: Guard = 'open'): Promise<AnalyticsRun> {
  await using server = await BenchServer.start(undefined, guard);
  await using processes = new EngineProcesses(server);
  await processes.start(['analytics.0']);
  const samples: Progress[] = [];
  const done = withDeadline();
  processes.onStatus = ({ counters, timeUs }) => {
    samples.push({ atMs: timeUs / 1_000, rows: counters.stored ?? 0 });
    if (counters.stored === trades.count) done.resolve();
  };
  const spentMs = () =>
    [process.pid, server.pid, ...processes.pids().values()].reduce((sum, pid) => sum + cpuMs(pid), 0);
  const fromMs = spentMs();
  await publishLive(await server.bus('ingest.binance'), trades);
  await done.promise;
  const cpuUs = ((spentMs() - fromMs) * 1_000) / trades.count;
  return { rate: steadyRate(samples, trades.count), cpuUs };
}

/** As a live feed does: what has gathered is encoded and handed over while there is room. */
async function publishLive(bus: JetStreamBus, trades: TradeColumns): Promise<void> {
  const subject = subjects.trades(trades.instrument);
  for (let from = 0, count = 1; from < trades.count; from += BATCH, count++) {
    const batch = sliceTrades(trades, from, Math.min(trades.count, from + BATCH));
    const timeUs = batch.timeUs[batch.count - 1]!;
    const data = codecs.TradeBatch.encode({
      trades: batch,
      receivedUs: timeUs,
      complete: true,
      origin: 'live',
      sides: 'told',
    });
    const lane = { producer: 'ingest.binance', epoch: 1, count };
    void bus.publish({
      subject,
      type: codecs.TradeBatch.type,
      id: `trades:${trades.instrument}:${from}`,
      timeUs,
      data,
      lane,
    });
    await bus.ready();
  }
  await bus.flush();
}

async function bare(trades: TradeColumns): Promise<number> {
  await using server = await BenchServer.start();
  const order: SinkOrder = { url: server.url, file: join(server.dir, 'bare.duckdb'), rows: trades.count };
  await using sink = await Forked.start<SinkOrder, Progress>('./bare-sink.ts', order);
  const messages: Uint8Array[] = [];
  for (let from = 0; from < trades.count; from += BATCH) {
    const batch = sliceTrades(trades, from, Math.min(trades.count, from + BATCH));
    messages.push(
      codecs.TradeBatch.encode({
        trades: batch,
        receivedUs: 0,
        complete: true,
        origin: 'live',
        sides: 'told',
      }),
    );
  }
  const samples: Progress[] = [];
  const done = withDeadline();
  sink.onSaid = (progress) => {
    samples.push(progress);
    if (progress.rows === trades.count) done.resolve();
  };
  await publishBare(await server.bus('bare-source'), subjects.trades(trades.instrument), messages);
  await done.promise;
  return steadyRate(samples, trades.count);
}

/** One subscription for all acks, 256 in flight, nothing parsed, nothing retried. */
async function publishBare(
  bus: JetStreamBus,
  subject: string,
  messages: readonly Uint8Array[],
): Promise<void> {
  const { nc } = bus.nats;
  let sent = 0;
  let acked = 0;
  await new Promise<void>((resolve) => {
    const send = () => nc.publish(subject, messages[sent++]!, { reply: `_INBOX_bare.bench.${sent}` });
    nc.subscribe('_INBOX_bare.bench.*', {
      callback: () => {
        if (sent < messages.length) send();
        if (++acked === messages.length) resolve();
      },
    });
    while (sent < Math.min(256, messages.length)) send();
  });
}

function withDeadline() {
  const done = Promise.withResolvers<void>();
  const late = setTimeout(() => done.reject(new Error(`not stored within ${ENDLESS_MS} ms`)), ENDLESS_MS);
  return { promise: done.promise.finally(() => clearTimeout(late)), resolve: done.resolve };
}
