import { randomUUID } from 'node:crypto';
import { link, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeHeader, HEADER_BYTES } from './append-log-format.ts';

/** Returns the name of a segment: `00000001.log`. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.log`;
}

/** Returns the names of a folder's segments, oldest first. */
export async function segmentNames(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => /^\d{8}\.log$/.test(name)).sort();
}

/** Removes segments that a crash kept from their names. */
export async function dropUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.endsWith('.new')) await rm(join(directory, name), { force: true });
}

/**
 * Makes an empty segment, durably: written beside, then given its name, so that a segment that has its name
 * is complete. A crash or a full disk leaves the log as it was. Returns its length in bytes.
 * *Errors*: EEXIST where another process has begun that segment.
 */
export async function beginSegment(
  directory: string,
  number: number,
  first: number,
  previousHash: Buffer,
): Promise<number> {
  const name = segmentName(number);
  const beside = join(directory, `${name}.${randomUUID()}.new`);
  try {
    await writeDurably(beside, encodeHeader(number, first, previousHash));
    await link(beside, join(directory, name));
  } finally {
    await rm(beside, { force: true });
  }
  await syncDirectory(directory);
  return HEADER_BYTES;
}

/** Copies a torn tail to a file of its own and returns that file's path. */
export async function setAside(
  directory: string,
  name: string,
  offset: number,
  torn: Buffer,
): Promise<string> {
  const path = join(directory, `${name}.${offset}.torn`);
  await writeDurably(path, torn);
  await syncDirectory(directory);
  return path;
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(bytes);
  await file.datasync();
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}
