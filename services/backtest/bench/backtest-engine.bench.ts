// The engine in one process over a recorded tape, and where its time goes. Prints its figures as one line of
// JSON.
// usage: node services/backtest/bench/backtest-engine.bench.ts TAPE TILES
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Fact, timeOf } from '@algo/contracts';
import { openFeedFiles } from '@algo/ingest/recordings';
import { InstrumentAnalytics, NOBODY, USUAL_SETTINGS } from '@algo/market-analytics';
import { type Instrument, type MarketState, type TradeColumns, US_PER_MINUTE } from '@algo/model';
import { readInstrumentCatalog, Scheduler } from '@algo/runtime';
import { composeEngine } from '../src/compose.ts';
import { FileLane } from '../src/file-lane.ts';
import { runBacktest } from '../src/run-backtest.ts';
import { MergedTape, sliceRows, type TapeLane, type TapeRows } from '../src/tape.ts';

/** Rounds; the first is cold and left out. */
const ROUNDS = 4;
/** Rows of a piece of the tape. */
const PIECE = 8_192;
/** Facts that the scheduler alone is measured with. */
const FACTS = 1_000_000;

/** *Units*: trades a second; µs; MiB of heap in use after a tenth of the tape and at its end. */
interface BacktestFigures {
  readonly trades: number;
  readonly facts: number;
  /** Of each warm round. */
  readonly rates: readonly number[];
  /** What each took of the processor in this thread, µs a trade: other work here adds less to that. */
  readonly processorUs: readonly number[];
  /** Of a round more, under the profiler: each part's share of the time that was not idle. */
  readonly shares: Readonly<Record<string, number>>;
  readonly schedulerUs: number;
  readonly decisionUs: number;
  readonly heapMib: readonly [early: number, end: number];
}

/** A tape that is held in memory and repeated as time goes on. */
class TiledLane implements TapeLane {
  readonly instrument: TradeColumns['instrument'];
  readonly #rows: readonly TapeRows[];
  readonly #tiles: number;
  readonly #spanUs: number;
  #next = 0;

  constructor(rows: readonly TapeRows[], tiles: number) {
    const first = rows[0]!.trades;
    const last = rows.at(-1)!.trades;
    this.instrument = first.instrument;
    this.#rows = rows;
    this.#tiles = tiles;
    const lengthUs = last.timeUs[last.count - 1]! - first.timeUs[0]!;
    this.#spanUs = Math.ceil(lengthUs / US_PER_MINUTE + 1) * US_PER_MINUTE;
  }

  async read(): Promise<TapeRows | undefined> {
    const tile = Math.floor(this.#next / this.#rows.length);
    if (tile >= this.#tiles) return undefined;
    const { trades, holes } = this.#rows[this.#next++ % this.#rows.length]!;
    const shiftUs = tile * this.#spanUs;
    return { trades: { ...trades, timeUs: trades.timeUs.map((timeUs) => timeUs + shiftUs) }, holes };
  }
}

async function readPieces(path: string, instrument: Instrument): Promise<TapeRows[]> {
  await using opened = await openFeedFiles({
    ...{ paths: [path], instruments: [instrument], catalog: [instrument], layout: undefined },
  });
  const lane = new FileLane(instrument.id, opened.files, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });
  const pieces: TapeRows[] = [];
  for (let rows = await lane.read(); rows !== undefined; rows = await lane.read())
    for (let from = 0; from < rows.trades.count; from += PIECE) {
      pieces.push(sliceRows(rows, from, Math.min(rows.trades.count, from + PIECE)));
    }
  return pieces;
}

/** The last state of analytics over some rows. */
async function someState(lane: TapeLane, instrument: Instrument): Promise<MarketState> {
  const engine = new InstrumentAnalytics({
    instrument: instrument.id,
    priceTick: instrument.priceTick.toNumber(),
    quantityStep: instrument.quantityStep.toNumber(),
    ...USUAL_SETTINGS,
  });
  for (let rows = await lane.read(); rows !== undefined; rows = await lane.read())
    engine.onTrades(rows.trades, true, NOBODY);
  return engine.stateInHand();
}

/** The queue alone: facts that one says and three take. Returns µs a fact. */
function schedulerAlone(): number {
  const scheduler = new Scheduler();
  let taken = 0;
  const startMs = performance.now();
  for (let i = 0; i < FACTS; i++) {
    scheduler.push({
      run() {
        for (let reader = 0; reader < 3; reader++) taken++;
      },
    });
    if (i % 4 === 3) scheduler.drain();
  }
  if (taken !== 3 * FACTS) throw new Error('facts were lost');
  return ((performance.now() - startMs) * 1_000) / FACTS;
}

/** The decider, given a state again that it has just evaluated. Returns µs a state. */
async function decisionAlone(body: MarketState): Promise<number> {
  const state: Fact = { name: 'MarketStateUpdated', body: { state: body, changesFollow: false } };
  await using engine = await composeEngine({ environment: {}, observe() {} });
  const decision = engine.composition.machineOf('decision.paper-main');
  const told = timeOf(state.name, state.body);
  const time = { type: 'TimeAdvanced', feed: 'file', toldUs: told, sureUs: told } as const;
  const advanced = { ...time, behind: [], wallUs: 0, speed: 1, warm: false };
  decision.hear({ name: 'TimeAdvanced', body: advanced }, () => {});
  decision.hear(state, () => {});
  const startMs = performance.now();
  for (let i = 0; i < FACTS; i++) decision.give(state);
  return ((performance.now() - startMs) * 1_000) / FACTS;
}

/** Returns what is in use once what nobody holds is gone. *Units*: MiB. */
function heapInUseMib(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return getHeapStatistics().used_heap_size / 2 ** 20;
}

/** What the folders of the checkout are parts of. */
const PARTS: readonly (readonly [part: string, folders: RegExp])[] = [
  ['analytics', /^(market-analytics|indicators|analytics)$/],
  ['decision', /^(strategy|decision)$/],
  ['order path', /^(execution|position-risk|reconcile|simulation|paper-venue|venues|state)$/],
  ['exact numbers and ids', /^model$/],
  ['host and bus', /^(backtest|runtime|bus|contracts|read-models|ingest)$/],
];

function partOf({ url, functionName }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const folder = /\/(?:libs|services)\/([^/]+)\//.exec(url)?.[1];
  if (folder !== undefined) return PARTS.find(([, folders]) => folders.test(folder))?.[0] ?? 'rest';
  return functionName === '(garbage collector)' ? 'garbage' : functionName === '(idle)' ? 'idle' : 'rest';
}

/** Returns each part's share of a run, by samples of the profiler. */
async function profiled(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const spent: Record<string, number> = {};
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const part = frames.get(id)!;
    if (part !== 'idle') spent[part] = (spent[part] ?? 0) + profile.timeDeltas![i]!;
  }
  const all = Object.values(spent).reduce((sum, us) => sum + us, 0);
  return Object.fromEntries(Object.entries(spent).map(([part, us]) => [part, us / all]));
}

async function measure(path: string, tiles: number): Promise<BacktestFigures> {
  const catalog = readInstrumentCatalog('config/instruments.yaml');
  const instrument = [...catalog.values()].find(({ id }) => id === 'binance.spot.LTCUSDT')!;
  const pieces = await readPieces(path, instrument);
  const rows = pieces.reduce((sum, { trades }) => sum + trades.count, 0);
  const rates: number[] = [];
  const processorUs: number[] = [];
  const heapMib: number[] = [];
  let nextSample = (rows * tiles) / 10;
  let trades = 0;
  let facts = 0;
  const once = async (onProgress: (done: number) => void) => {
    facts = 0;
    const startMs = performance.now();
    const { summary } = await runBacktest(new MergedTape([new TiledLane(pieces, tiles)]), {
      environment: {},
      observe() {
        facts++;
      },
      onProgress: ({ trades: done }) => onProgress(done),
    });
    trades = summary.trades;
    return performance.now() - startMs;
  };
  await once((done) => {
    if (done < nextSample) return;
    nextSample += (rows * tiles) / 10;
    heapMib.push(heapInUseMib());
  });
  for (let round = 1; round < ROUNDS; round++) {
    const before = process.threadCpuUsage();
    rates.push((trades * 1_000) / (await once(() => {})));
    const { user, system } = process.threadCpuUsage(before);
    processorUs.push((user + system) / trades);
  }
  const shares = await profiled(() => once(() => {}));
  return {
    ...{ trades, facts, rates, processorUs, shares },
    schedulerUs: schedulerAlone(),
    decisionUs: await decisionAlone(await someState(new TiledLane(pieces, 1), instrument)),
    heapMib: [heapMib[0]!, heapMib.at(-1)!],
  };
}

const [path, tiles = '10'] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node services/backtest/bench/backtest-engine.bench.ts TAPE TILES');
  process.exitCode = 2;
} else console.log(JSON.stringify(await measure(path, Number(tiles))));
