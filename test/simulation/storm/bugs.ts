// Hunts the hand-made bugs: each is put into a copy of the sources, and seeds run until a rule is broken.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyBug, BUGS_SEEDS, bugNames, exchangeOf, ROOT } from './bug-patches.ts';
import type { Violation } from './judge-notes.ts';
import { keepResults, readResults } from './storm-results.ts';

/** Seeds that `npm test` runs, over the paper exchange and over a real adapter. */
const [SEEDS_TESTED, SEEDS_TESTED_OF_REAL] = [300, 100];
const COPIED = ['libs', 'services', 'test', 'config', 'package.json'];

interface Caught extends Violation {
  readonly seed: number;
}

/** Makes a copy of the sources that uses the same dependencies. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'storm-bugs-'));
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Returns the first seed that breaks a rule, or null. *Errors*: Error when the seeds can't be run. */
async function firstFailure(
  tree: string,
  exchange: string,
  from: number,
  count: number,
): Promise<Caught | null> {
  const args = [
    'test/simulation/storm/soak.ts',
    exchange,
    '--from',
    `${from}`,
    '--count',
    `${count}`,
    '--first',
  ];
  const child = spawn(process.execPath, args, { cwd: tree });
  const ended = once(child, 'close');
  const [said, complaint] = await Promise.all([textOf(child, 'stdout'), textOf(child, 'stderr')]);
  await ended;
  const line = said.split('\n').find((each) => each.startsWith('{'));
  if (line !== undefined) return JSON.parse(line) as Caught;
  if (child.exitCode !== 0) throw new Error(`the seeds did not run: ${complaint.slice(0, 1_000)}`);
  return null;
}

async function textOf(child: ChildProcess, from: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const part of child[from] ?? []) text += String(part);
  return text;
}

async function hunt(copy: string, bug: string): Promise<Caught | null> {
  applyBug(copy, bug);
  const tested = exchangeOf(bug) === 'paper' ? SEEDS_TESTED : SEEDS_TESTED_OF_REAL;
  const caught = await firstFailure(copy, exchangeOf(bug), 1, BUGS_SEEDS);
  applyBug(copy, bug, '--reverse');
  // Of those up to here `npm test` says whether they hold.
  if (caught === null || caught.seed <= tested) return caught;
  if ((await firstFailure(copy, exchangeOf(bug), caught.seed, 1)) !== null)
    throw new Error(`seed ${caught.seed} fails without the bug ${bug} too: mend that first`);
  return caught;
}

const { values, positionals } = parseArgs({
  options: { workers: { type: 'string', default: '2' } },
  allowPositionals: true,
});
const known = bugNames();
const strange = positionals.find((bug) => !known.includes(bug));
if (strange !== undefined) throw new Error(`no bug is named ${strange}; there are: ${known.join(', ')}`);
const bugs = positionals.length === 0 ? known : positionals;
for (const bug of bugs) applyBug(ROOT, bug, '--check');
const waiting = [...bugs];
const outcomes: [string, Caught | null][] = [];

/** Keeps what came of a bug, and forgets those that are there no more. */
function keep(bug: string, caught: Caught | null): void {
  const others = Object.entries(readResults().bugs).filter(([name]) => name !== bug && known.includes(name));
  const by = caught && { seed: caught.seed, invariant: caught.invariant };
  const sorted = [...others, [bug, by] as const].toSorted(([a], [b]) => (a < b ? -1 : 1));
  keepResults({ bugs: Object.fromEntries(sorted) });
}

async function work(): Promise<void> {
  const copy = copyOfTree();
  try {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const caught = await hunt(copy, bug);
      outcomes.push([bug, caught]);
      keep(bug, caught);
      const by =
        caught === null ? 'NOT CAUGHT' : `seed ${caught.seed}  ${caught.invariant}: ${caught.detail}`;
      console.log(`${bug.padEnd(36)} ${by}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

await Promise.all(Array.from({ length: Number(values.workers) }, work));
const missed = outcomes.filter(([, by]) => by === null).length;
console.log(`${bugs.length - missed} of ${bugs.length} bugs caught within ${BUGS_SEEDS} seeds`);
process.exitCode = missed > 0 ? 1 : 0;
