import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, instrumentId, type TradeColumns } from '@algo/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FlushPace } from './flush-pace.ts';
import { BacklogFullError } from './store-problem.ts';
import type { StoreRows } from './store-rows.ts';
import { LTC, rowsOf, trades, tradesUpTo } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tickstore-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Stores each of the rows as a position of its own, in a store of its own. */
async function storeAll(...positions: readonly Omit<StoreRows, 'instrument' | 'position'>[]): Promise<void> {
  await using store = await TickStore.open({ dataDir });
  let { position } = await store.openInstrument(LTC, 'counted');
  for (const rows of positions) {
    position += 1;
    store.append({ instrument: LTC, position, ...rows });
    store.commitUpTo(LTC, position);
  }
}

test('trades come back as they went in, to the microsecond, the last digit and the side', async () => {
  const columns = trades(LTC, 7_000_000_001, 5_000);
  await storeAll({ trades: columns });
  const rows = await openReader(dataDir).query(
    LTC,
    'SELECT epoch_us(timestamp) AS us, price, volume, side, exchange, trade_id FROM ticks ORDER BY trade_id',
  );
  expect(rows).toEqual(
    Array.from({ length: 5_000 }, (_, row) => ({
      us: columns.timeUs[row],
      price: columns.price[row],
      volume: columns.quantity[row],
      side: columns.side[row] === 1 ? 'buy' : 'sell',
      exchange: 'binance',
      trade_id: 7_000_000_001 + row,
    })),
  );
});

test('ids that a venue names are kept as text, short and long', async () => {
  const id = instrumentId('ethereum.dex.WETH-USDC');
  const values = Array.from({ length: 3_000 }, (_, row) =>
    row % 2 ? `t${row}` : `0x${'ab'.repeat(32)}-${row}`,
  );
  const columns: TradeColumns = { ...trades(id, 1, 3_000), ids: { kind: 'named', values } };
  {
    await using store = await TickStore.open({ dataDir });
    await store.openInstrument(id, 'named');
    store.append({ instrument: id, position: 9, trades: columns });
    store.commitUpTo(id, 9);
  }
  const reader = openReader(dataDir);
  const rows = await reader.query(id, 'SELECT trade_id FROM ticks ORDER BY timestamp');
  expect(rows.map((row) => row.trade_id)).toEqual(values);
  expect(await reader.countDuplicates(id)).toBe(0);
  expect(reader.instruments()).toEqual([id]);
  await using store = await TickStore.open({ dataDir });
  expect(await store.openInstrument(id, 'named')).toMatchObject({
    position: 9,
    trades: 3_000,
    lastTradeId: values.at(-1),
  });
});

test('the volumes of 2,000 positions add up exactly, however the flushes cut them', async () => {
  {
    await using store = await TickStore.open({ dataDir, flushRows: 17 });
    await store.openInstrument(LTC, 'counted');
    let before = 0;
    for (let position = 1; position <= 2_000; position++) {
      const rows = rowsOf(LTC, position, before);
      before += rows.trades?.count ?? 0;
      store.append(rows);
      store.commitUpTo(LTC, position);
      if (position % 100 === 0) await store.flush();
    }
  }
  const reader = openReader(dataDir);
  const count = tradesUpTo(2_000);
  const all = trades(LTC, 1, count).quantity.reduce((sum, quantity) => sum + quantity, 0);
  expect(await reader.countTrades(LTC)).toBe(count);
  expect((await reader.sumVolumes(LTC)).trades).toBe(all);
  expect((await reader.sumVolumes(LTC)).candles['15s']).toBe(all);
});

test('rows of stored or covered positions are passed over; those nobody covered are not stored', async () => {
  await storeAll({ trades: trades(LTC, 1, 10) }, { trades: trades(LTC, 11, 10) });
  {
    await using store = await TickStore.open({ dataDir });
    expect(await store.openInstrument(LTC, 'counted')).toMatchObject({
      position: 2,
      trades: 20,
      lastTradeId: '20',
    });
    store.append({ instrument: LTC, position: 2, trades: trades(LTC, 11, 10) });
    store.append({ instrument: LTC, position: 3, trades: trades(LTC, 21, 5) });
    store.append({ instrument: LTC, position: 3, trades: trades(LTC, 26, 5) });
    store.append({ instrument: LTC, position: 4, trades: trades(LTC, 31, 5) });
    store.commitUpTo(LTC, 3);
    store.append({ instrument: LTC, position: 3, trades: trades(LTC, 21, 5) });
    expect(store.backlog).toBe(15);
    await store.flush();
    expect(store.backlog).toBe(5);
  }
  await using store = await TickStore.open({ dataDir });
  expect(await store.openInstrument(LTC, 'counted')).toMatchObject({
    position: 3,
    trades: 30,
    lastTradeId: '30',
  });
});

test('a position without rows becomes durable with the next flush', async () => {
  {
    await using store = await TickStore.open({ dataDir });
    await store.openInstrument(LTC, 'counted');
    store.commitUpTo(LTC, 12);
  }
  await using store = await TickStore.open({ dataDir });
  expect(await store.openInstrument(LTC, 'counted')).toMatchObject({
    position: 12,
    trades: 0,
    lastTradeId: null,
  });
});

/** Waits until the condition holds; the test's own time limit is what ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a hundred rows are written without waiting for the interval', async () => {
  await using store = await TickStore.open({ dataDir, flushIntervalMs: 3_600_000 });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, 99) });
  store.commitUpTo(LTC, 1);
  store.append({ instrument: LTC, position: 2, trades: trades(LTC, 100, 1) });
  store.commitUpTo(LTC, 2);
  await until(() => store.stats().storedTrades === 100);
  expect(store.stats().commits).toBe(1);
});

test('a single row is written when its interval is over, and not before', async () => {
  await using store = await TickStore.open({ dataDir, flushIntervalMs: 300 });
  await store.openInstrument(LTC, 'counted');
  const started = performance.now();
  store.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, 1) });
  store.commitUpTo(LTC, 1);
  await until(() => store.stats().storedTrades === 1);
  expect(performance.now() - started).toBeGreaterThanOrEqual(299);
});

test('what gathers while a write runs goes into the next one, so batches grow with load', async () => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  for (let position = 1; position <= 500; position++) {
    store.append({ instrument: LTC, position, trades: trades(LTC, position * 100, 100) });
    store.commitUpTo(LTC, position);
  }
  await store.flush();
  expect(store.stats()).toMatchObject({ storedTrades: 50_000, pendingRows: 0, commits: 2, failedCommits: 0 });
});

test('a refused append takes nothing: rows that do not match, an instrument that is not open', async () => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  const short = { ...trades(LTC, 1, 3), count: 4 };
  expect(() => store.append({ instrument: LTC, position: 1, trades: short })).toThrow(InputError);
  expect(() => store.append({ instrument: instrumentId('a.spot.B'), position: 1 })).toThrow(InputError);
  expect(store.backlog).toBe(0);
});

test('positions never go back', async () => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 5, trades: trades(LTC, 1, 1) });
  expect(() => store.append({ instrument: LTC, position: 4, trades: trades(LTC, 2, 1) })).toThrow(InputError);
});

test('the backlog is bounded: append refuses beyond its bound, and not once there is room', async () => {
  const pace = new FlushPace({ dataDir });
  pace.files = 1;
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, pace.roomRows) });
  expect(store.isBehind).toBe(false);
  const rest = pace.mostRows - pace.roomRows;
  store.append({ instrument: LTC, position: 2, trades: trades(LTC, pace.roomRows + 1, rest) });
  expect(store.isBehind).toBe(true);
  const more = { instrument: LTC, position: 3, trades: trades(LTC, pace.mostRows + 1, 1) };
  expect(() => store.append(more)).toThrow(BacklogFullError);
  expect(store.backlog).toBe(pace.mostRows);
  store.commitUpTo(LTC, 2);
  await store.ready();
  expect(store.isBehind).toBe(false);
  store.append(more);
  store.commitUpTo(LTC, 3);
  await store.flush();
  expect(store.stats().storedTrades).toBe(pace.mostRows + 1);
});

test('a closed store takes nothing, and closes once', async () => {
  const store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  expect(() => store.append({ instrument: LTC, position: 1 })).toThrow(/closed/);
  await expect(store.openInstrument(LTC, 'counted')).rejects.toThrow(/closed/);
});
