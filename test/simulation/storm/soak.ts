// Runs many seeds. Without arguments it goes on where the last run stopped, up to 100,000, and keeps what
// came of it; `--from N --count M` runs those seeds alone; `--trace N` prints all that is said in one. With
// `binance-spot` or `binance-usdm` in front it is the storms over that exchange's adapter: 1,000 seeds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bug-patches.ts';
import { runScenario } from './run-scenario.ts';
import {
  addTally,
  coverageOf,
  emptyTally,
  lineOf,
  runSeed,
  seededScenario,
  type Tally,
  textOf,
} from './run-seeds.ts';
import { EXCHANGES, type Exchange } from './scenario.ts';
import { shrink } from './shrink.ts';
import { keepResults, readResults } from './storm-results.ts';
import { traceSeed } from './trace-seed.ts';

/** Where a soak goes on that was broken off, and what it has come to so far. */
const RESUME = join(ROOT, '.cache/storm-resume.json');
/** Seeds that a process runs before it tells what they came to. */
const BLOCK = 1_000;
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

/** Runs seeds in a process of their own, which prints those that fail, and returns what they came to. */
async function runBlock(exchange: Exchange, from: number, count: number): Promise<Tally> {
  const args = [exchange, '--from', `${from}`, '--count', `${count}`];
  const child = fork(import.meta.filename, args, { serialization: 'advanced' });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`seeds ${from} to ${from + count - 1} did not come to an end: exit code ${code}`);
  });
  const [tally] = (await Promise.race([once(child, 'message'), ended])) as [Tally];
  return tally;
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
if (isChosen && (values.from !== undefined || values.first)) await runHere();
else await runInBlocks();

/** Runs the seeds that were named, one after the other. */
async function runHere(): Promise<void> {
  for (let seed = next; seed < end; seed++) {
    const failed = tally.failed.length;
    await runSeed(seed, tally, exchange);
    if (tally.failed.length === failed) continue;
    const found = tally.failed.at(-1)!;
    console.log(values.first ? JSON.stringify({ seed, ...found.violation }) : lineOf(found, exchange));
    if (values.first) break;
    console.log(textOf(await shrink(seededScenario(exchange, seed), found.violation, runScenario)));
  }
}

/** Runs all that are left, as many blocks at a time as there are cores, and keeps what came of each round. */
async function runInBlocks(): Promise<void> {
  let seed = next;
  while (seed < end) {
    const round: Promise<Tally>[] = [];
    for (; seed < end && round.length < availableParallelism(); seed += BLOCK)
      round.push(runBlock(exchange, seed, Math.min(BLOCK, end - seed)));
    for (const part of await Promise.all(round)) addTally(tally, part);
    seed = Math.min(seed, end);
    console.log(`seed ${seed - 1} of ${end - 1}, ${tally.failed.length} failed`);
    if (!isChosen) keep(seed, tally);
  }
  if (exchange !== 'paper' && values.count === undefined) keepReal(exchange, tally);
}
// A process that runs a block tells its tally and prints what failed; the one that asked prints the rest.
if (process.send !== undefined) process.send(tally);
else if (!values.first) {
  console.log(`${coverageOf(tally)}\n${tally.seeds} seeds, ${tally.failed.length} failed`);
  if (!isChosen) console.log('`npm run gen` writes this into docs/reliability.md.');
}
process.exitCode = tally.failed.length > 0 ? 1 : 0;
