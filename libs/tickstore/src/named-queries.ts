/** The owner's own questions. */
export const NAMED_QUERIES = ['cvd', 'profile', 'imbalance', 'gaps', 'alignment'] as const;
export type NamedQuery = (typeof NAMED_QUERIES)[number];

/** Volumes as decimals: a sum of doubles depends on its order, and 70 % of it may lie on an edge. */
const EXACT_VOLUME = 'CAST(volume AS DECIMAL(38, 12))';

/**
 * Returns a question as SQL, about the window that ends at `endUs`, or behind the last trade.
 * *Units*: µs. *Source*: owner's document §4.2, with the corrections of its numbers 3, 4, 7 and 20: whole
 * ticks for price rows, no trades are 0, buys against nothing are infinite; a window is [end − length, end).
 */
export function namedQuery(name: NamedQuery, endUs?: number): string {
  const end =
    endUs === undefined
      ? '(SELECT max(timestamp) + INTERVAL 1 MICROSECOND FROM ticks)'
      : `make_timestamp(${endUs})`;
  const within = (hours: number) => `timestamp >= ${end} - INTERVAL ${hours} HOUR AND timestamp < ${end}`;
  switch (name) {
    case 'cvd':
      return `SELECT timestamp,
          CAST(sum(CASE WHEN side = 'buy' THEN ${EXACT_VOLUME} ELSE -${EXACT_VOLUME} END)
            OVER (ORDER BY timestamp) AS DOUBLE) AS cvd
        FROM ticks WHERE ${within(4)} ORDER BY timestamp`;
    case 'profile':
      return `WITH volume_by_price AS (
          SELECT price, sum(${EXACT_VOLUME}) AS volume FROM ticks WHERE ${within(1)} GROUP BY price),
        cumulative AS (
          SELECT price, sum(volume) OVER (ORDER BY volume DESC) AS so_far, sum(volume) OVER () AS total
          FROM volume_by_price)
        SELECT (SELECT price FROM volume_by_price ORDER BY volume DESC, price LIMIT 1) AS poc,
          min(price) FILTER (10 * so_far <= 7 * total) AS value_area_low,
          max(price) FILTER (10 * so_far <= 7 * total) AS value_area_high
        FROM cumulative`;
    case 'imbalance':
      return `WITH minutes AS (
          SELECT date_trunc('minute', timestamp) AS minute,
            CAST(sum(CASE WHEN side = 'buy' THEN ${EXACT_VOLUME} ELSE 0 END) AS DOUBLE) AS buy_volume,
            CAST(sum(CASE WHEN side = 'sell' THEN ${EXACT_VOLUME} ELSE 0 END) AS DOUBLE) AS sell_volume
          FROM ticks WHERE ${within(1)} GROUP BY minute)
        SELECT minute, buy_volume, sell_volume,
          CASE WHEN sell_volume > 0 THEN buy_volume / sell_volume
            ELSE 'infinity'::DOUBLE END AS imbalance_ratio
        FROM minutes
        WHERE buy_volume > 2 * sell_volume OR 2 * buy_volume < sell_volume
        ORDER BY minute DESC`;
    case 'gaps':
      return `WITH pairs AS (
          SELECT c1.timestamp AS candle1_time, c1.high AS candle1_high, c1.low AS candle1_low,
            c3.timestamp AS candle3_time, c3.high AS candle3_high, c3.low AS candle3_low,
            CASE WHEN c1.high < c3.low THEN 'bullish' WHEN c1.low > c3.high THEN 'bearish' END AS fvg_type
          FROM candles_1m c1
          JOIN candles_1m c2 ON c2.timestamp = c1.timestamp + INTERVAL 1 MINUTE
          JOIN candles_1m c3 ON c3.timestamp = c1.timestamp + INTERVAL 2 MINUTE
          WHERE least(c1.num_trades, c2.num_trades, c3.num_trades) > 0
            AND c1.timestamp >= ${end} - INTERVAL 4 HOUR
            AND c3.timestamp + INTERVAL 1 MINUTE <= ${end})
        SELECT *, round(CASE fvg_type WHEN 'bullish' THEN candle3_low - candle1_high
            ELSE candle1_low - candle3_high END, 12) AS gap_size
        FROM pairs WHERE fvg_type IS NOT NULL ORDER BY candle3_time DESC`;
    case 'alignment':
      return `WITH trends AS (${['1m', '15m']
        .map(
          (timeframe) => `(SELECT '${timeframe}' AS tf, close > open AS is_bullish FROM candles_${timeframe}
            WHERE timestamp + INTERVAL ${timeframe.slice(0, -1)} MINUTE <= ${end}
            ORDER BY timestamp DESC LIMIT 1)`,
        )
        .join(' UNION ALL ')})
        SELECT count(*) AS total_timeframes, count(*) FILTER (is_bullish) AS bullish_count,
          CASE WHEN bool_and(is_bullish) THEN 'ALIGNED_BULLISH'
            WHEN NOT bool_or(is_bullish) THEN 'ALIGNED_BEARISH' ELSE 'MIXED' END AS alignment
        FROM trends`;
    default:
      return name satisfies never;
  }
}
