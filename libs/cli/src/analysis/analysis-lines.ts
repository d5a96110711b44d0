import type { Footprint, MarketProfileRow } from '@algo/market-analytics';
import { type Candle, decimalDifference, type FairValueGap, type RuleSet, type Zone } from '@algo/model';

/** One line of what `algo analyze` prints; docs/analytics.md says what stands in it. */
export type AnalysisLine = Readonly<Record<string, unknown>> & {
  readonly type: 'candle' | 'zone' | 'fvg' | 'profile' | 'footprint';
};

const msOf = (timeUs: number) => timeUs / 1_000;
const msOrNull = (timeUs: number) => (timeUs === 0 ? null : msOf(timeUs));

/** A closed bar of trades with its features, each null until it is warm. */
export function candleLine(
  candle: Candle,
  names: readonly string[],
  values: readonly (number | null)[],
): AnalysisLine {
  const { instrument, timeframe, openTimeUs, open, high, low, close, volume } = candle;
  return {
    ...{ type: 'candle', instrument, timeframe, timestamp: msOf(openTimeUs), open, high, low, close, volume },
    ...{ buy_volume: candle.buyVolume, sell_volume: candle.sellVolume, trades: candle.trades },
    ...{ buy_trades: candle.buyTrades, sell_trades: candle.sellTrades, complete: candle.complete },
    ...Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])),
  };
}

/** A step in a zone's life, at the time it was told. */
export function zoneLine(zone: Zone, timeframe: string, atUs: number): AnalysisLine {
  return {
    ...{ type: 'zone', instrument: zone.instrument, timeframe, rules: zone.rules, timestamp: msOf(atUs) },
    ...{ zone_id: zone.id, zone_type: zone.kind, price_low: zone.low, price_high: zone.high },
    ...{ strength_score: zone.strength, status: zone.status, test_count: zone.touches },
    ...{ first_seen: msOf(zone.firstSeenUs), last_tested: msOrNull(zone.lastTestedUs) },
    created_from: zone.origin,
  };
}

/** A step in a gap's life, at the time it was told. */
export function gapLine(gap: FairValueGap, timeframe: string, atUs: number): AnalysisLine {
  return {
    ...{ type: 'fvg', instrument: gap.instrument, timeframe, rules: gap.rules, timestamp: msOf(atUs) },
    ...{ fvg_id: gap.id, fvg_type: gap.kind, gap_low: gap.low, gap_high: gap.high },
    ...{ gap_size: decimalDifference(gap.high, gap.low), status: gap.status },
    ...{
      created_at: msOf(gap.createdUs),
      filled_at: msOrNull(gap.filledUs),
      fill_percentage: gap.filled * 100,
    },
  };
}

/** Volume by price, as rules read it when a bar closes. */
export function profileLine(row: MarketProfileRow, instrument: string, rules: RuleSet): AnalysisLine {
  const { prices, volumes } = row.profileData;
  return {
    ...{ type: 'profile', instrument, timeframe: row.timeframe, rules, timestamp: msOf(row.timeUs) },
    ...{ poc_price: row.pocPrice, value_area_low: row.valueArea?.low ?? null },
    ...{ value_area_high: row.valueArea?.high ?? null, profile_shape: row.profileShape },
    profile_data: prices.map((price, i) => [price, volumes[i]]),
  };
}

/** Taker volumes by price of a bar that has closed. */
export function footprintLine(candle: Candle, footprint: Footprint): AnalysisLine {
  const { instrument, timeframe, openTimeUs } = candle;
  return {
    ...{ type: 'footprint', instrument, timeframe, timestamp: msOf(openTimeUs) },
    rows: footprint.rows.map(({ price, buy, sell }) => [price, buy, sell]),
    ...{ buy_imbalances: footprint.buyImbalances, sell_imbalances: footprint.sellImbalances },
    ...{ stacked_buys: footprint.stackedBuys, stacked_sells: footprint.stackedSells },
  };
}
