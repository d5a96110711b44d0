// Numbers that doubles get wrong: quantities and prices off the venue's steps, sums beyond 2^53, orders in
// pieces.
import { US_PER_DAY, US_PER_HOUR, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { snapshotOf } from './testing/snapshot-of.ts';
import {
  livelyTrades,
  recordingSink,
  TEST_SETTINGS,
  type TestTrade,
  tape,
} from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;

/** All that is said of a tape, and the last state. */
function heard(trades: readonly TestTrade[], settings = TEST_SETTINGS, restartAt = -1) {
  let engine = new InstrumentAnalytics(settings);
  const { sink, heard } = recordingSink(() => null);
  for (const [i, trade] of trades.entries()) {
    if (i === restartAt) engine = InstrumentAnalytics.restore(settings, snapshotOf(engine));
    engine.onTrades(tape([trade]), true, sink);
  }
  engine.advanceTo(trades.at(-1)![0] + US_PER_HOUR, sink);
  return { heard, state: engine.state() };
}

test('two buys of less than half a step are all their volume', () => {
  const settings = { ...TEST_SETTINGS, quantityStep: 0.01 };
  const trades = [0, 1].map((s): TestTrade => [DAY + s * US_PER_SECOND, 10, 0.004, 'buy']);
  const { state } = heard(trades, settings);
  expect(state.bars.at(-1)!.last!.volume).toBe(0.008);
  expect(state.quantityStep).toBe(0.001);
});

test('steps that become finer on the way give what fine ones from the start do, restored or not', () => {
  const trades = livelyTrades(21, 3_000, DAY).map(([t, p, q, side], i): TestTrade => {
    const isFine = i > 1_500 && i % 7 === 0;
    return isFine ? [t, Math.round(p * 1e4 + 37) / 1e4, q / 8, side] : [t, p, q, side];
  });
  const settings = { ...TEST_SETTINGS, rules: ['classic'] } as const; // robust ones ask for so many ticks
  // What was said before names the steps as they were then, and its features may differ in their last bit.
  const plain = (said: readonly string[]) =>
    said.map((word) =>
      word.replace(/"priceStep":[^,]*,"quantityStep":[^,]*,/, '').replaceAll(/"values":\[.*?\]/g, ''),
    );
  const coarse = heard(trades, settings);
  const fine = heard(trades, { ...settings, priceTick: 0.0001, quantityStep: 0.000_001 });
  expect(plain(coarse.heard)).toEqual(plain(fine.heard));
  expect(coarse.state).toEqual(fine.state);
  expect(heard(trades, settings, 2_000).heard).toEqual(coarse.heard);
});

test('sums that pass 2^53 lose nothing: a lone trade a quarter of an hour later is itself', () => {
  const engine = new InstrumentAnalytics({ ...TEST_SETTINGS, quantityStep: 1 });
  const { sink } = recordingSink(() => null);
  const huge = (s: number): TestTrade => [DAY + s * US_PER_SECOND, 10, 2 ** 52, 'buy'];
  engine.onTrades(tape([huge(0), huge(1), huge(2)]), true, sink);
  engine.onTrades(tape([[DAY + 16 * 60 * US_PER_SECOND, 10, 1, 'buy']]), true, sink);
  engine.onTrades(tape([[DAY + 16 * 60 * US_PER_SECOND + 1, 10, 3, 'sell']]), true, sink);
  const { flow } = engine.state();
  expect(flow.map(({ buyVolume, sellVolume }) => [buyVolume, sellVolume])).toEqual(flow.map(() => [1, 3]));
});

test('an order printed in pieces is judged as the one that it is', () => {
  const alone = (pieces: readonly number[]) => {
    const trades: TestTrade[] = [];
    for (let i = 0; i < 70; i++)
      trades.push([DAY + i * US_PER_SECOND * 0.5, 10, 1, i % 10 < 7 ? 'buy' : 'sell']);
    for (const size of pieces) trades.push([DAY + 36 * US_PER_SECOND, 10, size, 'buy']);
    return heard(trades).heard.filter((word) => word.startsWith('signal')).length;
  };
  const whole = alone([400]);
  for (const pieces of [
    [4, 396],
    [396, 4],
    [100, 100, 100, 100],
  ])
    expect(alone(pieces)).toBe(whole);
});
