import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSnapshots } from './file-snapshots.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'algo-snapshots-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a first start finds nothing, and a directory that is not there is made', async () => {
  const store = fileSnapshots(join(directory, 'deep', 'er'), 'analytics-0');
  expect(await store.load()).toBeUndefined();
  await store.save(new Uint8Array([1, 2, 3]));
  expect([...(await store.load())!]).toEqual([1, 2, 3]);
});

test('the newer and shorter one replaces the older and longer one', async () => {
  const store = fileSnapshots(directory, 'analytics-0');
  await store.save(new Uint8Array(100_000).fill(7));
  await store.save(new Uint8Array([9]));
  expect([...(await fileSnapshots(directory, 'analytics-0').load())!]).toEqual([9]);
  expect(readdirSync(directory)).toEqual(['analytics-0.snapshot']);
});

test('what a killed process left half written beside it is neither read nor in the way', async () => {
  const store = fileSnapshots(directory, 'analytics-0');
  await store.save(new Uint8Array([1, 2, 3]));
  writeFileSync(join(directory, 'analytics-0.snapshot.new'), new Uint8Array(50_000));
  expect([...(await store.load())!]).toEqual([1, 2, 3]);
  await store.save(new Uint8Array([4]));
  expect([...(await store.load())!]).toEqual([4]);
});

test('a snapshot that can not be read is an error, not an empty start', async () => {
  rmSync(directory, { recursive: true });
  writeFileSync(directory, 'a file where the directory should be');
  await expect(fileSnapshots(directory, 'analytics-0').load()).rejects.toThrow('ENOTDIR');
});
