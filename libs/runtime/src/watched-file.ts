import { readFileSync } from 'node:fs';
import { InputError } from '@algo/model';
import type { Logger } from './logger.ts';
import { ConfigError } from './read-config.ts';

/** A file of settings that a person may change while the engine runs. */
export interface WatchedFileOf<Value> {
  readonly path: string;
  /** The variable that names the file. */
  readonly variable: string;
  /** What the file holds, as the log names it: *limits*. */
  readonly what: string;
  /** *Errors*: ConfigError on a text that can't be used. */
  readonly parse: (text: string) => Value;
  readonly hashOf: (value: Value) => string;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/** Settings in a file: read at the start, and again when what it says has changed. */
export class WatchedFile<Value> {
  readonly #of: WatchedFileOf<Value>;
  /** The text that was judged last; null when it could not be read. */
  #text: string | null = null;

  constructor(of: WatchedFileOf<Value>) {
    this.#of = of;
  }

  /** Returns what the file says. *Errors*: InputError when unreadable, ConfigError listing every mistake. */
  read(): Value {
    this.#text = this.#textNow();
    return this.#of.parse(this.#text);
  }

  /** Returns what the file says if its text is another one; undefined if not, or while it can't be used. */
  changed(): Value | undefined {
    const { parse, hashOf, what, log } = this.#of;
    const before = this.#text;
    try {
      this.#text = this.#textNow();
      if (this.#text === before) return undefined;
      const value = parse(this.#text);
      log.info({ hash: hashOf(value) }, `${what} were read anew`);
      return value;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
      const isGone = error instanceof InputError;
      if (isGone) this.#text = null;
      // Said once for each text: the log must not fill while somebody edits.
      if (!isGone || before !== null) log.error(`the ${what} stay as they were: ${error.message}`);
      return undefined;
    }
  }

  #textNow(): string {
    const { path, variable } = this.#of;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new InputError({
        field: variable,
        value: path,
        because: `cannot be read: ${(cause as Error).message}`,
        remedy: 'Correct the path, or give the file back to the user that runs this.',
      });
    }
  }
}
