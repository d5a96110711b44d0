// One kind of work of the analytics engine over one tape, in a process of its own: two callbacks at one call
// site would make either slower. Prints a line of JSON a round, the first of them cold; `cpu_ns` is by the
// clock of the thread's own processor time, where the machine is shared.
// usage: node services/analytics/bench/analytics-engine.bench.ts TAPE.csv.gz KIND TILES ROUNDS
// TILES of `abreast` are engines, ROUNDS minutes.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { encodeFact, StateTelling } from '@algo/contracts';
import {
  type AnalyticsSettings,
  type AnalyticsSink,
  InstrumentAnalytics,
  NOBODY,
  SnapshotWriter,
  USUAL_SETTINGS,
} from '@algo/market-analytics';
import {
  featureOf,
  instrumentId,
  type MarketState,
  RULE_SETS,
  sliceTrades,
  type TradeColumns,
  US_PER_SECOND,
} from '@algo/model';

/** Trades per slice. */
const SLICE = 256;
/** Of the engines that are kept beside each other. */
const ENGINES = 1_000;
const TRADES_EACH = 20_000;
/** Trades of each engine in a second where they go on abreast. */
const EACH_SECOND = 20;
/** All features of the document over the timeframes and the profile that its strategies read, no rows. */
const ASKED: AnalyticsSettings = {
  ...{ instrument: instrumentId('binance.spot.LTCUSDT'), priceTick: 0.01, quantityStep: 0.001 },
  ...USUAL_SETTINGS,
  ...{ timeframes: ['1m', '5m', '15m'], profiles: ['60m', 'session'], rows: false },
};

/** What is done with each state that is due, and what is computed. */
const KINDS = {
  'not-read': { ...ASKED },
  'not-read-robust': { ...ASKED, rules: ['robust'] },
  'with-rows': { ...ASKED, rows: true },
  read: { ...ASKED },
  ...{ 'read-windows': ASKED, 'read-features': ASKED, 'read-tape': ASKED },
  ...{ 'read-zones': ASKED, 'read-gaps': ASKED, 'read-profile': ASKED },
  'read-robust': { ...ASKED, rules: ['robust'] },
  encoded: { ...ASKED },
  many: { ...ASKED },
  abreast: { ...ASKED, ...USUAL_SETTINGS, rules: RULE_SETS },
} satisfies Record<string, AnalyticsSettings>;
type Kind = keyof typeof KINDS;

/** Returns the CSV (ts_ms, trade_id, price, quantity, side) as columns, `tiles` times as time goes on. */
function loadTape(path: string, tiles: number): TradeColumns {
  const lines = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n').slice(1);
  const rows = lines.length;
  const count = rows * tiles;
  const [timeUs, price, quantity, values] = [0, 0, 0, 0].map(() => new Float64Array(count)) as [
    ...[Float64Array, Float64Array, Float64Array, Float64Array],
  ];
  const side = new Uint8Array(count);
  for (const [i, line] of lines.entries()) {
    const [ms, id, p, q, s] = line.split(',');
    timeUs[i] = Number(ms) * 1000;
    values[i] = Number(id);
    price[i] = Number(p);
    quantity[i] = Number(q);
    side[i] = s?.startsWith('b') ? 1 : 0;
  }
  const minuteUs = 60e6;
  const spanUs = (Math.floor((timeUs[rows - 1]! - timeUs[0]!) / minuteUs) + 2) * minuteUs;
  for (let k = 1; k < tiles; k++) {
    for (let i = 0; i < rows; i++) timeUs[k * rows + i] = timeUs[i]! + k * spanUs;
    for (const column of [price, quantity, side, values]) column.copyWithin(k * rows, 0, rows);
  }
  const ids = { kind: 'counted', values } as const;
  return { instrument: ASKED.instrument, count, timeUs, price, quantity, side, ids };
}

/** Looks at every part of a state as strategies do: windows and tape by number, lists as they are. */
function look(state: MarketState): number {
  let seen = state.price + state.cvd;
  for (const window of state.flow) seen += window.buyVolume - window.sellVolume;
  for (const { timeframe } of state.bars) seen += featureOf(state, timeframe, 'ema_20') ?? 0;
  seen += state.microstructure === null ? 0 : state.microstructure.fastZ;
  for (const { zones, gaps, profiles } of state.structures)
    seen += zones.length + gaps.length + (profiles[0]?.poc ?? 0);
  return seen;
}

/** Looks at one part of a state alone, to be compared with `not-read`. */
const LOOKS: Readonly<Partial<Record<Kind, (state: MarketState) => number>>> = {
  'read-windows': ({ flow }) => flow.reduce((sum, window) => sum + window.buyVolume - window.sellVolume, 0),
  'read-features': (state) =>
    state.bars.reduce((sum, { timeframe }) => sum + (featureOf(state, timeframe, 'ema_20') ?? 0), 0),
  'read-tape': ({ microstructure }) => microstructure?.fastZ ?? 0,
  'read-zones': ({ structures }) => structures[0]!.zones.length,
  'read-gaps': ({ structures }) => structures[0]!.gaps.length,
  'read-profile': ({ structures }) => structures[0]!.profiles[0]?.poc ?? 0,
};

/** Returns the thread's own processor time, which the kernel brings up to date as the thread sleeps. */
function cpuUs(): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.01);
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Goes through the tape once and prints what it took. */
function round(kind: Kind, slices: readonly TradeColumns[], trades: number): void {
  const engine = new InstrumentAnalytics(KINDS[kind]);
  const telling = new StateTelling();
  let [outputs, due, bytes, most, seen] = [0, 0, 0, 0, 0];
  const lookAt = LOOKS[kind] ?? look;
  const count = () => {
    outputs++;
  };
  const onDue = {
    none: () => {
      due++;
    },
    look: () => {
      due++;
      seen += lookAt(engine.stateInHand());
    },
    encode: () => {
      due++;
      const { name, body } = telling.tell(engine.stateInHand());
      const { length } = encodeFact(name, body);
      bytes += length;
      if (length > most) most = length;
    },
  };
  const onStateDue = kind === 'encoded' ? onDue.encode : kind.startsWith('read') ? onDue.look : onDue.none;
  const sink: AnalyticsSink = {
    ...{ onCandle: count, onDoubt: count, onZone: count, onGap: count, onSignal: count, onStateDue },
    ...{ onOrderFlow: count, onProfile: count },
  };
  const cpuBeforeUs = cpuUs();
  const startMs = performance.now();
  for (const slice of slices) engine.onTrades(slice, true, sink);
  const ns_per_trade = ((performance.now() - startMs) * 1e6) / trades;
  const cpu_ns = ((cpuUs() - cpuBeforeUs) * 1e3) / trades;
  const first = new SnapshotWriter();
  engine.save(first);
  const to = new SnapshotWriter(first.bytes().length);
  const savedMs = performance.now();
  engine.save(to);
  console.log(
    JSON.stringify({
      ...{ trades, ns_per_trade, cpu_ns, due: due / trades, outputs, seen },
      ...{ bytes: due === 0 ? 0 : bytes / due, bytesMax: most },
      ...{ snapshotBytes: to.bytes().length, snapshotMs: performance.now() - savedMs },
      rss: process.memoryUsage().rss,
    }),
  );
}

/** Feeds engines in turn and prints what they take of memory. */
function keepMany(tape: TradeColumns): void {
  const sink = NOBODY;
  const engines = Array.from({ length: ENGINES }, () => new InstrumentAnalytics(KINDS.many));
  const before = process.memoryUsage().rss;
  for (const engine of engines)
    for (let i = 0; i < TRADES_EACH; i += SLICE)
      engine.onTrades(sliceTrades(tape, i, Math.min(TRADES_EACH, i + SLICE)), true, sink);
  const { rss } = process.memoryUsage();
  console.log(JSON.stringify({ engines: ENGINES, rss, grown: rss - before, kept: engines.length }));
}

/** Lets engines go on abreast for `minutes`, asked for all and told as in a process; prints their memory. */
async function goAbreast(tape: TradeColumns, engines: number, minutes: number): Promise<void> {
  const timeUs = tape.timeUs.map((_, i) => tape.timeUs[0]! + (i * US_PER_SECOND) / EACH_SECOND);
  const all = Array.from({ length: engines }, () => {
    const engine = new InstrumentAnalytics(KINDS.abreast);
    const telling = new StateTelling();
    const tell = () => {
      const { name, body } = telling.tell(engine.stateInHand());
      encodeFact(name, body);
    };
    return { engine, sink: { ...NOBODY, onStateDue: tell } };
  });
  for (let second = 1; second <= minutes * 60; second++) {
    const slice = sliceTrades({ ...tape, timeUs }, (second - 1) * EACH_SECOND, second * EACH_SECOND);
    for (const { engine, sink } of all) engine.onTrades(slice, true, sink);
    await new Promise(setImmediate); // what was let go of is given back between turns
    if (second % (15 * 60) !== 0) continue;
    const { rss, heapTotal, arrayBuffers } = process.memoryUsage();
    console.log(JSON.stringify({ minutes: second / 60, rss, heapTotal, arrayBuffers, engines: all.length }));
  }
}

const [path, kind, tiles = '1', rounds = '2'] = process.argv.slice(2);
if (path === undefined || kind === undefined || !Object.hasOwn(KINDS, kind)) {
  console.error(
    'usage: node services/analytics/bench/analytics-engine.bench.ts TAPE.csv.gz KIND TILES ROUNDS',
  );
  console.error(`KIND is one of ${Object.keys(KINDS).join(', ')}`);
  process.exitCode = 2;
} else {
  const tape = loadTape(path, kind === 'abreast' ? 1 : Number(tiles));
  if (kind === 'many') keepMany(tape);
  else if (kind === 'abreast') await goAbreast(tape, Number(tiles), Number(rounds));
  else {
    const slices: TradeColumns[] = [];
    for (let i = 0; i < tape.count; i += SLICE)
      slices.push(sliceTrades(tape, i, Math.min(tape.count, i + SLICE)));
    for (let i = 0; i < Number(rounds); i++) round(kind as Kind, slices, tape.count);
  }
}
