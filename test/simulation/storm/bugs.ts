import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Violation } from './judge-notes.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const BUGS = join(import.meta.dirname, 'bugs');
const SEEDS = 2_000;
const WORKERS = 2;
const COPIED = ['libs', 'services', 'test', 'config', 'package.json'];

/** What came of one bug; `by` null when no seed caught it. */
interface Outcome {
  readonly bug: string;
  readonly by: (Violation & { readonly seed: number }) | null;
  readonly error: string;
}

/** Makes a copy of the sources that uses the same dependencies. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'storm-bugs-'));
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Puts a bug into a copy, or takes it out again. */
function patch(copy: string, bug: string, ...way: string[]): void {
  const done = spawnSync('git', ['apply', ...way, join(BUGS, `${bug}.patch`)], { cwd: copy, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${bug}.patch no longer fits: ${done.stderr}`);
}

async function hunt(copy: string, bug: string): Promise<Outcome> {
  patch(copy, bug);
  const args = ['test/simulation/storm/soak.ts', '--from', '1', '--count', `${SEEDS}`, '--first'];
  const child = spawn(process.execPath, args, { cwd: copy, env: process.env });
  const [said, error] = await Promise.all([textOf(child, 'stdout'), textOf(child, 'stderr')]);
  patch(copy, bug, '--reverse');
  const line = said.split('\n').find((each) => each.startsWith('{'));
  return { bug, by: line === undefined ? null : (JSON.parse(line) as Outcome['by']), error };
}

async function textOf(child: ChildProcess, from: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const part of child[from] ?? []) text += String(part);
  return text;
}

const wanted = process.argv.slice(2);
const bugs = readdirSync(BUGS)
  .map((file) => file.replace(/\.patch$/, ''))
  .filter((bug) => wanted.length === 0 || wanted.includes(bug));
const waiting = [...bugs];
let missed = 0;

async function work(): Promise<void> {
  const copy = copyOfTree();
  try {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { by, error } = await hunt(copy, bug);
      if (by === null) missed++;
      const caught = by === null ? `NOT CAUGHT ${error.slice(0, 300)}` : `seed ${by.seed}`.padEnd(11);
      console.log(`${bug.padEnd(36)} ${caught} ${by === null ? '' : `${by.invariant}: ${by.detail}`}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

await Promise.all(Array.from({ length: WORKERS }, work));
console.log(`${bugs.length - missed} of ${bugs.length} bugs caught within ${SEEDS} seeds`);
process.exitCode = missed > 0 ? 1 : 0;
