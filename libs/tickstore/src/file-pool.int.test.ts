import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FilePool } from './file-pool.ts';
import { RowBuffer } from './row-buffer.ts';
import type { FileSpec } from './schema.ts';
import { LTC, trades } from './testing/sample-rows.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickstore-pool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function spec(name: string): FileSpec {
  return { instrument: LTC, path: join(folder, name), exchange: 'binance', idKind: 'counted' };
}

function batch(from: number, to: number) {
  const buffer = new RowBuffer();
  buffer.add({ instrument: LTC, position: to, trades: trades(LTC, to * 10, 10) });
  return buffer.take(from, to);
}

test('a full pool lets go of the least recently used file that has nothing left to write', async () => {
  await using pool = await FilePool.create(2, join(folder, 'spill'));
  for (const name of ['a', 'b']) await pool.acquire(spec(name), true, new Set());
  await pool.acquire(spec('c'), true, new Set([spec('a').path]));
  expect(['a', 'b', 'c'].map((name) => pool.isOpen(spec(name).path))).toEqual([true, false, true]);
  await pool.acquire(spec('a'), false, new Set());
  await pool.acquire(spec('b'), false, new Set());
  expect(['a', 'b', 'c'].map((name) => pool.isOpen(spec(name).path))).toEqual([true, true, false]);
});

test('a batch whose commit was thought to have failed is not stored a second time', async () => {
  await using pool = await FilePool.create(2, join(folder, 'spill'));
  const written = await (await pool.acquire(spec('a'), true, new Set())).write(batch(0, 3));
  await pool.release(spec('a').path);
  const again = await pool.acquire(spec('a'), false, new Set());
  expect(await again.write(batch(0, 3))).toEqual(written);
  expect(await again.write(batch(3, 4))).toMatchObject({ position: 4, trades: 20, lastTradeId: '49' });
});

test('rows that do not follow on what the file holds are refused', async () => {
  await using pool = await FilePool.create(2, join(folder, 'spill'));
  const file = await pool.acquire(spec('a'), true, new Set());
  await file.write(batch(0, 3));
  await expect(file.write(batch(2, 5))).rejects.toThrow(/something else wrote to it/);
});

test('a hundred thousand rows make a checkpoint due once, and the position outlives it', async () => {
  await using pool = await FilePool.create(2, join(folder, 'spill'));
  const file = await pool.acquire(spec('a'), true, new Set());
  expect(await pool.checkpointNext()).toBe(false);
  const buffer = new RowBuffer();
  buffer.add({ instrument: LTC, position: 1, trades: trades(LTC, 1, 100_000) });
  await file.write(buffer.take(0, 1));
  await file.write(batch(1, 2));
  expect(await pool.checkpointNext()).toBe(true);
  expect(await pool.checkpointNext()).toBe(false);
  await pool.release(spec('a').path);
  expect((await pool.acquire(spec('a'), false, new Set())).stored).toMatchObject({
    position: 2,
    trades: 100_010,
  });
});
