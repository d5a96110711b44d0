import { type MarketState, US_PER_DAY } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { livelyTrades, recordingSink, TEST_SETTINGS, tape, wholeOf } from './testing/synthetic-tape.ts';

const PARTS: readonly (keyof MarketState)[] = [
  ...(['instrument', 'timeUs', 'price', 'priceStep', 'quantityStep', 'complete', 'trades'] as const),
  ...(['cvd', 'flow', 'features', 'bars', 'microstructure', 'structures', 'sinceUs'] as const),
];
const LIVELY = tape(livelyTrades(7, 4_000, 20_000 * US_PER_DAY));

test('a state in hand says in each part what the whole state says', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink } = recordingSink(() => null);
  let compared = 0;
  const onStateDue = () => {
    if (compared++ % 20 > 0) return;
    const [whole, inHand] = [engine.state(), engine.stateInHand()];
    expect(Object.keys(whole).toSorted()).toEqual([...PARTS].toSorted());
    for (const part of PARTS) {
      if (part !== 'microstructure' && part !== 'structures' && part !== 'bars')
        expect(inHand[part]).toEqual(whole[part]);
      expect(inHand[part]).toBe(inHand[part]);
    }
    const bars = inHand.bars.map(({ timeframe, bars, last, values }) => ({ timeframe, bars, last, values }));
    expect(bars).toEqual(whole.bars);
    expect(wholeOf(inHand).structures).toEqual(whole.structures);
    const { signal, fastZ, slowZ, mid, flipSpread } = inHand.microstructure ?? {};
    const { microstructure } = whole;
    expect(microstructure && { signal, fastZ, slowZ, mid, flipSpread }).toEqual(microstructure);
  };
  engine.onTrades(LIVELY, true, { ...sink, onStateDue });
  expect(compared).toBeGreaterThan(200);
});

test('a part that was looked at stays, and one that was not is refused once the engine has gone on', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink } = recordingSink(() => null);
  let first: MarketState | undefined;
  engine.onTrades(LIVELY, true, {
    ...sink,
    onStateDue() {
      first ??= engine.stateInHand();
      expect(first.flow).toHaveLength(4);
    },
  });
  expect(() => first!.bars).toThrow('bars of an old state is asked for, at trade 1');
});
