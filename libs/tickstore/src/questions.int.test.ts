import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candle } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NamedQuery, namedQuery } from './named-queries.ts';
import { storePath } from './store-path.ts';
import { candle, LTC } from './testing/sample-rows.ts';
import { openReader, type ResultRow } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

const TICKS = 4_000;
const MINUTE_US = 60_000_000;
const FIRST_US = Date.UTC(2026, 0, 5, 20) * 1_000;
/** Whole hours behind the first trade: the trades cover five. */
const END_US = FIRST_US + 300 * MINUTE_US;

let root = '';
let dataDir = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tickstore-questions-'));
  dataDir = join(root, 'ticks');
  await using store = await TickStore.open({
    dataDir,
    archive: { dir: join(root, 'archive'), unit: 'hour' },
  });
  await store.openInstrument(LTC, 'counted');
  const ids = Float64Array.from({ length: TICKS }, (_, row) => row + 1);
  const swing = (minute: number) => ((minute * 7_919) % 41) / 100;
  const trades = {
    instrument: LTC,
    count: TICKS,
    timeUs: ids.map((id) => FIRST_US + Math.floor((id * 300 * MINUTE_US) / (TICKS + 1))),
    price: ids.map((id) => Math.round(8_400 + ((id * 37) % 101) + 30 * Math.sin(id / 300)) / 100),
    quantity: ids.map((id) => ((id * 7_919) % 983) / 8 + 1 / 8),
    side: Uint8Array.from(ids, (id) => Number((id * 31) % 100 < 50 + 45 * Math.sin(id / 90))),
    ids: { kind: 'counted', values: ids },
  } as const;
  const bars = (timeframe: '1m' | '15m', minutes: number): Candle[] =>
    Array.from({ length: 300 / minutes }, (_, at) => ({
      ...candle(LTC, { timeframe, openTimeUs: FIRST_US + at * minutes * MINUTE_US, trades: 1 + (at % 3) }),
      ...{ low: 84 + swing(at), high: 84.1 + swing(at), open: 84, close: at % 2 === 0 ? 84.01 : 83.99 },
    }));
  store.append({ instrument: LTC, position: 1, trades, candles: [...bars('1m', 1), ...bars('15m', 15)] });
  store.commitUpTo(LTC, 1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The owner's document §4.2, with a moment instead of NOW(), and without the column of symbols. */
const NOW = `make_timestamp(${END_US})`;
const OWNERS_TEXT: Readonly<Record<NamedQuery, string>> = {
  profile: `WITH volume_by_price AS (
      SELECT ROUND(price, 2) as price_level, SUM(volume) as total_volume FROM ticks
      WHERE timestamp >= ${NOW} - INTERVAL 1 HOUR GROUP BY price_level ORDER BY total_volume DESC),
    cumulative_volume AS (
      SELECT price_level, total_volume, SUM(total_volume) OVER (ORDER BY total_volume DESC) as cum_volume,
        SUM(total_volume) OVER () as total_vol FROM volume_by_price)
    SELECT (SELECT price_level FROM volume_by_price ORDER BY total_volume DESC LIMIT 1) as poc,
      MIN(CASE WHEN cum_volume / total_vol <= 0.70 THEN price_level END) as value_area_low,
      MAX(CASE WHEN cum_volume / total_vol <= 0.70 THEN price_level END) as value_area_high
    FROM cumulative_volume`,
  cvd: `SELECT timestamp,
      SUM(CASE WHEN side = 'buy' THEN volume ELSE -volume END) OVER (ORDER BY timestamp) as cvd
    FROM ticks WHERE timestamp >= ${NOW} - INTERVAL 4 HOURS ORDER BY timestamp`,
  imbalance: `WITH minute_aggregates AS (
      SELECT DATE_TRUNC('minute', timestamp) as minute,
        SUM(CASE WHEN side = 'buy' THEN volume ELSE 0 END) as buy_volume,
        SUM(CASE WHEN side = 'sell' THEN volume ELSE 0 END) as sell_volume
      FROM ticks WHERE timestamp >= ${NOW} - INTERVAL 1 HOUR GROUP BY minute),
    ratios AS (SELECT *,
        CASE WHEN sell_volume > 0 THEN buy_volume / sell_volume ELSE NULL END as imbalance_ratio
      FROM minute_aggregates)
    SELECT * FROM ratios WHERE imbalance_ratio > 2.0 OR imbalance_ratio < 0.5 ORDER BY minute DESC`,
  gaps: `WITH candle_gaps AS (
      SELECT c1.timestamp as candle1_time, c1.high as candle1_high, c1.low as candle1_low,
        c3.timestamp as candle3_time, c3.high as candle3_high, c3.low as candle3_low,
        CASE WHEN c1.high < c3.low THEN 'bullish' WHEN c1.low > c3.high THEN 'bearish'
          ELSE NULL END as fvg_type,
        CASE WHEN c1.high < c3.low THEN c3.low - c1.high WHEN c1.low > c3.high THEN c1.low - c3.high
          ELSE 0 END as gap_size
      FROM candles_1m c1 JOIN candles_1m c3 ON c3.timestamp = c1.timestamp + INTERVAL 2 MINUTES
      WHERE c1.timestamp >= ${NOW} - INTERVAL 4 HOURS)
    SELECT * FROM candle_gaps WHERE fvg_type IS NOT NULL AND gap_size > 0 ORDER BY candle3_time DESC`,
  alignment: `WITH timeframe_trends AS (
      SELECT '1m' as tf, CASE WHEN close > open THEN 'bullish' ELSE 'bearish' END as trend FROM candles_1m
      WHERE timestamp = (SELECT MAX(timestamp) FROM candles_1m)
      UNION ALL
      SELECT '15m' as tf, CASE WHEN close > open THEN 'bullish' ELSE 'bearish' END as trend FROM candles_15m
      WHERE timestamp = (SELECT MAX(timestamp) FROM candles_15m))
    SELECT COUNT(*) as total_timeframes, COUNT(CASE WHEN trend = 'bullish' THEN 1 END) as bullish_count,
      CASE WHEN COUNT(CASE WHEN trend = 'bullish' THEN 1 END) = COUNT(*) THEN 'ALIGNED_BULLISH'
        WHEN COUNT(CASE WHEN trend = 'bearish' THEN 1 END) = COUNT(*) THEN 'ALIGNED_BEARISH'
        ELSE 'MIXED' END as alignment
    FROM timeframe_trends`,
};

async function answer(sql: string, limits: { rowsMax?: number; timeLimitMs?: number; toUs?: number } = {}) {
  const rows: ResultRow[] = [];
  const { rowsMax = 100_000, timeLimitMs = 60_000, ...range } = limits;
  const asked = await openReader(dataDir).ask(LTC, { sql, rowsMax, timeLimitMs, ...range }, async (row) => {
    rows.push(row);
  });
  return { rows, isCut: asked.isCut };
}

/** Sums of doubles end in noise that the exact ones don't have. */
const rounded = (rows: readonly ResultRow[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [
        name,
        typeof cell === 'number' ? Number(cell.toFixed(9)) : cell,
      ]),
    ),
  );

test.each<[NamedQuery, number]>([
  ['profile', 1],
  ['cvd', 1_000],
  ['imbalance', 5],
  ['gaps', 5],
  ['alignment', 1],
])(
  '%s by name answers as the text of the owner does on the same rows',
  async (name, rowsMin) => {
    const ours = await answer(namedQuery(name, END_US));
    const theirs = await answer(OWNERS_TEXT[name]);
    expect(theirs.rows.length).toBeGreaterThanOrEqual(rowsMin);
    expect(rounded(ours.rows)).toEqual(rounded(theirs.rows));
  },
  60_000,
);

test.each<[string, string]>([
  ['DELETE FROM ticks', 'only delete from base table'],
  ['DELETE FROM store.ticks', 'no SELECT'],
  ["COPY ticks TO '/tmp/algo-out.csv'", 'disabled'],
  ["ATTACH '/tmp/other.duckdb' AS other", 'no SELECT'],
  ['SET enable_external_access = true', 'no SELECT'],
  ['SELECT 1; SELECT 2', '2 statements'],
  ['  ', 'nothing is asked'],
  ["SELECT * FROM read_text('/etc/hostname')", 'disabled'],
  ["SELECT * FROM glob('/etc/*')", 'disabled'],
  ['SELECT nothing FROM ticks', 'nothing'],
])('%s is refused in plain words', async (sql, because) => {
  await expect(answer(sql)).rejects.toThrow(because);
});

test('nothing is written among the files that may be read', async () => {
  const out = join(root, 'archive', 'binance', 'spot', 'LTCUSDT', 'out.parquet');
  await expect(answer(`COPY ticks TO '${out}'`)).rejects.toThrow('no SELECT');
  expect(existsSync(out)).toBe(false);
});

test('the file of the owner itself is out of reach', async () => {
  await expect(answer(`SELECT * FROM read_blob('${storePath(dataDir, LTC)}')`)).rejects.toThrow('disabled');
});

test('a question ends at its time limit, and at its number of rows', async () => {
  const endless =
    'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range % 11';
  await expect(answer(endless, { timeLimitMs: 300 })).rejects.toThrow('longer than 0.3 s');
  const cut = await answer('SELECT * FROM ticks', { rowsMax: 7 });
  expect([cut.rows.length, cut.isCut]).toEqual([7, true]);
});
