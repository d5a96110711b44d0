import { featureOf, US_PER_DAY, US_PER_MINUTE } from '@algo/model';
import { expect, test } from 'vitest';
import { BarSeries } from '../bar-series.ts';
import { InstrumentAnalytics } from '../instrument-analytics.ts';
import { Resolution } from '../resolution.ts';
import { livelyTrades, recordingSink, TEST_SETTINGS, tape, uniform } from '../testing/synthetic-tape.ts';
import { widestBar } from '../testing/widest-bar.ts';
import { FeatureSet } from './feature-set.ts';
import { FEATURE_FAMILIES, USUAL_FEATURES } from './registry.ts';

const { sink } = recordingSink(() => null);

/** A series of restless bars and its features, bar by bar. */
function restless(
  names: readonly string[],
  bars: number,
  each: (values: readonly (number | null)[]) => void,
) {
  const series = new BarSeries('1m');
  const features = new FeatureSet(names, series, new Resolution(0.01, 1));
  const next = uniform(12);
  let close = 10_000;
  for (let i = 0; i < bars; i++) {
    const open = close;
    close += Math.round((next() - 0.5) * 60);
    const [high, low] = [Math.max(open, close) + 5, Math.min(open, close) - 5];
    const flow = { buy: 5 + i, sell: 3, buyTrades: 70, sellTrades: 5, complete: true };
    const bar = { openTimeUs: i * US_PER_MINUTE, open, high, low, close, ...flow };
    series.push(bar);
    features.onBar(bar);
    each(features.values());
  }
}

test('a feature of somebody else is a file and a line, and stands in the state', () => {
  const settings = { ...TEST_SETTINGS, features: ['widest_bar_3', 'ema_20'] };
  const engine = new InstrumentAnalytics(settings, [...FEATURE_FAMILIES, widestBar]);
  const highs: number[] = [];
  engine.onTrades(tape(livelyTrades(4, 2_000, 20_000 * US_PER_DAY)), true, {
    ...sink,
    onCandle: ({ timeframe, high, low }) => timeframe === '1m' && highs.push(high - low),
  });
  const state = engine.state();
  expect(state.features).toEqual(['widest_bar_3', 'ema_20']);
  expect(featureOf(state, '1m', 'widest_bar_3')).toBeCloseTo(Math.max(...highs.slice(-3)), 9);
  expect(featureOf(state, '1m', 'ema_50')).toBeNull(); // nobody asked for it
});

test('each feature is there as soon as it says, and not before; a half-life may be none for longer', () => {
  const warmUps = USUAL_FEATURES.map((name) => {
    const family = FEATURE_FAMILIES.find((one) => name === one.name || name.startsWith(`${one.name}_`))!;
    const exact = FEATURE_FAMILIES.find((one) => name.replace(/_\d+$/, '') === one.name) ?? family;
    const number = /_(\d+)$/.exec(name)?.[1];
    return exact.make(...(number === undefined ? [] : [Number(number)])).warmUpBars;
  });
  const first = USUAL_FEATURES.map(() => 0);
  let bars = 0;
  restless(USUAL_FEATURES, 300, (values) => {
    bars++;
    for (const [i, value] of values.entries()) if (value !== null && first[i] === 0) first[i] = bars;
  });
  for (const [i, name] of USUAL_FEATURES.entries())
    if (name === 'ou_half_life') expect(first[i]).toBeGreaterThanOrEqual(warmUps[i]!);
    else expect({ name, bars: first[i] }).toEqual({ name, bars: warmUps[i] });
});

test('features that read one state read the same, asked for together or alone', () => {
  const together: (readonly (number | null)[])[] = [];
  restless(['adx_14', 'plus_di_14', 'minus_di_14'], 60, (values) => together.push(values));
  for (const [i, name] of ['adx_14', 'plus_di_14', 'minus_di_14'].entries()) {
    const alone: (number | null)[] = [];
    restless([name], 60, ([value]) => alone.push(value!));
    expect(alone).toEqual(together.map((values) => values[i]));
  }
});
