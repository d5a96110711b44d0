import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DirectoryLock } from './directory-lock.ts';
import { machineOf } from './process-identity.ts';

const FILE = 'life.json';
const place = z.object({ home: z.string().min(1), machine: z.string(), lives: z.number().int().min(0) });
type Place = z.infer<typeof place>;

/** One life of a process. *Shape*: no other life has its `name`. */
export interface Life {
  readonly name: string;
  /** Says whether a life of that name is surely over. */
  isOver(name: string): boolean;
}

/**
 * Gives a life its name, and its directory to nobody else meanwhile: a process that was stopped and thaws, or
 * a second one by mistake, must not write into the same log. The lock proves all earlier lives in this
 * directory dead, as long as it is on the same machine; of lives elsewhere it proves nothing.
 */
export class OwnLife implements Life, Disposable {
  readonly name: string;
  readonly #homePrefix: string;
  readonly #lock: DirectoryLock;

  /** *Errors*: InputError when a living process has the directory. */
  constructor(directory: string, identity: string) {
    mkdirSync(directory, { recursive: true });
    this.#lock = DirectoryLock.take(directory, identity, {
      field: `own directory of ${identity}`,
      noun: 'directory',
      remedy: 'End that process first; two of one identity would write into the same log.',
    });
    const path = join(directory, FILE);
    const machine = machineOf();
    const last = read(path);
    const { home, lives } = last?.machine === machine ? last : { home: randomUUID(), lives: 0 };
    this.#homePrefix = `${identity}#${home}#`;
    this.name = `${this.#homePrefix}${lives + 1}`;
    writeFileSync(`${path}.new`, JSON.stringify({ home, machine, lives: lives + 1 } satisfies Place));
    renameSync(`${path}.new`, path);
  }

  isOver(name: string): boolean {
    return name !== this.name && name.startsWith(this.#homePrefix);
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Undefined where none is, or what is there says nothing: then a lease has to run out. */
function read(path: string): Place | undefined {
  try {
    return place.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
