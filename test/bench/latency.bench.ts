import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instrumentId } from '@algo/model';
import { BareChain } from './bare-chain.ts';
import { type Chain, type Pulse, pause, pulses } from './chain.ts';
import { EngineChain } from './engine-chain.ts';
import {
  type BenchOptions,
  type BenchResult,
  type Figure,
  paired,
  quantile,
  type Target,
} from './figures.ts';
import { Forked } from './forked.ts';
import type { LoadOrder, LoadSaid } from './load.ts';

export const name = 'latency';
export const description =
  'trades in hand → order at its venue, through every process that trades; floor: the same hops, bare';

const PULSES = 250;
const ROUNDS = 4;
const GAP_MS = 30;
const LOAD = {
  instruments: [
    'binance.spot.BTCUSDT',
    'binance.spot.ETHUSDT',
    'binance.perp.BTCUSDT',
    'binance.perp.ETHUSDT',
  ],
  tradesPerSecond: 20_000,
};
/** Every entry is accepted that the primaries agree on, so that each probe yields a command. */
const CONFIG = `name: bench
description: Accepts what both primaries agree on
timeframes: [1m, 5m, 15m]
primary_timeframe: 1m
enabled_strategies: [order_flow_scalping]
min_confluence: 0
position_size_pct: 2
max_concurrent_positions: 3
initial_stop_pct: [0.2, 0.3]
trailing_stop_pct: 0.5
risk_reward: 1.5
take_profit_pct: [0.5, 1.0]
hold_duration_seconds: [30, 300]
min_win_rate: 0.6
target_trades_per_hour: 10
`;

interface Round {
  readonly ours: readonly Pulse[];
  readonly floor: readonly Pulse[];
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const dir = mkdtempSync(join(tmpdir(), 'algo-bench-config-'));
  writeFileSync(join(dir, 'bench.yaml'), CONFIG);
  const count = Math.max(20, Math.round(PULSES * scale));
  try {
    await using engine = await EngineChain.start(dir, LOAD.instruments.map(instrumentId));
    say('engine chain up');
    await pulses(engine, Math.min(count, 100), GAP_MS);
    const bytes = await engine.bytes();
    await using bare = await BareChain.start(bytes);
    await pulses(bare, Math.min(count, 100), GAP_MS);
    const quiet: Round[] = [];
    for (let i = 0; i < ROUNDS; i++)
      quiet.push({ floor: await pulses(bare, count, GAP_MS), ours: await pulses(engine, count, GAP_MS) });
    say('quiet done');
    const busy: Round[] = [];
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const floor = await underLoad(bare, count, i, rates);
      busy.push({ floor, ours: await underLoad(engine, count, i, rates) });
      say(`round ${i + 1} of ${ROUNDS} under load done`);
    }
    return {
      figures: [...figures('quiet', quiet), ...figures('20,000 trades/s', busy)],
      notes: [
        `${ROUNDS} rounds of ${count} probes each way, taking turns; ratios are medians over rounds, so p99 and p99.9 are those of ${count} probes`,
        `a probe is 10 trades (${bytes.trades} B), the first of which raises a signal (${bytes.signal} B) that is accepted (command ${bytes.command} B, request ${bytes.request} B, order event ${bytes.event} B); the bare chain carries the same bytes over the same streams by the same follower and publisher, and flushes a record of 900 B before it asks`,
        'an order is at its venue when the request is with whoever listens there',
        '*stored*: its OrderSubmitted is at a reader',
        'signals of the probe are crafted, min_confluence is 0; money streams are flushed before the ack on both sides',
        `load: ${LOAD.instruments.length} synthetic instruments in one batch each per 5 ms, measured ${Math.round(Math.min(...rates)).toLocaleString('en-US')} to ${Math.round(Math.max(...rates)).toLocaleString('en-US')} trades/s`,
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Pulses while trades of other instruments stream through the same processes. */
async function underLoad(chain: Chain, count: number, round: number, rates: number[]): Promise<Pulse[]> {
  const seconds = 3 + (count * (GAP_MS + 25)) / 1_000;
  const order = { url: chain.server.url, ...LOAD, seconds, round };
  await using load = await Forked.start<LoadOrder, LoadSaid>('./load.ts', order);
  const { promise, resolve } = Promise.withResolvers<LoadSaid>();
  load.onSaid = resolve;
  load.tell('go');
  await pause(1_500);
  const taken = await pulses(chain, count, GAP_MS);
  const said = await promise;
  rates.push((said.published * 1_000) / said.tookMs);
  return taken;
}

function figures(when: string, rounds: readonly Round[]): Figure[] {
  const shares: [string, number, Target | undefined][] = [
    ['p50', 0.5, { of: 'ratio', most: 1.5 }],
    ['p99', 0.99, { of: 'ratio', most: 2 }],
    ['p99.9', 0.999, undefined],
  ];
  const figure = (what: keyof Pulse, label: string, share: number, target: Target | undefined) => {
    const of = (taken: readonly Pulse[]) =>
      quantile(
        taken.map((pulse) => pulse[what]),
        share,
      );
    const pairs = rounds.map(({ ours, floor }) => ({ ours: of(ours), floor: of(floor) }));
    return paired(`${when}, ${label}`, 'ms', pairs, target);
  };
  return [
    ...shares.map(([label, share, target]) => figure('orderedMs', label, share, target)),
    ...shares.map(([label, share]) => figure('submittedMs', `stored, ${label}`, share, undefined)),
  ];
}
