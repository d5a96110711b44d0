import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { InputError } from '@algo/model';

/**
 * A value that must never be seen: every usual way of
 * printing it shows a mark instead. Read it with `reveal`.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /**
   * Reads a secret from a mounted file, without its closing line
   * break. *Errors*: InputError when it can't be read or is empty.
   */
  static fromFile(path: string, field: string): Secret {
    let text: string;
    try {
      text = readFileSync(path, 'utf8').trimEnd();
    } catch (cause) {
      throw new InputError({
        field,
        value: path,
        because: `cannot be read: ${(cause as Error).message}`,
        remedy: 'Mount the file and let this user read it.',
      });
    }
    if (text === '')
      throw new InputError({
        field,
        value: path,
        because: 'the file is empty',
        remedy: 'Put the secret into it.',
      });
    return new Secret(text);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}
