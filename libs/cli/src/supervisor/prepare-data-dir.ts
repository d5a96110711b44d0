import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '@algo/model';
import type { EngineFile } from '../engine/engine-file.ts';
import type { UpOptions } from './up-options.ts';

export const FREE_BYTES_MIN = 200 * 1024 * 1024;

/**
 * Makes the data directory if need be. *Errors*: InputError when it can't be written or the disk is nearly
 * full.
 */
export function makeUsable(dataDir: string): void {
  const refused = (because: string, remedy: string) =>
    new InputError({ field: '--data-dir', value: dataDir, because, remedy });
  try {
    makeFolder(dataDir);
    const probe = join(dataDir, `.probe.${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    const because = `cannot be written: ${(error as Error).message}`;
    throw refused(because, 'Let this user write there, or choose another --data-dir.');
  }
  const free = freeBytes(dataDir);
  if (free < FREE_BYTES_MIN)
    throw refused(
      `only ${Math.floor(free / 1_048_576)} MB are free there, ${FREE_BYTES_MIN / 1_048_576} MB are needed`,
      'Free some space, or choose another --data-dir.',
    );
}

/**
 * Level by level: Node's own recursive mkdir never returns on file systems that take no folders, such as
 * /proc.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Returns how many bytes this user may still write there. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/**
 * *Errors*: InputError when the directory holds the words of processes that these options leave out: another
 * kind of feed, further accounts. Who reads them would take them for those of a stranger.
 */
export function refuseOtherPlan(dataDir: string, before: EngineFile | undefined, options: UpOptions): void {
  if (before === undefined) return;
  const refused = (field: string, value: string | number, because: string, remedy: string) =>
    new InputError({ field, value, because: `${dataDir} ${because}`, remedy });
  if (before.feed.split(':')[0] !== options.feedKind)
    throw refused(
      '--feed',
      options.feed,
      `holds the history of ${before.feed}`,
      'Choose another --data-dir; one history has one kind of feed.',
    );
  const all = [...new Set([...before.accounts, ...options.accounts])];
  const left = before.accounts.filter((account) => !options.accounts.includes(account));
  if (left.length > 0)
    throw refused(
      '--accounts',
      options.accounts.join(','),
      `also has ${left.join(', ')}`,
      `Name ${all.join(',')}, or choose another --data-dir.`,
    );
  for (const account of before.accounts) {
    const live = options.live.find((one) => one.account === account);
    const [now, then] = [live?.exchange ?? 'paper', before.live[account]?.exchange ?? 'paper'];
    if (now !== then)
      throw refused(
        now === 'paper' ? '--accounts' : '--live',
        `${account} on ${now}`,
        `holds the books of ${account} on ${then}`,
        'Choose another --data-dir; books of one exchange are never those of another.',
      );
    const began = before.live[account]?.startingEquity;
    if (live !== undefined && began !== live.startingEquity)
      throw refused(
        'starting_equity',
        live.startingEquity,
        `holds books of ${account} that began with ${began}`,
        'Give the same, or begin in another --data-dir.',
      );
  }
}
