import { InputError } from '@algo/model';

/** What is wrong with a file, as plain data that crosses threads. */
export interface StoreProblem {
  readonly file: string;
  readonly because: string;
  readonly remedy: string;
  /** True where it may pass by itself, as a lock or a full disk. */
  readonly isPassing?: boolean;
}

/** A store file can't be used; thrown where DuckDB runs, seen by callers as InputError or StoreWriteError. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, options?: ErrorOptions) {
    super(`${problem.file}: ${problem.because}. ${problem.remedy}`, options);
    this.problem = problem;
  }
}

/**
 * Rows could not be made durable. They are kept and written
 * by a later flush: nothing is lost while the process lives.
 */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError';
  readonly file: string;
  readonly remedy: string;

  constructor(problem: StoreProblem) {
    super(`${problem.file}: ${problem.because}. ${problem.remedy}`);
    this.file = problem.file;
    this.remedy = problem.remedy;
  }
}

/**
 * The store already holds as many rows that aren't durable
 * as it may. Nothing of the refused append was taken.
 */
export class BacklogFullError extends Error {
  override readonly name = 'BacklogFullError';
}

export function asInputError({ file, ...problem }: StoreProblem): InputError {
  return new InputError({ field: 'tick store file', value: file, ...problem });
}

export function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\.$/, '');
}

export const BUSY_REMEDY =
  'Stop the other engine or tool that uses this data directory, or give this one a directory of its own';
export const WRITE_REMEDY =
  'Free space on the disk or make the directory writable; the rows are kept and the next flush tries again';

/** Returns what to tell the operator of a file that could not be begun. */
export function createProblem(file: string, error: unknown): StoreFileError {
  if (error instanceof StoreFileError) return error;
  return placeProblem(file, error);
}

/** Returns what to tell the operator of a file that is there but that DuckDB would not open. */
export function openProblem(file: string, error: unknown): StoreFileError {
  if (error instanceof StoreFileError) return error;
  const because = words(error);
  // DuckDB's errors carry no code. A wrong guess here costs
  // a less fitting remedy; its own words are always shown.
  if (because.includes('Could not set lock on file'))
    return new StoreFileError(
      { file, because: 'another process has it open', remedy: BUSY_REMEDY, isPassing: true },
      { cause: error },
    );
  if (because.includes('Cannot open file')) return placeProblem(file, error);
  return new StoreFileError(
    {
      file,
      because: `DuckDB cannot read it (${because})`,
      remedy:
        `Move ${file} and, if there is one, ${file}.wal to another folder and start again: a new file is ` +
        'begun. Nothing was deleted; keep the old ones for `duckdb` to rescue',
    },
    { cause: error },
  );
}

function placeProblem(file: string, error: unknown): StoreFileError {
  const remedy = 'Give this user a data directory that is writable and has free space';
  return new StoreFileError({ file, because: words(error), remedy, isPassing: true }, { cause: error });
}
