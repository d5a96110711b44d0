import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { z } from 'zod';
import { birthOf, isSameProcess } from './process-identity.ts';

const holder = z.object({ pid: z.number().int().min(1), birth: z.string(), purpose: z.string() });
type Holder = z.infer<typeof holder>;

const TRIES = 5;

/** The right to use a data directory alone. One engine, or one reader of a stopped engine, holds it. */
export class DataDirLock implements Disposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Takes the lock, over a dead holder's if need be. *Errors*: InputError when a living process holds it. */
  static take(dataDir: string, purpose: string): DataDirLock {
    const path = join(dataDir, 'engine.lock');
    const own = `${path}.${process.pid}`;
    write(own, { pid: process.pid, birth: birthOf(process.pid), purpose });
    try {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (linked(own, path)) return new DataDirLock(path);
        const text = textOf(path);
        if (text === undefined) continue;
        const held = parse(text);
        if (held !== undefined && held.pid !== process.pid && isSameProcess(held.pid, held.birth))
          throw inUse(dataDir, held);
        removeStale(path, text);
      }
      throw inUse(dataDir, undefined);
    } finally {
      rmSync(own, { force: true });
    }
  }

  [Symbol.dispose](): void {
    const held = parse(textOf(this.#path) ?? '');
    if (held?.pid === process.pid) rmSync(this.#path, { force: true });
  }
}

/** Returns the living process that holds a data directory, if any. */
export function holderOf(dataDir: string): { readonly pid: number; readonly purpose: string } | undefined {
  const held = parse(textOf(join(dataDir, 'engine.lock')) ?? '');
  return held !== undefined && isSameProcess(held.pid, held.birth) ? held : undefined;
}

/**
 * Moves the dead holder's lock away, and puts back what turns out to be a living one's that came in between.
 */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another one was faster
  }
  if (textOf(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}

function write(path: string, held: Holder): void {
  const file = openSync(path, 'w');
  writeSync(file, JSON.stringify(held));
  closeSync(file);
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
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function inUse(dataDir: string, held: Holder | undefined): InputError {
  const who = held === undefined ? '' : ` (${held.purpose}, process ${held.pid})`;
  return new InputError({
    field: '--data-dir',
    value: dataDir,
    because: `data directory in use by another engine${who}`,
    remedy: 'Stop it first, or choose another --data-dir.',
  });
}
