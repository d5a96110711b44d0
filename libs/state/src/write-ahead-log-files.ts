import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeHeader, encodeRecord, type WalRecord } from './write-ahead-log-format.ts';

/** Returns the name of a segment: `00000001.wal`. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.wal`;
}

/** Returns the names of a folder's segments, oldest first. */
export async function segmentNames(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => /^\d{8}\.wal$/.test(name)).sort();
}

/** A whole segment on disk, beside the name that it will get: a segment that has its name is complete. */
export interface StagedSegment {
  readonly number: number;
  readonly hash: Buffer;
  readonly endBytes: number;
}

/** Writes and syncs a segment under a working name. A crash or a full disk here leaves the log as it was. */
export async function stageSegment(
  directory: string,
  number: number,
  previousHash: Buffer,
  records: readonly WalRecord[],
): Promise<StagedSegment> {
  const chunks = [encodeHeader(number, previousHash)];
  let hash = previousHash;
  for (const record of records) {
    const encoded = encodeRecord(record, hash);
    chunks.push(encoded.bytes);
    hash = encoded.hash;
  }
  const bytes = Buffer.concat(chunks);
  await writeDurably(workingPath(directory, number), bytes);
  return { number, hash, endBytes: bytes.length };
}

/** Gives a staged segment its name, durably. */
export async function publishSegment(directory: string, number: number): Promise<void> {
  await rename(workingPath(directory, number), join(directory, segmentName(number)));
  await syncDirectory(directory);
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

function workingPath(directory: string, number: number): string {
  return join(directory, `${segmentName(number)}.new`);
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
