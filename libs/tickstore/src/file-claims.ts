import { resolve } from 'node:path';

/**
 * The files that this process has open, because DuckDB's lock (POSIX) holds between processes only: a second
 * opening from within is let through, and worse, closing it gives up the first one's lock. Bounded by the
 * instruments opened.
 */
const writers = new Set<string>();
const readers = new Map<string, number>();

/** Claims a file for writing and returns true, or false when this process already has it open. */
export function claimForWriting(path: string): boolean {
  const key = resolve(path);
  if (writers.has(key) || readers.has(key)) return false;
  writers.add(key);
  return true;
}

export function releaseWriter(path: string): void {
  writers.delete(resolve(path));
}

/** Claims a file for reading and returns true, or false when a store of this process writes to it. */
export function claimForReading(path: string): boolean {
  const key = resolve(path);
  if (writers.has(key)) return false;
  readers.set(key, (readers.get(key) ?? 0) + 1);
  return true;
}

export function releaseReader(path: string): void {
  const key = resolve(path);
  const left = (readers.get(key) ?? 0) - 1;
  if (left > 0) readers.set(key, left);
  else readers.delete(key);
}
