import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FairValueGap,
  gapId,
  InputError,
  instrumentId,
  type TradeColumns,
  type Zone,
  zoneId,
} from '@algo/model';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StoreRows } from './store-rows.ts';
import { candle, LTC, rowsOf, trades, tradesUpTo } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tickstore-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const ZONE: Zone = {
  id: zoneId('z1'),
  instrument: LTC,
  timeframe: '1m',
  kind: 'demand',
  origin: 'rejection',
  low: 83.5,
  high: 84,
  strength: 61,
  status: 'fresh',
  touches: 0,
  firstSeenUs: 1_750_507_467_356_001,
  lastTestedUs: 0,
};
const GAP: FairValueGap = {
  id: gapId('g1'),
  instrument: LTC,
  timeframe: '5m',
  kind: 'bullish',
  low: 84.25,
  high: 84.5,
  filled: 0,
  status: 'open',
  createdUs: 1_750_507_500_000_000,
  filledUs: 0,
};

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
  expect(await store.openInstrument(id, 'named')).toEqual({
    position: 9,
    trades: 3_000,
    lastTradeId: values.at(-1),
  });
});

test('every table takes its rows in the columns that the document names', async () => {
  const bar = candle(LTC, {
    timeframe: '1h',
    volume: 3.5,
    buyVolume: 2.5,
    sellVolume: 1,
    trades: 3,
    complete: false,
  });
  const timeUs = 1_750_507_500_000_123;
  await storeAll({
    candles: [bar, { ...bar, timeframe: '15m' }, { ...bar, timeframe: '5m' }, { ...bar, timeframe: '1m' }],
    orderFlow: [
      {
        timeUs,
        cvd: -4.5,
        buyVolume: 1,
        sellVolume: 2,
        imbalanceRatio: 0.5,
        delta: -1,
        aggressiveBuys: 3,
        aggressiveSells: 4,
        avgBuySize: 0.25,
        avgSellSize: 0.5,
      },
    ],
    profiles: [
      {
        timeUs,
        timeframe: '15m',
        pocPrice: 84.1,
        valueAreaHigh: 84.4,
        valueAreaLow: 83.9,
        profileData: [
          [84, 1.5],
          [84.1, 9],
        ],
        profileShape: 'P',
      },
    ],
  });
  const reader = openReader(dataDir);
  expect(await reader.query(LTC, 'SELECT * FROM candles_1h')).toEqual([
    {
      timestamp: '2025-06-21T12:04:27.356000Z',
      open: 84,
      high: 84,
      low: 84,
      close: 84,
      volume: 3.5,
      buy_volume: 2.5,
      sell_volume: 1,
      num_trades: 3,
      num_buy_trades: 0,
      num_sell_trades: 0,
      complete: false,
    },
  ]);
  expect((await reader.sumVolumes(LTC)).candles).toEqual({
    '15s': 0,
    '1m': 3.5,
    '5m': 3.5,
    '15m': 3.5,
    '1h': 3.5,
  });
  expect(await reader.query(LTC, 'SELECT * FROM order_flow')).toEqual([
    {
      timestamp: '2025-06-21T12:05:00.000123Z',
      cvd: -4.5,
      buy_volume: 1,
      sell_volume: 2,
      imbalance_ratio: 0.5,
      delta: -1,
      aggressive_buys: 3,
      aggressive_sells: 4,
      avg_buy_size: 0.25,
      avg_sell_size: 0.5,
    },
  ]);
  expect(
    await reader.query(
      LTC,
      "SELECT * EXCLUDE timestamp, profile_data->'$[1][1]' AS at_poc FROM market_profile",
    ),
  ).toEqual([
    {
      timeframe: '15m',
      poc_price: 84.1,
      value_area_high: 84.4,
      value_area_low: 83.9,
      profile_data: '[[84,1.5],[84.1,9]]',
      profile_shape: 'P',
      at_poc: '9.0',
    },
  ]);
});

test('a zone and a gap that change are one row each, within a transaction and across', async () => {
  const tested: Zone = { ...ZONE, status: 'tested', touches: 1, lastTestedUs: 1_750_507_470_000_000 };
  const other: Zone = { ...ZONE, id: zoneId('z2') };
  await storeAll({ zones: [ZONE, tested, other], gaps: [GAP] });
  await storeAll({
    zones: [{ ...tested, status: 'broken', touches: 2 }],
    gaps: [{ ...GAP, filled: 0.5, status: 'partial' }],
  });
  const reader = openReader(dataDir);
  expect(await reader.query(LTC, 'SELECT * FROM supply_demand_zones ORDER BY zone_id')).toEqual([
    {
      zone_id: 'z1',
      timeframe: '1m',
      zone_type: 'demand',
      price_low: 83.5,
      price_high: 84,
      strength_score: 61,
      first_seen: '2025-06-21T12:04:27.356001Z',
      last_tested: '2025-06-21T12:04:30.000000Z',
      test_count: 2,
      status: 'broken',
      created_from: 'rejection',
    },
    expect.objectContaining({ zone_id: 'z2', status: 'fresh', last_tested: null }),
  ]);
  expect(await reader.query(LTC, 'SELECT * FROM fair_value_gaps')).toEqual([
    {
      fvg_id: 'g1',
      timeframe: '5m',
      fvg_type: 'bullish',
      gap_low: 84.25,
      gap_high: 84.5,
      gap_size: 0.25,
      created_at: '2025-06-21T12:05:00.000000Z',
      filled_at: null,
      fill_percentage: 50,
      status: 'partial',
    },
  ]);
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

test('rows of positions that are stored or covered are passed over; those nobody covered are not stored', async () => {
  await storeAll({ trades: trades(LTC, 1, 10) }, { trades: trades(LTC, 11, 10) });
  {
    await using store = await TickStore.open({ dataDir });
    expect(await store.openInstrument(LTC, 'counted')).toEqual({
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
  expect(await store.openInstrument(LTC, 'counted')).toEqual({ position: 3, trades: 30, lastTradeId: '30' });
});

test('a position without rows becomes durable with the next flush', async () => {
  {
    await using store = await TickStore.open({ dataDir });
    await store.openInstrument(LTC, 'counted');
    store.commitUpTo(LTC, 12);
  }
  await using store = await TickStore.open({ dataDir });
  expect(await store.openInstrument(LTC, 'counted')).toEqual({ position: 12, trades: 0, lastTradeId: null });
});

/** Waits until the condition holds; the test's own time limit is what ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a hundred rows are written at once, a single one when its second is over', async () => {
  await using store = await TickStore.open({ dataDir, flushIntervalMs: 300 });
  await store.openInstrument(LTC, 'counted');
  const started = performance.now();
  store.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, 100) });
  store.commitUpTo(LTC, 1);
  await until(() => store.stats().storedTrades === 100);
  const hundred = performance.now();
  store.append({ instrument: LTC, position: 2, trades: trades(LTC, 101, 1) });
  store.commitUpTo(LTC, 2);
  await until(() => store.stats().storedTrades === 101);
  expect(hundred - started).toBeLessThan(300);
  expect(performance.now() - hundred).toBeGreaterThanOrEqual(299);
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

const nan = trades(LTC, 1, 3);
nan.price[1] = Number.NaN;
const sideways = trades(LTC, 1, 3);
sideways.side[2] = 2;
test.each<[string, StoreRows, RegExp]>([
  ['a price that is no number', { instrument: LTC, position: 1, trades: nan }, /price\[1\]/],
  ['a side that is neither', { instrument: LTC, position: 1, trades: sideways }, /side\[2\]/],
  [
    'more rows than the columns hold',
    { instrument: LTC, position: 1, trades: { ...nan, count: 4 } },
    /count/,
  ],
  ['position 0', { instrument: LTC, position: 0 }, /position/],
  ['a position and a half', { instrument: LTC, position: 1.5 }, /position/],
  [
    "another instrument's bar",
    { instrument: LTC, position: 1, candles: [candle(instrumentId('binance.spot.BTCUSDT'), {})] },
    /BTCUSDT/,
  ],
  [
    'named ids in a file of counted ones',
    { instrument: LTC, position: 1, trades: { ...trades(LTC, 1, 1), ids: { kind: 'named', values: ['a'] } } },
    /ids\.kind/,
  ],
  ['an instrument that is not open', { instrument: instrumentId('a.spot.B'), position: 1 }, /openInstrument/],
])('refuses %s, and takes nothing of it', async (_, rows, message) => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  expect(() => store.append(rows)).toThrow(InputError);
  expect(() => store.append(rows)).toThrow(message);
  expect(store.backlog).toBe(0);
});

test('positions never go back', async () => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 5, trades: trades(LTC, 1, 1) });
  expect(() => store.append({ instrument: LTC, position: 4, trades: trades(LTC, 2, 1) })).toThrow(InputError);
});

test('a query can read the tables of its file and nothing else', async () => {
  await storeAll({ trades: trades(LTC, 1, 10) });
  const reader = openReader(dataDir);
  await expect(reader.query(LTC, 'DELETE FROM ticks')).rejects.toThrow();
  await expect(reader.query(LTC, `COPY ticks TO '${dataDir}/out.csv'`)).rejects.toThrow();
  await expect(reader.query(LTC, "SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow();
  expect(await reader.countTrades(LTC)).toBe(10);
});
