// The analytics engine in process against the bare loop of the limit folder, on one tape, in fresh
// processes that take turns. Prints its figures as one line of JSON.
// usage: node services/analytics/bench/analytics-engine.bench.ts TAPE.csv.gz LIMIT_FOLDER
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type AnalyticsSink, InstrumentAnalytics, USUAL_SETTINGS } from '@algo/market-analytics';
import { instrumentId, sliceTrades, type TradeColumns } from '@algo/model';

/** How often the tape is repeated. */
const TILES = 10;
/** How many rounds a process times; the first is cold. */
const ROUNDS = 7;
/** Trades per slice. */
const SLICE = 256;
const PROCESSES = 5;
const LTC = { instrument: instrumentId('binance.spot.LTCUSDT'), priceTick: 0.01, quantityStep: 0.001 };

interface AnalyticsEngineFigures {
  readonly name: 'analytics engine, in process';
  readonly trades: number;
  readonly slice: number;
  /**
   * Of processes that ran one after the other, each one's median warm round; `limit` is null without a
   * limit.
   */
  readonly turns: readonly { readonly tradesPerSecond: number; readonly limit: number | null }[];
  readonly note: string;
}

/** Returns the figures; `note` says why there is no limit among them when its folder isn't there. */
async function run(tapePath: string, limitFolder: string): Promise<AnalyticsEngineFigures> {
  const limit = join(limitFolder, 'limit.mjs');
  const hasLimit = existsSync(limit);
  const turns: { tradesPerSecond: number; limit: number | null }[] = [];
  let trades = 0;
  for (let i = 0; i < PROCESSES; i++) {
    const rounds = timed([fileURLToPath(import.meta.url), tapePath, '--worker']);
    trades = rounds.trades;
    const flags = ['--engine=batch', `--batch=${SLICE}`];
    const bare = hasLimit
      ? timed([limit, tapePath, `${TILES}`, `${ROUNDS}`, ...flags]).tradesPerSecond
      : null;
    turns.push({ tradesPerSecond: rounds.tradesPerSecond, limit: bare });
  }
  return {
    name: 'analytics engine, in process',
    trades,
    slice: SLICE,
    turns,
    note: hasLimit ? 'limit: `batch`' : `no limit.mjs in ${limitFolder}: nothing to compare with`,
  };
}

/**
 * Runs a process that prints one JSON line a round, the first of them cold, and returns the rate of the
 * median warm one.
 */
function timed(args: readonly string[]): { trades: number; tradesPerSecond: number } {
  const lines = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n');
  const rounds = lines.map((line) => JSON.parse(line) as { trades: number; ns_per_trade: number });
  const nsPerTrade = median(rounds.slice(1).map((round) => round.ns_per_trade));
  return { trades: rounds[0]!.trades, tradesPerSecond: 1e9 / nsPerTrade };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/**
 * Returns the CSV (ts_ms, trade_id, price, quantity, side)
 * as columns, repeated `tiles` times as time goes on.
 */
function loadTape(path: string, tiles: number): TradeColumns {
  const lines = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n').slice(1);
  const rows = lines.length;
  const count = rows * tiles;
  const timeUs = new Float64Array(count);
  const price = new Float64Array(count);
  const quantity = new Float64Array(count);
  const side = new Uint8Array(count);
  const values = new Float64Array(count);
  lines.forEach((line, i) => {
    const [ms, id, p, q, s] = line.split(',');
    timeUs[i] = Number(ms) * 1000;
    values[i] = Number(id);
    price[i] = Number(p);
    quantity[i] = Number(q);
    side[i] = s?.startsWith('b') ? 1 : 0;
  });
  const minuteUs = 60e6;
  const spanUs = (Math.floor((timeUs[rows - 1]! - timeUs[0]!) / minuteUs) + 2) * minuteUs;
  for (let k = 1; k < tiles; k++) {
    for (let i = 0; i < rows; i++) timeUs[k * rows + i] = timeUs[i]! + k * spanUs;
    for (const column of [price, quantity, side, values]) column.copyWithin(k * rows, 0, rows);
  }
  return {
    instrument: LTC.instrument,
    count,
    timeUs,
    price,
    quantity,
    side,
    ids: { kind: 'counted', values },
  };
}

function work(tapePath: string): void {
  const tape = loadTape(tapePath, TILES);
  const slices: TradeColumns[] = [];
  for (let i = 0; i < tape.count; i += SLICE) {
    slices.push(sliceTrades(tape, i, Math.min(tape.count, i + SLICE)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    let outputs = 0;
    const count = () => {
      outputs++;
    };
    const sink: AnalyticsSink = {
      onCandle: count,
      onZone: count,
      onGap: count,
      onSignal: count,
      onStateDue: count,
      onOrderFlow: count,
      onProfile: count,
    };
    const engine = new InstrumentAnalytics({ ...LTC, ...USUAL_SETTINGS });
    const start = performance.now();
    for (const slice of slices) engine.onTrades(slice, true, sink);
    const ns_per_trade = ((performance.now() - start) * 1e6) / tape.count;
    console.log(JSON.stringify({ trades: tape.count, ns_per_trade, outputs, round }));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [tapePath, limitFolder = ''] = process.argv.slice(2);
  if (tapePath === undefined) {
    console.error('usage: node services/analytics/bench/analytics-engine.bench.ts TAPE.csv.gz LIMIT_FOLDER');
    process.exitCode = 2;
  } else if (process.argv.includes('--worker')) work(tapePath);
  else console.log(JSON.stringify(await run(tapePath, limitFolder)));
}
