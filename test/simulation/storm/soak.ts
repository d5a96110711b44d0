// Runs many seeds. Without arguments it goes on where the last run stopped, up to 100,000, and keeps what
// came of it; `--from N --count M` runs those seeds alone; `--trace N` prints all that is said in one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bug-patches.ts';
import { runScenario } from './run-scenario.ts';
import { coverageOf, emptyTally, lineOf, runSeed, type Tally, textOf } from './run-seeds.ts';
import { scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { keepResults } from './storm-results.ts';
import { traceSeed } from './trace-seed.ts';

/** Where a soak goes on that was broken off, and what it has come to so far. */
const RESUME = join(ROOT, '.cache/storm-resume.json');
const PROGRESS_MS = 10_000;
const LAST_SEED = 100_000;

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

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    count: { type: 'string' },
    /** Ends with the first seed that fails, and says it in one line. */
    first: { type: 'boolean', default: false },
    trace: { type: 'string' },
  },
});
if (values.trace !== undefined) {
  await traceSeed(Number(values.trace), console.log);
  process.exit();
}
const isChosen = values.from !== undefined || values.first;
const { next, tally } = isChosen ? { next: Number(values.from ?? 1), tally: emptyTally() } : readResume();
const end = values.count === undefined ? LAST_SEED + 1 : next + Number(values.count);
let toldMs = Date.now();
for (let seed = next; seed < end; seed++) {
  const failed = tally.failed.length;
  await runSeed(seed, tally);
  if (tally.failed.length > failed) {
    const last = tally.failed.at(-1)!;
    console.log(values.first ? JSON.stringify({ seed, ...last.violation }) : lineOf(last));
    if (values.first) break;
    console.log(textOf(await shrink(scenarioOf(seed), last.violation, runScenario)));
  }
  if (values.first || Date.now() - toldMs < PROGRESS_MS) continue;
  toldMs = Date.now();
  console.log(`seed ${seed} of ${end - 1}, ${tally.failed.length} failed`);
  if (!isChosen) keep(seed + 1, tally);
}
if (!isChosen) keep(end, tally);
if (!values.first) console.log(`${coverageOf(tally)}\n${tally.seeds} seeds, ${tally.failed.length} failed`);
if (!isChosen) console.log('`npm run gen` writes this into docs/reliability.md.');
process.exitCode = tally.failed.length > 0 ? 1 : 0;
