import { InputError } from '@algo/model';
import type { Archive } from './archive.ts';

export interface TickStoreOptions {
  readonly dataDir: string;
  /** Where closed days or hours go; without, every row stays in its file. */
  readonly archive?: Archive;
  /** Files that stay attached. Default 100; where more are open, they take turns. */
  readonly maxOpenFiles?: number;
  /** An instrument's rows are written when so many wait. Default 100; more where files take turns. */
  readonly flushRows?: number;
  /** Or when the oldest has waited so long. Default 1000; 60 for each file where they take turns. */
  readonly flushIntervalMs?: number;
  /** Whether storing gives way to what else wants the processor. Default true: trading comes first. */
  readonly givesWay?: boolean;
  /**
   * Told of each write that failed, which is tried again unless the store's thread is what failed; and of a
   * file that could not be read and was set aside for a new one.
   */
  readonly onError?: (error: Error) => void;
}

/** What the store has done since it was opened. */
export interface TickStoreStats {
  readonly storedTrades: number;
  readonly storedRows: number;
  /** Appended and not durable yet. */
  readonly pendingRows: number;
  readonly commits: number;
  readonly failedCommits: number;
  readonly lastCommitMs: number;
  readonly openFiles: number;
  readonly checkpoints: number;
}

/** Of a store that was just opened. */
export const NOTHING_DONE: TickStoreStats = {
  ...{ storedTrades: 0, storedRows: 0, pendingRows: 0, commits: 0, failedCommits: 0 },
  ...{ lastCommitMs: 0, openFiles: 0, checkpoints: 0 },
};

/** Returns a setting that must be a whole number above 0. *Errors*: InputError. */
export function wholeAboveZero(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InputError({
      field,
      value,
      because: 'not a whole number above 0',
      remedy: 'Leave it out for the default.',
    });
  return value;
}
