import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const BYTES_MAX = 64 << 20;
const TAIL_BYTES = 8_192;
/** What Node prints behind the error that ended it. */
const NODE_TRACE = /^(\s+at |Node\.js v)/;

/**
 * One service's log. The service writes into the file itself, so that it neither waits for the supervisor nor
 * loses
 * lines with it. At most two files of 64 MB: the current one and the one before.
 */
export class LogFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  /**
   * Opens it for one life of the service; whoever spawned closes it. `from` is where that life's lines begin.
   */
  open(): { readonly descriptor: number; readonly from: number } {
    if (sizeOf(this.path) > BYTES_MAX) renameSync(this.path, `${this.path}.1`);
    const descriptor = openSync(this.path, 'a');
    return { descriptor, from: fstatSync(descriptor).size };
  }

  /** Keeps a long life's log in bounds: everyone appends, so that cutting it in place is safe. */
  trim(): void {
    if (sizeOf(this.path) <= BYTES_MAX) return;
    try {
      copyFileSync(this.path, `${this.path}.1`);
    } catch {
      rmSync(`${this.path}.1`, { force: true }); // no room for a copy: then room is what is wanted
    }
    truncateSync(this.path, 0);
  }

  /** Returns the plain lines since `from` that aren't JSON: what the service said to people. */
  plainWords(from: number): string {
    return this.#linesSince(from)
      .filter((line) => !line.startsWith('{"'))
      .join('\n');
  }

  /** Returns why the life that began at `from` ended, in a line; empty when it left no word. */
  lastWords(from: number): string {
    const lines = this.#linesSince(from);
    const fatal = lines.findLast((line) => line.startsWith('{"level":"fatal"'));
    const isPlain = (line: string) => !line.startsWith('{"') && !NODE_TRACE.test(line);
    const said = fatal === undefined ? lines.findLast(isPlain) : reasonOf(fatal);
    return said?.split('\n')[0] ?? '';
  }

  #linesSince(from: number): string[] {
    const size = sizeOf(this.path);
    const start = Math.max(Math.min(from, size), size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    const descriptor = openSync(this.path, 'r');
    try {
      readSync(descriptor, bytes, 0, bytes.length, start);
    } finally {
      closeSync(descriptor);
    }
    return bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  }
}

const fatalLine = z.object({ msg: z.string(), err: z.object({ message: z.string() }).optional() });

function reasonOf(line: string): string {
  try {
    const { msg, err } = fatalLine.parse(JSON.parse(line));
    return err?.message ?? msg;
  } catch {
    return line; // torn by the kill
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
