// Holds the rules against the owner's expected values on made-up edges, row by row.
import {
  type ClosedBar,
  type FairValueGap,
  gapId,
  type MarketState,
  type Timeframe,
  type Zone,
  type ZoneKind,
  zoneId,
} from '@algo/model';
import { describeOracle, numberOf, type OracleRow, oracleRows } from '@algo/testkit/owner-oracle';
import { expect, test } from 'vitest';
import { scoreConfluence } from './confluence.ts';
import { bounceLevel } from './levels/bounce.ts';
import { cascadeLevel } from './levels/cascade.ts';
import { regimeLevel } from './levels/regime.ts';
import { zoneLevel } from './levels/zone.ts';
import { flowLots, flowSide, lotsRatio } from './order-flow.ts';
import { readPrimaries } from './primaries.ts';
import { entryScoreOf } from './strategies/hierarchical.ts';
import { exampleState, withFeature, withFlow, withStructure } from './testing/example-state.ts';

const LONG = exampleState('long');
const [ZONE, GAP, PROFILE] = [
  LONG.structures[0]!.zones[0]!,
  LONG.structures[0]!.gaps[0]!,
  LONG.structures[0]!.profiles[0]!,
];
const CONFIG = { timeframes: ['1m'], primaryTimeframe: '1m', ruleSet: 'classic' } as const;
const pair = (row: OracleRow, window: string) =>
  [Number(row[`buy${window}`]), Number(row[`sell${window}`])] as const;

/** The smallest step that all these decimals are multiples of. */
function stepOf(...decimals: readonly (string | null | undefined)[]): number {
  const places = decimals.map((each) => each?.split('.')[1]?.length ?? 0);
  return 10 ** -Math.max(...places);
}

function zonesOf(kind: ZoneKind, listed: string): Zone[] {
  return (JSON.parse(listed) as [string, string, number][]).map(([low, high, touches], i) => ({
    ...{ ...ZONE, id: zoneId(`${kind}-${i}`), kind, timeframe: '1m' as Timeframe, touches },
    ...{ low: Number(low), high: Number(high), firstSeenUs: i + 1 },
  }));
}

function gapsOf(listed: string): FairValueGap[] {
  return (JSON.parse(listed) as ['bullish' | 'bearish', string, string][]).map(([kind, low, high], i) => ({
    ...{ ...GAP, id: gapId(`gap-${i}`), kind, timeframe: '1m' as Timeframe },
    ...{ low: Number(low), high: Number(high) },
  }));
}

function confluenceState(row: OracleRow): MarketState {
  const bands = [...row.demand!.matchAll(/"([\d.]+)"/g), ...row.supply!.matchAll(/"([\d.]+)"/g)];
  const gaps = [...row.gaps!.matchAll(/"([\d.]+)"/g)];
  const priceStep = stepOf(row.price, row.val, row.vah, ...[...bands, ...gaps].map(([, text]) => text));
  const valueArea = row.val === null ? null : { low: Number(row.val), high: Number(row.vah) };
  const zones = [...zonesOf('demand', row.demand!), ...zonesOf('supply', row.supply!)];
  const drawn = withStructure(
    { ...LONG, price: Number(row.price), priceStep },
    { zones, gaps: gapsOf(row.gaps!), profiles: [{ ...PROFILE, valueArea }] },
  );
  const stretched = withFeature(drawn, '1m', 'deviation_50', numberOf(row.distance_sigma));
  return withFeature(stretched, '1m', 'autocorrelation', numberOf(row.r));
}

/** Each test goes through a whole table; what differs is listed by its row. */
const differing = (
  rows: readonly OracleRow[],
  seen: (row: OracleRow) => unknown,
  told: (row: OracleRow) => unknown,
) =>
  rows.flatMap((row, i) => {
    const [saw, should] = [JSON.stringify(seen(row)), JSON.stringify(told(row))];
    return saw === should ? [] : [{ line: i + 2, case: row.case, saw, should }];
  });

describeOracle('the owner’s rules', () => {
  const rows = (name: string) => oracleRows(`tables/${name}.csv`);

  test('confluence: every filter, the total and what it is called', () => {
    const met = rows('confluence').filter(({ primaries_met }) => primaries_met === '1');
    const score = (row: OracleRow) => {
      const direction = row.order_flow?.toLowerCase() === 'buy' ? 'long' : 'short';
      const { checks, points, conviction } = scoreConfluence(confluenceState(row), direction, CONFIG);
      return [...checks().map((check) => check.points), points, conviction];
    };
    const names = ['mp', 'mr', 'ac', 'ez', 'tz', 'gap', 'total'];
    const told = (row: OracleRow) => [...names.map((name) => Number(row[name])), row.probability];
    expect(met.length).toBeGreaterThan(300);
    expect(differing(met, score, told)).toEqual([]);
  });

  test('primaries: both must take the same side', () => {
    const score = ({ order_flow, microstructure }: OracleRow) => {
      const side = order_flow!.toLowerCase();
      const lots = side === 'buy' ? [3, 1] : side === 'sell' ? [1, 3] : [1, 1];
      const signal = microstructure as 'bullish' | 'bearish' | 'neutral';
      const state = { ...LONG, microstructure: { ...LONG.microstructure!, signal } };
      return readPrimaries(withFlow(state, { '1m': lots as [number, number] }), '1m').agreed !== null;
    };
    expect(differing(rows('confluence'), score, (row) => row.primaries_met === '1')).toEqual([]);
  });

  test('cascade: compared crosswise', () => {
    const passes = (row: OracleRow) => {
      const quantityStep = stepOf(row.buy1, row.sell1, row.buy5, row.sell5, row.buy15, row.sell15);
      const flow = { '1m': pair(row, '1'), '5m': pair(row, '5'), '15m': pair(row, '15') };
      const state = withFlow({ ...LONG, quantityStep }, flow);
      return [cascadeLevel(state, 'long').passed, cascadeLevel(state, 'short').passed];
    };
    expect(differing(rows('cascade'), passes, (row) => [row.long === '1', row.short === '1'])).toEqual([]);
  });

  test('imbalance: ratio, significance and the side of the primaries', () => {
    const seen = (row: OracleRow) => {
      const quantityStep = stepOf(row.buy, row.sell);
      const state = withFlow({ ...LONG, quantityStep }, { '1m': [Number(row.buy), Number(row.sell)] });
      const lots = flowLots(state, '1m')!;
      const [significant, primary] = [flowSide(lots, 2), flowSide(lots, 2.5)];
      const words = { long: 'BUY', short: 'SELL' } as const;
      const ratio = lotsRatio(lots);
      const told = numberOf(row.ratio)!;
      const isNear = ratio === told || Math.abs(ratio - told) <= 1e-9 * told;
      return [
        isNear,
        significant ? words[significant] : 'NEUTRAL',
        primary ? words[primary].toLowerCase() : 'neutral',
      ];
    };
    // One row has more digits than a double: market data is refused long before.
    const held = rows('imbalance').filter(({ buy }) => buy!.length < 17);
    expect(differing(held, seen, (row) => [true, row.signal, row.primary_25])).toEqual([]);
  });

  test('regime: up, down or ranging', () => {
    const seen = (row: OracleRow) => {
      const named = { adx_14: row.adx, atr_percent: row.atr_pct, hurst: row.hurst, mean_reversion: row.mr };
      const averages = { ema_20: row.ema20, ema_50: row.ema50, ema_200: row.ema200 };
      const state = Object.entries({ ...named, ...averages }).reduce(
        (changed, [name, value]) => withFeature(changed, '15m', name as 'hurst', numberOf(value)),
        { ...LONG, price: Number(row.price) },
      );
      const { direction } = regimeLevel(state, '15m');
      return direction === null ? 'RANGING' : direction === 'long' ? 'UP' : 'DOWN';
    };
    expect(differing(rows('regime'), seen, (row) => row.regime)).toEqual([]);
  });

  test('bounce and volume of the last bar', () => {
    const seen = (row: OracleRow) => {
      const kind: ZoneKind = row.dir === 'long' ? 'demand' : 'supply';
      const priceStep = stepOf(row.high, row.low, row.close, row.zone_low, row.zone_high);
      const zone: Zone = { ...ZONE, kind, low: Number(row.zone_low), high: Number(row.zone_high) };
      const [high, low, close] = [Number(row.high), Number(row.low), Number(row.close)];
      const last: ClosedBar = { openTimeUs: LONG.timeUs, open: low, high, low, close, volume: 1 };
      const bars = LONG.bars.map((reading) => ({ ...reading, last }));
      const state = withFeature({ ...LONG, bars, priceStep }, '1m', 'volume_spike', numberOf(row.spike));
      const verdict = bounceLevel(state, '1m', zone);
      const told = numberOf(row.strength) ?? 0;
      const isNear = Math.abs(verdict.strength! - told) <= 1e-9;
      return [isNear, ...verdict.checks().map((check) => check.passed), verdict.passed];
    };
    const told = (row: OracleRow) => [
      true,
      row.strength_ok === '1',
      row.volume_ok === '1',
      row.passed === '1',
    ];
    expect(differing(rows('bounce'), seen, told)).toEqual([]);
  });

  test('entry score of both directions', () => {
    const seen = (row: OracleRow) => {
      const direction = row.direction === 'LONG' ? 'long' : 'short';
      const score = entryScoreOf(direction, Number(row.bounce), numberOf(row.imb1)!);
      const told = numberOf(row.entry_score)!;
      return score === told || Math.abs(score - told) <= 1e-9 * told;
    };
    expect(differing(rows('entry_score'), seen, () => true)).toEqual([]);
  });

  test('zones of the tape: at the last levels, near is exact', () => {
    const levels = oracleRows('ltcusdt/levels.csv.gz').filter(({ zone_low }) => zone_low !== null);
    const prices = new Map(oracleRows('ltcusdt/moments.csv.gz').map((row) => [row.t_ms, Number(row.price)]));
    const seen = (row: OracleRow) => {
      const long = row.dir === 'long';
      const kind: ZoneKind = long ? 'demand' : 'supply';
      const zone = { ...ZONE, kind, low: Number(row.zone_low), high: Number(row.zone_high) };
      const state = withStructure({ ...LONG, price: prices.get(row.t_ms!)! }, { zones: [zone] });
      return zoneLevel(state, 'classic', '15m', long ? 'long' : 'short').near !== null;
    };
    expect(levels.length).toBeGreaterThan(1_000);
    expect(differing(levels, seen, (row) => row.l2 === '1')).toEqual([]);
  });
});
