import { InputError } from '@algo/model';
import type { FileSpec } from './schema.ts';

/** What is wrong with a file, as plain data that crosses threads. */
export interface StoreProblem {
  readonly file: string;
  readonly because: string;
  readonly remedy: string;
  /** True where it may pass by itself, as a lock or a full disk. */
  readonly isPassing?: boolean;
  /** True where DuckDB finds its own file damaged, so that only another file helps. */
  readonly isDamaged?: boolean;
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
  /** False where the file is gone or damaged: only a process that opens it anew puts that right. */
  readonly isPassing: boolean;

  constructor(problem: StoreProblem) {
    super(`${problem.file}: ${problem.because}. ${problem.remedy}`);
    this.file = problem.file;
    this.remedy = problem.remedy;
    this.isPassing = problem.isPassing === true;
  }
}

/**
 * A file could not be read: it lies under another name, and a new one has begun. What was rolled is in the
 * archive; who stores puts back what came since from the stream, as far as that goes back.
 */
export class FileSetAsideError extends Error {
  override readonly name = 'FileSetAsideError';

  constructor(file: string, aside: string) {
    super(
      `${file} could not be read; it lies at ${aside} now, and a new file was begun. The archive is ` +
        'whole; rows since are put back from the stream. Keep the old file until that is said',
    );
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
      isDamaged: DAMAGE.test(because),
    },
    { cause: error },
  );
}

/** What DuckDB says of bytes that aren't whole; of a newer format it speaks of versions. */
const DAMAGE = /corrupt|checksum|not a valid DuckDB|read enough bytes|deserializ|unrecoverable/i;

export function isUnreadable(error: unknown): boolean {
  return error instanceof StoreFileError && error.problem.isDamaged === true;
}

/** Returns what to tell the operator of rows that did not reach the archive. */
export function rollProblem({ path, archive }: FileSpec, error: unknown): StoreFileError {
  return new StoreFileError(
    {
      file: path,
      because: `a closed ${archive?.unit} did not reach the archive ${archive?.folder} (${words(error)})`,
      remedy: 'Free space or make the folder writable; the rows stay in the file, and it is tried again',
      isPassing: true,
    },
    { cause: error },
  );
}

function placeProblem(file: string, error: unknown): StoreFileError {
  const remedy = 'Give this user a data directory that is writable and has free space';
  return new StoreFileError({ file, because: words(error), remedy, isPassing: true }, { cause: error });
}
