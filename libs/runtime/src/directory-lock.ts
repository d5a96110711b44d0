import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { z } from 'zod';
import { birthOf, isSameProcess } from './process-identity.ts';

const holder = z.object({ pid: z.number().int().min(1), birth: z.string(), purpose: z.string() });
type Holder = z.infer<typeof holder>;

const FILE = 'engine.lock';
const TRIES = 5;

/** A directory in the words of whoever asked for it. */
export interface AskedDirectory {
  readonly field: string;
  readonly noun: string;
  readonly remedy: string;
}

const DATA_DIR: AskedDirectory = {
  field: '--data-dir',
  noun: 'data directory',
  remedy: 'Stop it first, or choose another --data-dir.',
};

/** The right to use a directory alone: one living process of this machine holds it. */
export class DirectoryLock implements Disposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Takes the lock, over a dead holder's if need be. *Shape*: `asked` names the directory as the user did.
   * *Errors*: InputError when a living process holds it.
   */
  static take(directory: string, purpose: string, asked: AskedDirectory = DATA_DIR): DirectoryLock {
    mkdirSync(directory, { recursive: true });
    const path = join(directory, FILE);
    const own = `${path}.${process.pid}`;
    try {
      write(own, { pid: process.pid, birth: birthOf(process.pid), purpose }, directory, asked);
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (linked(own, path)) return new DirectoryLock(path);
        const text = textOf(path);
        if (text === undefined) continue;
        const held = parse(text);
        if (held !== undefined && held.pid !== process.pid && isSameProcess(held.pid, held.birth))
          throw inUse(directory, held, asked);
        removeStale(path, text);
      }
      throw inUse(directory, undefined, asked);
    } finally {
      rmSync(own, { force: true });
    }
  }

  /**
   * Takes the lock over from whoever holds it, living or not: only for the holder of the lease, who fences
   * off what the other may still write.
   */
  static seize(directory: string, purpose: string): DirectoryLock {
    mkdirSync(directory, { recursive: true });
    const path = join(directory, FILE);
    const own = `${path}.${process.pid}`;
    write(own, { pid: process.pid, birth: birthOf(process.pid), purpose }, directory, DATA_DIR);
    renameSync(own, path);
    return new DirectoryLock(path);
  }

  [Symbol.dispose](): void {
    const held = parse(textOf(this.#path) ?? '');
    if (held?.pid === process.pid && held.birth === birthOf(process.pid)) rmSync(this.#path, { force: true });
  }
}

/** Returns the living process that holds a directory, if any. */
export function holderOf(directory: string): { readonly pid: number; readonly purpose: string } | undefined {
  const held = parse(textOf(join(directory, FILE)) ?? '');
  return held !== undefined && isSameProcess(held.pid, held.birth) ? held : undefined;
}

/**
 * Moves the dead holder's lock away, and puts back what turns out to be a living one's that came in between.
 */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isMissing(error)) return; // another one was faster
    throw error;
  }
  if (textOf(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}

function write(path: string, held: Holder, directory: string, { field }: AskedDirectory): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, JSON.stringify(held));
  } catch (error) {
    throw new InputError({
      ...{ field, value: directory, because: `it can't be written to: ${(error as Error).message}` },
      remedy: 'Make room there; nothing that was stored is lost.',
      isPassing: true,
    });
  } finally {
    closeSync(file);
  }
}

/** Gives a file its name only where that name is free: the one step that two processes can't both do. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // A lock that is there and can't be read may be a living process's.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function parse(text: string): Holder | undefined {
  try {
    return holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function inUse(directory: string, held: Holder | undefined, asked: AskedDirectory): InputError {
  const who = held === undefined ? '' : ` (${held.purpose}, process ${held.pid})`;
  return new InputError({
    field: asked.field,
    value: directory,
    because: `${asked.noun} in use by another engine${who}`,
    remedy: asked.remedy,
    isPassing: true,
  });
}
