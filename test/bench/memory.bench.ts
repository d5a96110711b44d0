import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchServer } from './bench-server.ts';
import { pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { type BenchOptions, type BenchResult, paired, single } from './figures.ts';
import { residentMiB } from './process-figures.ts';
import { syntheticTape } from './tape.ts';

export const name = 'memory';
export const description =
  'resident memory of every process after many trades (floor: after fewer), and heavy libraries loaded';

const PROCESSES = [
  ...['paper-venue', 'reconcile', 'execution', 'position-risk', 'decision'].map((one) => `${one}.paper-main`),
  ...['analytics.0', 'notifier.main', 'ingest.file'],
];
const INSTRUMENTS = ['BTC', 'ETH', 'LTC'].map((base) => `binance.spot.${base}USDT`);
const SPEED = 200;
/** All instruments together, of market time: dense, so that the whole takes some minutes. */
const TRADES_PER_SECOND = 12;
const EARLY_TRADES = 80_000;
const LATE_TRADES = 400_000;
const STUCK_MS = 60_000;
const HEAVY = /\/node_modules\/(ccxt|firebase-admin|@google-cloud\/firestore)\//;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const [early, late] = [EARLY_TRADES * scale, LATE_TRADES * scale].map(Math.round) as [number, number];
  const loaded = await loadedModules(); // also fills the compile cache, as any first start does
  const heavy = [...loaded].flatMap(([identity, urls]) =>
    urls.filter((url) => HEAVY.test(url)).map((url) => `${identity}: ${url}`),
  );
  say(`modules read; now ${late.toLocaleString('en-US')} trades at × ${SPEED}`);
  const read = await residentAfter([early, late], say);
  const figures = [...read[1]!].map(([identity, mib]) =>
    paired(identity, 'MiB', [{ ours: mib, floor: read[0]!.get(identity)! }], { of: 'ratio', most: 1.3 }),
  );
  const modules = [...loaded].map(([identity, urls]) => `${identity} ${urls.length}`).join(', ');
  return {
    figures: [
      ...figures,
      single('modules of ccxt, firebase-admin, firestore loaded', '', heavy.length, { of: 'value', most: 0 }),
    ],
    notes: [
      `ours after ${late.toLocaleString('en-US')} trades, floor after ${early.toLocaleString('en-US')} of the same run: files of ${INSTRUMENTS.length} synthetic instruments, ${TRADES_PER_SECOND} trades/s of market time at × ${SPEED}, every process of an engine`,
      `modules loaded: ${modules}`,
      ...heavy.slice(0, 5),
    ],
  };
}

/** Returns the resident memory of every process as ever more trades were stored. *Units*: MiB. */
async function residentAfter(
  counts: readonly number[],
  say: BenchOptions['say'],
): Promise<readonly ReadonlyMap<string, number>[]> {
  await using server = await BenchServer.start();
  const rows = Math.ceil((counts.at(-1)! * 1.05) / INSTRUMENTS.length);
  await using processes = new EngineProcesses(server);
  await processes.start(PROCESSES, feedOf(server.dir, rows));
  const stored = () => processes.statuses.get('analytics.0')?.counters.stored ?? 0;
  const read: Map<string, number>[] = [];
  for (const count of counts) {
    for (let last = 0, lastMs = performance.now(); stored() < count; await pause(50)) {
      if (stored() > last) [last, lastMs] = [stored(), performance.now()];
      if (performance.now() - lastMs > STUCK_MS)
        throw new Error(`no trade was stored for ${STUCK_MS} ms: ${stored()} of ${count}`);
    }
    const resident = new Map([...processes.pids()].map(([identity, pid]) => [identity, residentMiB(pid)]));
    read.push(resident);
    say(`${count} trades: ${[...resident].map(([who, mib]) => `${who} ${mib.toFixed(0)}`).join(', ')} MiB`);
  }
  return read;
}

/** Returns the settings of an ingest that gives out so many trades of each instrument. */
function feedOf(dir: string, rows: number): Record<string, string> {
  return {
    ALGO_FEED: `file:${writeFiles(dir, rows).join()}`,
    ALGO_INSTRUMENTS: INSTRUMENTS.join(),
    ALGO_SPEED: String(SPEED),
  };
}

/** Writes a recording of each instrument. */
function writeFiles(dir: string, rows: number): string[] {
  return INSTRUMENTS.map((id) => {
    const perSecond = TRADES_PER_SECOND / INSTRUMENTS.length;
    const { count, timeUs, price, quantity, side, ids } = syntheticTape(id, rows, perSecond / 1.35).trades;
    const lines = ['ts_ms,trade_id,price,qty,side'];
    for (let i = 0; i < count; i++) {
      const who = side[i] === 1 ? 'buy' : 'sell';
      const about = [Math.floor(timeUs[i]! / 1_000), ids.values[i], price[i]!.toFixed(2), quantity[i], who];
      lines.push(about.join());
    }
    const path = join(dir, `${id}.csv`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  });
}

async function loadedModules(): Promise<Map<string, string[]>> {
  const dir = mkdtempSync(join(tmpdir(), 'algo-bench-modules-'));
  const list = (identity: string) => join(dir, identity);
  try {
    {
      await using server = await BenchServer.start();
      await using processes = new EngineProcesses(server);
      const recorder = fileURLToPath(new URL('./record-modules.ts', import.meta.url));
      const feed = feedOf(server.dir, 100);
      for (const one of PROCESSES)
        await processes.start([one], { ...feed, BENCH_MODULE_LIST: list(one) }, ['--import', recorder]);
    }
    const loaded = (identity: string) => readFileSync(list(identity), 'utf8').split('\n').filter(Boolean);
    return new Map(PROCESSES.map((identity) => [identity, loaded(identity)]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
