// What is asked comes out the same whatever else is asked beside it.
import { type MarketState, TIMEFRAMES, US_PER_DAY, type Wanted } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { snapshotOf } from './testing/snapshot-of.ts';
import { livelyTrades, recordingSink, TEST_SETTINGS, tape } from './testing/synthetic-tape.ts';

const LIVELY = tape(livelyTrades(5, 12_000, 20_000 * US_PER_DAY + 3_600_000_000));

/** Returns every state, and what was heard beside states. */
function heardOf(wanted: Wanted) {
  const engine = new InstrumentAnalytics({ ...TEST_SETTINGS, ...wanted });
  const states: MarketState[] = [];
  const { sink, heard } = recordingSink(() => null);
  const signals: [string, number][] = [];
  engine.onTrades(LIVELY, true, {
    ...sink,
    onSignal: ({ id, state }) => signals.push([id, state.timeUs]),
    onStateDue: () => states.push(engine.state()),
  });
  return { states, heard, signals };
}

/** Returns the part of a state that was asked for. */
function partOf(state: MarketState, { rules, timeframes, features, profiles }: Wanted): MarketState {
  const isAsked = ({ timeframe }: { readonly timeframe: MarketState['bars'][number]['timeframe'] }) =>
    timeframes.includes(timeframe);
  return {
    ...state,
    features,
    bars: state.bars.filter(isAsked).map((bars) => ({
      ...bars,
      values: features.map((name) => bars.values[state.features.indexOf(name)]!),
    })),
    structures: state.structures
      .filter((structure) => rules.includes(structure.rules))
      .map(({ rules, zones, gaps, profiles: all }) => ({
        ...{ rules, zones: zones.filter(isAsked), gaps: gaps.filter(isAsked) },
        profiles: all.filter(({ scope }) => profiles.includes(scope)),
      })),
  };
}

const ALL = heardOf(TEST_SETTINGS);

test.each([
  ['classic', ['60m'], ['1m', '15m'], ['atr_percent', 'deviation_50', 'hurst']],
  ['robust', ['session'], ['1m', '5m'], ['variance_ratio_z', 'deviation_20', 'ema_20']],
] as const)(
  'of %s only what is asked is said, and it is the same',
  (rules, profiles, timeframes, features) => {
    const wanted: Wanted = { rules: [rules], profiles, timeframes, features, rows: false };
    const { states, heard, signals } = heardOf(wanted);
    expect(signals).toEqual(ALL.signals);
    expect(signals.length).toBeGreaterThan(5);
    expect(states).toHaveLength(ALL.states.length);
    let said = 0;
    for (const [i, state] of states.entries()) {
      const whole = partOf(ALL.states[i]!, wanted);
      expect(state).toEqual(whole);
      said += whole.structures[0]!.profiles.length * whole.structures[0]!.zones.length;
    }
    expect(said).toBeGreaterThan(100);
    expect(new Set(heard.map((word) => word.split(' ')[0]))).toEqual(
      new Set(
        ['candle', 'zone', 'gap', 'state'].filter((kind) => heard.some((word) => word.startsWith(kind))),
      ),
    );
    expect(heard.filter((word) => word.startsWith('candle'))).toEqual(
      ALL.heard.filter((word) => word.startsWith('candle')),
    );
  },
);

test('what was read at every moment is what an engine says that was never read before', () => {
  const wanted: Wanted = { ...TEST_SETTINGS, timeframes: TIMEFRAMES };
  const often = new InstrumentAnalytics({ ...TEST_SETTINGS, ...wanted });
  const { sink } = recordingSink(() => null);
  let due = 0;
  often.onTrades(LIVELY, true, {
    ...sink,
    onStateDue() {
      const read = often.state();
      due++;
      if (due % 400 > 0) return;
      // A restored engine has kept nothing.
      expect(InstrumentAnalytics.restore(TEST_SETTINGS, snapshotOf(often)).state()).toEqual(read);
    },
  });
  expect(due).toBeGreaterThan(2_000);
});
