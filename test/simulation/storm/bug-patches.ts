import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXCHANGES, type Exchange } from './scenario.ts';

/** The checkout that the patches are made for. */
export const ROOT = resolve(import.meta.dirname, '../../..');
/** A bug must be caught within so many seeds. */
export const BUGS_SEEDS = 2_000;
const BUGS = join(import.meta.dirname, 'bugs');

/** Returns the names of all hand-made bugs. */
export function bugNames(): string[] {
  return readdirSync(BUGS)
    .map((file) => file.replace(/\.patch$/, ''))
    .toSorted();
}

/** Returns over which exchange the seeds run that hunt a bug: its name begins with it, or it is paper. */
export function exchangeOf(bug: string): Exchange {
  return EXCHANGES.find((exchange) => bug.startsWith(`${exchange}-`)) ?? 'paper';
}

/** Returns what a bug does wrong: the first line of its patch. */
export function bugText(bug: string): string {
  const [line = ''] = readFileSync(join(BUGS, `${bug}.patch`), 'utf8').split('\n');
  return line.replace(/^# /, '');
}

/**
 * Applies a bug to a tree; with `--check` only looks whether it fits, with `--reverse` takes it out again.
 * *Errors*: Error naming a patch that doesn't fit.
 */
export function applyBug(tree: string, bug: string, ...how: ('--check' | '--reverse')[]): void {
  const done = spawnSync('git', ['apply', ...how, join(BUGS, `${bug}.patch`)], {
    cwd: tree,
    encoding: 'utf8',
  });
  if (done.status === 0) return;
  throw new Error(`${bug}.patch no longer fits the code it breaks; write it anew: ${done.stderr.trim()}`);
}
