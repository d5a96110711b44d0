// Runs many seeds. Without arguments it goes on where the last run stopped, up to 100,000, and keeps what
// came of it; `--from N --count M` runs those seeds alone; `--trace N` prints all that is said in one. With
// `binance-spot` or `binance-usdm` in front it is the storms over that exchange's adapter: 1,000 seeds.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bug-patches.ts';
import { runScenario } from './run-scenario.ts';
import { coverageOf, emptyTally, lineOf, runSeed, seededScenario, type Tally, textOf } from './run-seeds.ts';
import { EXCHANGES, type Exchange } from './scenario.ts';
import { shrink } from './shrink.ts';
import { keepResults, readResults } from './storm-results.ts';
import { traceSeed } from './trace-seed.ts';

/** Where a soak goes on that was broken off, and what it has come to so far. */
const RESUME = join(ROOT, '.cache/storm-resume.json');
const PROGRESS_MS = 10_000;
const LAST_SEED = 100_000;
const LAST_SEED_OF_REAL = 1_000;

interface Resume {
  readonly next: number;
  readonly failed: Tally['failed'];
  readonly sometimes: [never, number][];
  readonly met: [string, number][];
}

function readResume(): { next: number; tally: Tally } {
  if (!existsSync(RESUME)) return { next: 1, tally: emptyTally() };
  const { next, failed, sometimes, met } = JSON.parse(readFileSync(RESUME, 'utf8')) as Resume;
  if (next > LAST_SEED) return { next: 1, tally: emptyTally() };
  return { next, tally: { seeds: next - 1, failed, sometimes: new Map(sometimes), met: new Map(met) } };
}

function keep(next: number, { seeds, failed, sometimes, met }: Tally): void {
  mkdirSync(dirname(RESUME), { recursive: true });
  const resume = { next, failed, sometimes: [...sometimes], met: [...met] };
  writeFileSync(RESUME, JSON.stringify(resume));
  const broken = failed.map(({ seed, violation: { invariant } }) => ({ seed, invariant }));
  const counts = { sometimes: Object.fromEntries(sometimes), met: Object.fromEntries([...met].toSorted()) };
  keepResults({ soak: { from: 1, seeds, failed: broken, ...counts } });
}

function keepReal(exchange: Exchange, { seeds, failed, sometimes, met }: Tally): void {
  const broken = failed.map(({ seed, violation: { invariant } }) => ({ seed, invariant }));
  const counts = {
    sometimes: Object.fromEntries([...sometimes].toSorted()),
    met: Object.fromEntries([...met].toSorted()),
  };
  keepResults({ real: { ...readResults().real, [exchange]: { seeds, failed: broken, ...counts } } });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string' },
    count: { type: 'string' },
    /** Ends with the first seed that fails, and says it in one line. */
    first: { type: 'boolean', default: false },
    trace: { type: 'string' },
  },
});
const exchange: Exchange = EXCHANGES.find((name) => name === positionals[0]) ?? 'paper';
if (values.trace !== undefined) {
  await traceSeed(exchange, Number(values.trace), console.log);
  process.exit();
}
const isChosen = values.from !== undefined || values.first || exchange !== 'paper';
const last = exchange === 'paper' ? LAST_SEED : LAST_SEED_OF_REAL;
const { next, tally } = isChosen ? { next: Number(values.from ?? 1), tally: emptyTally() } : readResume();
const end = values.count === undefined ? last + 1 : next + Number(values.count);
let toldMs = Date.now();
for (let seed = next; seed < end; seed++) {
  const failed = tally.failed.length;
  await runSeed(seed, tally, exchange);
  if (tally.failed.length > failed) {
    const found = tally.failed.at(-1)!;
    console.log(values.first ? JSON.stringify({ seed, ...found.violation }) : lineOf(found, exchange));
    if (values.first) break;
    console.log(textOf(await shrink(seededScenario(exchange, seed), found.violation, runScenario)));
  }
  if (values.first || Date.now() - toldMs < PROGRESS_MS) continue;
  toldMs = Date.now();
  console.log(`seed ${seed} of ${end - 1}, ${tally.failed.length} failed`);
  if (!isChosen) keep(seed + 1, tally);
}
if (!isChosen) keep(end, tally);
if (exchange !== 'paper' && values.from === undefined && values.count === undefined && !values.first)
  keepReal(exchange, tally);
if (!values.first) console.log(`${coverageOf(tally)}\n${tally.seeds} seeds, ${tally.failed.length} failed`);
if (!isChosen) console.log('`npm run gen` writes this into docs/reliability.md.');
process.exitCode = tally.failed.length > 0 ? 1 : 0;
