import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sliceTrades, type TradeColumns } from '@algo/model';
import { TickStore } from '@algo/tickstore';
import { BareStore } from './bare-store.ts';
import { type BenchOptions, type BenchResult, type Pair, paired } from './figures.ts';
import { recordedTape, syntheticTape, type Tape } from './tape.ts';

export const name = 'store';
export const description =
  'trades into DuckDB, free-running: TickStore (exactly once, its own thread) beside bare column chunks';

const ROWS = 1_000_000;
const PAIRS = 5;
const SLICE = 256;
const TRANSACTION = 10_000;
/** As analytics holds back: so many rows may wait. */
const BACKLOG_MAX = 200_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const tape = tapeOf(Math.round(ROWS * scale));
  const pairs: Pair[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const dir = mkdtempSync(join(tmpdir(), 'algo-bench-store-'));
    try {
      pairs.push({
        floor: await bare(tape.trades, join(dir, 'bare.duckdb')),
        ours: await ours(tape.trades, dir),
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    say(`pair ${i + 1} of ${PAIRS} done`);
  }
  return {
    figures: [paired('trades stored', 'rows/s', pairs)],
    notes: [
      `${tape.name}; ours in slices of ${SLICE}, a position each; floor in transactions of ${TRANSACTION.toLocaleString('en-US')} in one thread`,
      `${PAIRS} pairs that took turns, each into fresh files; opening and closing them is not counted`,
    ],
  };
}

function tapeOf(rows: number): Tape {
  const recorded = recordedTape(Math.ceil(rows / 152_763));
  if (recorded === undefined) return syntheticTape('binance.spot.LTCUSDT', rows, 5_000);
  return { ...recorded, trades: sliceTrades(recorded.trades, 0, rows) };
}

async function bare(trades: TradeColumns, path: string): Promise<number> {
  using store = await BareStore.create(path);
  const start = performance.now();
  for (let from = 0; from < trades.count; from += TRANSACTION) {
    const { ids, ...columns } = sliceTrades(trades, from, Math.min(trades.count, from + TRANSACTION));
    store.write({ ...columns, ids: ids.values as Float64Array });
  }
  return (trades.count * 1_000) / (performance.now() - start);
}

async function ours(trades: TradeColumns, dataDir: string): Promise<number> {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(trades.instrument, 'counted');
  const start = performance.now();
  let position = 0;
  for (let from = 0; from < trades.count; from += SLICE) {
    const slice = sliceTrades(trades, from, Math.min(trades.count, from + SLICE));
    store.append({ instrument: trades.instrument, position: ++position, trades: slice });
    store.commitUpTo(trades.instrument, position);
    if (store.backlog > BACKLOG_MAX) await store.flush();
    else if (position % 16 === 0) await setImmediate(); // as messages come: many in one read
  }
  await store.flush();
  return (trades.count * 1_000) / (performance.now() - start);
}
