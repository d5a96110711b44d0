// Rule set `classic` against the values that the owner's document gives on a recorded tape.
import {
  type ClosedBar,
  imbalanceOf,
  type MarketState,
  TIMEFRAME_US,
  type Timeframe,
  US_PER_DAY,
  US_PER_HOUR,
} from '@algo/model';
import { describeOracle, type OracleRow, oracleRows } from '@algo/testkit/owner-oracle';
import { beforeAll, expect, test } from 'vitest';
import { Differences, type OracleRun, runOracle } from './testing/oracle-run.ts';
import { oracleTape } from './testing/oracle-tape.ts';

const FLOWS = [
  ['15s', '15s'],
  ['1m', '1'],
  ['5m', '5'],
  ['15m', '15'],
] as const;
const FEATURES = [
  ...([
    ['ema_20', 'ema20'],
    ['ema_50', 'ema50'],
    ['ema_200', 'ema200'],
    ['adx_14', 'adx'],
  ] as const),
  ...([
    ['atr_14', 'atr'],
    ['atr_percent', 'atr_pct'],
    ['hurst', 'hurst'],
  ] as const),
  ...([
    ['mean_reversion', 'mr'],
    ['deviation_50', 'd50'],
    ['deviation_20', 'd20'],
  ] as const),
  ...([['autocorrelation', 'r99']] as const),
] as const;

describeOracle('the LTC tape', () => {
  const states = new Map<number, MarketState>();
  let run: OracleRun;
  let moments: OracleRow[];
  let random: OracleRow[];

  beforeAll(() => {
    moments = oracleRows('ltcusdt/moments.csv.gz');
    random = oracleRows('ltcusdt/random_moments.csv.gz');
    const times = [...moments, ...random].map((row) => Number(row.t_ms));
    run = runOracle(
      oracleTape(),
      times.toSorted((a, b) => a - b),
      (ms, state) => states.set(ms, state),
    );
  }, 120_000);

  const stateAt = (row: OracleRow) => states.get(Number(row.t_ms))!;

  test('every candle equals', () => {
    const differences = new Differences();
    const made = new Map(run.candles.map((candle) => [`${candle.timeframe} ${candle.openTimeUs}`, candle]));
    const rows = oracleRows('ltcusdt/candles.csv.gz');
    for (const row of rows) {
      const where = `${row.tf} ${Number(row.open_ms) * 1_000}`;
      const candle = made.get(where)!;
      const { open, high, low, close, volume, buyVolume, sellVolume } = candle;
      const prices = { open, high, low, close, volume, buy_volume: buyVolume, sell_volume: sellVolume };
      const { trades, buyTrades, sellTrades } = candle;
      const counts = { num_trades: trades, num_buy_trades: buyTrades, num_sell_trades: sellTrades };
      for (const [column, value] of Object.entries({ ...prices, ...counts }))
        differences.number(where, column, value, row);
    }
    expect(differences.found).toEqual([]);
    expect(made.size).toBe(rows.length);
  });

  test('flows equal over every window, at whole minutes and at odd milliseconds', () => {
    const differences = new Differences();
    for (const row of [...moments, ...random]) {
      const where = row.t_ms!;
      differences.number(where, 'price', stateAt(row).price, row);
      for (const [i, [, name]] of FLOWS.entries()) {
        const flow = stateAt(row).flow[i]!;
        differences.number(where, `n${name}`, flow.buyTrades + flow.sellTrades, row);
        differences.number(where, `buy${name}`, flow.buyVolume, row);
        differences.number(where, `sell${name}`, flow.sellVolume, row);
        differences.number(where, `imb${name}`, imbalanceOf(flow), row);
      }
    }
    expect(differences.found).toEqual([]);
  });

  test('profiles equal over every look-back', () => {
    const differences = new Differences();
    const compare = (row: OracleRow, minutes: number) => {
      const profiles = stateAt(row).structures[0]!.profiles;
      const profile = profiles.find(({ scope }) => scope === `${minutes}m`);
      differences.number(row.t_ms!, `poc_${minutes}`, profile?.poc ?? null, row);
      differences.number(row.t_ms!, `val_${minutes}`, profile?.valueArea?.low ?? null, row);
      differences.number(row.t_ms!, `vah_${minutes}`, profile?.valueArea?.high ?? null, row);
    };
    for (const row of moments) for (const minutes of [1, 5, 15, 60]) compare(row, minutes);
    for (const row of random) compare(row, 60);
    expect(differences.found).toEqual([]);
  });

  test('features equal after every bar', () => {
    const differences = new Differences();
    for (const row of oracleRows('ltcusdt/regime.csv.gz')) {
      const state = states.get(Number(row.close_ms))!;
      const bars = state.bars.find(({ timeframe }) => timeframe === row.tf)!;
      const where = `${row.tf} ${row.close_ms}`;
      differences.number(where, 'n', bars.bars, row);
      differences.number(where, 'close', bars.last!.close, row);
      for (const [name, column] of FEATURES)
        differences.number(where, column, bars.values[state.features.indexOf(name)]!, row);
    }
    expect(differences.found).toEqual([]);
  });

  test('the sums of bars are the CVD of 1, 4 and 24 hours, and their colours the trend', () => {
    const differences = new Differences();
    const minutes = run.candles.filter(({ timeframe }) => timeframe === '1m');
    const colour = (bar: ClosedBar | null | undefined) =>
      bar ? (bar.close > bar.open ? 'bullish' : 'bearish') : null;
    for (const row of moments) {
      const endUs = Number(row.t_ms) * 1_000;
      for (const hours of [1, 4, 24]) {
        const from = endUs - hours * US_PER_HOUR;
        const inside = minutes.filter((bar) => bar.openTimeUs >= from && bar.openTimeUs < endUs);
        const cvd = inside.reduce((sum, bar) => sum + bar.buyVolume - bar.sellVolume, 0);
        differences.number(row.t_ms!, `cvd_${hours}h`, cvd, row);
      }
      const last = (timeframe: Timeframe) =>
        stateAt(row).bars.find((bars) => bars.timeframe === timeframe)!.last;
      expect([colour(last('1m')), colour(last('15m'))]).toEqual([row.trend_1m, row.trend_15m]);
    }
    expect(differences.found).toEqual([]);
  });

  test('every zone, its touches and its end equal, and how many are in each list', () => {
    const differences = new Differences();
    const rows = oracleRows('ltcusdt/zones.csv.gz').filter((row) => row.listed_from_ms !== null);
    const told = Map.groupBy(run.zones, ({ zone }) => `${zone.timeframe} ${zone.kind} ${zone.firstSeenUs}`);
    const lists = rows.map((row) => {
      const where = `${row.tf} ${row.type} ${Number(row.listed_from_ms) * 1_000}`;
      const steps = told.get(where) ?? [];
      const { zone } = steps[0]!;
      differences.number(where, 'price_low', zone.low, row);
      differences.number(where, 'price_high', zone.high, row);
      differences.number(where, 'strength', zone.strength, row);
      for (const touches of [1, 2, 3]) {
        const touch = steps.find((step) => step.zone.touches === touches);
        differences.number(where, `touch${touches}_ms`, touch?.toldMs ?? null, row);
      }
      const broken = steps.find((step) => step.zone.status === 'broken');
      differences.number(where, 'broken_ms', broken?.toldMs ?? null, row);
      const untilMs = (zone.firstSeenUs + US_PER_DAY - 3 * TIMEFRAME_US[zone.timeframe]) / 1_000;
      differences.number(where, 'listed_until_ms', untilMs, row);
      const name = `${zone.kind}_${zone.timeframe}`;
      const liveName = `${zone.kind}_live_${zone.timeframe}`;
      return [
        { column: name, fromMs: zone.firstSeenUs / 1_000, untilMs },
        {
          column: liveName,
          fromMs: zone.firstSeenUs / 1_000,
          untilMs: Math.min(untilMs, (broken?.toldMs ?? Number.POSITIVE_INFINITY) - 1),
        },
      ];
    });
    expect(told.size).toBe(rows.length);
    compareCounts(lists.flat(), moments, differences);
    expect(differences.found).toEqual([]);
  });

  test('every gap equals but those over an empty bar, and how many are in each list', () => {
    const differences = new Differences();
    const told = Map.groupBy(run.gaps, ({ gap }) => `${gap.timeframe} ${gap.kind} ${gap.createdUs}`);
    const lists = oracleRows('ltcusdt/gaps.csv.gz').map((row) => {
      const timeframe = row.tf as Timeframe;
      const where = `${timeframe} ${row.type} ${Number(row.listed_from_ms) * 1_000}`;
      const steps = told.get(where);
      const column = `${row.type === 'bullish' ? 'bull' : 'bear'}_${timeframe}`;
      const [fromMs, untilMs] = [Number(row.listed_from_ms), Number(row.listed_until_ms)];
      if (row.over_empty !== '0') {
        expect(steps).toBeUndefined();
        return { column, fromMs, untilMs }; // the columns that count them count these too
      }
      differences.number(where, 'gap_low', steps![0]!.gap.low, row);
      differences.number(where, 'gap_high', steps![0]!.gap.high, row);
      const last = steps!.at(-1)!;
      if (last.gap.status === 'expired') expect(last.toldMs).toBe(untilMs + 15_000);
      else expect(untilMs).toBeGreaterThanOrEqual(Number(moments.at(-1)!.t_ms) - 15_000);
      return { column, fromMs, untilMs };
    });
    expect(lists.length - told.size).toBe(1);
    compareCounts(lists, moments, differences);
    expect(differences.found).toEqual([]);
  });
});

interface Listed {
  readonly column: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Compares how many are in each list at each moment. */
function compareCounts(
  lists: readonly Listed[],
  moments: readonly OracleRow[],
  differences: Differences,
): void {
  for (const [column, listed] of Map.groupBy(lists, (list) => list.column))
    for (const row of moments) {
      const ms = Number(row.t_ms);
      const count = listed.filter(({ fromMs, untilMs }) => fromMs <= ms && ms <= untilMs).length;
      differences.number(row.t_ms!, column, count, row);
    }
}
