import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { coverageOf, emptyTally, lineOf, runSeed, textOf } from './run-seeds.ts';
import { scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';

/** Where a soak goes on that was broken off. */
const RESUME = '.cache/storm-resume.json';
const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    count: { type: 'string', default: '100000' },
    /** Ends with the first seed that fails, and says it in one line. */
    first: { type: 'boolean', default: false },
  },
});
const resume = values.from === undefined && existsSync(RESUME);
const from = values.from ?? (resume ? String(JSON.parse(readFileSync(RESUME, 'utf8')).next) : '1');
const end = (resume ? 1 : Number(from)) + Number(values.count);
const tally = emptyTally();
let toldMs = Date.now();
for (let seed = Number(from); seed < end; seed++) {
  const failed = tally.failed.length;
  await runSeed(seed, tally);
  if (tally.failed.length > failed) {
    const last = tally.failed.at(-1)!;
    console.log(values.first ? JSON.stringify({ seed, ...last.violation }) : lineOf(last));
    if (values.first) break;
    console.log(textOf(await shrink(scenarioOf(seed), last.violation)));
  }
  if (values.first || Date.now() - toldMs < PROGRESS_MS) continue;
  toldMs = Date.now();
  console.log(`seed ${seed} of ${end - 1}, ${tally.failed.length} failed`);
  if (values.from !== undefined) continue;
  mkdirSync(dirname(RESUME), { recursive: true });
  writeFileSync(RESUME, JSON.stringify({ next: seed + 1 }));
}
if (!values.first) console.log(`${coverageOf(tally)}\n${tally.seeds} seeds, ${tally.failed.length} failed`);
process.exitCode = tally.failed.length > 0 ? 1 : 0;
