import { readFileSync } from 'node:fs';
import { InputError } from '@algo/model';
import { ConfigError, type Logger } from '@algo/runtime';
import type { NamedLimits } from '../domain/index.ts';
import { type LimitedNames, parseLimits } from './parse-limits.ts';

/** How often the file is looked at. *Units*: wall ms. */
export const LIMITS_EVERY_MS = 2_000;

/** The file of the limits: read at the start, and again when what it says has changed. */
export class LimitsFile {
  readonly #path: string;
  readonly #names: LimitedNames;
  readonly #log: Pick<Logger, 'info' | 'error'>;
  /** The text that was judged last; null when it could not be read. */
  #text: string | null = null;

  constructor(path: string, names: LimitedNames, log: Pick<Logger, 'info' | 'error'>) {
    this.#path = path;
    this.#names = names;
    this.#log = log;
  }

  /** Returns what the file says. *Errors*: InputError when unreadable, ConfigError listing every mistake. */
  read(): NamedLimits {
    this.#text = this.#textNow();
    return parseLimits(this.#text, this.#path, this.#names);
  }

  /** Returns what the file says if its text is another one; undefined if not, or while it can't be used. */
  changed(): NamedLimits | undefined {
    const before = this.#text;
    try {
      this.#text = this.#textNow();
      if (this.#text === before) return undefined;
      const named = parseLimits(this.#text, this.#path, this.#names);
      this.#log.info({ hash: named.hash }, 'limits were read anew');
      return named;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
      const isGone = error instanceof InputError;
      if (isGone) this.#text = null;
      // Said once for each text: the log must not fill while somebody edits.
      if (!isGone || before !== null) this.#log.error(`the limits stay as they were: ${error.message}`);
      return undefined;
    }
  }

  #textNow(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (cause) {
      throw new InputError({
        field: 'ALGO_LIMITS_FILE',
        value: this.#path,
        because: `cannot be read: ${(cause as Error).message}`,
        remedy: 'Correct the path, or give the file back to the user that runs this.',
      });
    }
  }
}
