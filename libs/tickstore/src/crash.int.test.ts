import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type InstrumentId, instrumentId } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LTC, rowsOf, tradesUpTo } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

const WRITER = fileURLToPath(new URL('./testing/crash-writer.ts', import.meta.url));
let dataDir = '';
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tickstore-crash-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/**
 * Runs a writer, kills it `delayMs` after its `lines`-th
 * line; returns the last position that it called durable.
 */
async function writeUntilKilled(id: InstrumentId, lines: number, delayMs: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, dataDir, id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let seen = 0;
  let durable = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    const [word, position] = line.split(' ');
    if (word === 'durable') durable = Number(position);
    seen += 1;
    // The moment is part of the case, so that it falls at all
    // stages of a commit; nothing waits for anything to settle.
    if (seen === lines) void after(delayMs).then(() => child.kill('SIGKILL'));
  }
  const [code, signal] = await exited;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  return durable;
}

async function expectWhole(id: InstrumentId, durable: number): Promise<number> {
  const store = await TickStore.open({ dataDir });
  const stored = await store.openInstrument(id, 'counted');
  await store[Symbol.asyncDispose]();
  const reader = openReader(dataDir);
  expect(stored.position).toBeGreaterThanOrEqual(durable);
  expect(stored.trades).toBe(tradesUpTo(stored.position));
  expect(await reader.countTrades(id)).toBe(stored.trades);
  expect(await reader.countDuplicates(id)).toBe(0);
  const sums = await reader.sumVolumes(id);
  expect(sums.candles['15s']).toBe(sums.trades);
  const rows = await reader.query(id, 'SELECT min(trade_id) AS first, max(trade_id) AS last FROM ticks');
  if (stored.trades > 0) expect(rows[0]).toEqual({ first: 1, last: stored.trades });
  return stored.position;
}

test('a writer killed at ten seeded moments loses no durable row and stores none twice', async () => {
  let position = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const durable = await writeUntilKilled(LTC, 2 + (seed % 4) * 3, (seed * 37) % 29);
    const reached = await expectWhole(LTC, durable);
    expect(reached).toBeGreaterThanOrEqual(position);
    position = reached;
  }
  expect(position).toBeGreaterThan(160);

  await using store = await TickStore.open({ dataDir });
  const stored = await store.openInstrument(LTC, 'counted');
  store.append(rowsOf(LTC, stored.position + 1, stored.trades));
  store.commitUpTo(LTC, stored.position + 1);
  await store.flush();
  expect(store.stats().storedTrades).toBe(tradesUpTo(position + 1) - tradesUpTo(position));
}, 120_000);

test('a process killed while it begins a file leaves one that the next can open', async () => {
  for (let round = 0; round < 6; round++) {
    const id = instrumentId(`binance.spot.NEW${round}`);
    await writeUntilKilled(id, 1, round * 9);
    await expectWhole(id, 0);
  }
}, 60_000);
