import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FairValueGap, gapId, type Zone, zoneId } from '@algo/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoreRows } from './store-rows.ts';
import { candle, LTC } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tickstore-tables-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const ZONE: Zone = {
  id: zoneId('z1'),
  instrument: LTC,
  rules: 'robust',
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
  rules: 'robust',
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
        valueArea: { low: 83.9, high: 84.4 },
        profileData: { prices: [84, 84.1], volumes: [1.5, 9] },
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
      `SELECT * EXCLUDE timestamp, profile_data->'$."84.1"' AS at_poc FROM market_profile`,
    ),
  ).toEqual([
    {
      timeframe: '15m',
      poc_price: 84.1,
      value_area_high: 84.4,
      value_area_low: 83.9,
      profile_data: '{"84":1.5,"84.1":9}',
      profile_shape: 'P',
      at_poc: '9',
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

test('a candle that is doubted is incomplete from then on, also where it comes with the doubt', async () => {
  const bar = candle(LTC, { timeframe: '1m', complete: true });
  const next = { ...bar, openTimeUs: bar.openTimeUs + 60_000_000 };
  const third = { ...bar, openTimeUs: bar.openTimeUs + 120_000_000 };
  const doubtOf = ({ openTimeUs }: typeof bar) =>
    ({ instrument: LTC, timeframe: '1m', openTimeUs, timeUs: openTimeUs + 61_000_000 }) as const;
  await storeAll(
    { candles: [bar, { ...bar, timeframe: '5m' }] },
    { candles: [next, third], doubted: [doubtOf(bar), doubtOf(next)] },
  );
  const completeOf = async (timeframe: string) => {
    const rows = await openReader(dataDir).query(
      LTC,
      `SELECT * FROM candles_${timeframe} ORDER BY timestamp`,
    );
    return rows.map(({ complete }) => complete);
  };
  expect(await completeOf('1m')).toEqual([false, false, true]);
  expect(await completeOf('5m')).toEqual([true]);
});
