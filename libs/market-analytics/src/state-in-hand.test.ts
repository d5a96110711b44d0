import { type MarketState, plainState, US_PER_DAY } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { livelyTrades, recordingSink, TEST_SETTINGS, tape } from './testing/synthetic-tape.ts';

const LIVELY = tape(livelyTrades(7, 4_000, 20_000 * US_PER_DAY));

const WINDOW_PARTS = ['buyVolume', 'sellVolume', 'buyTrades', 'sellTrades'] as const;

/** Looks at one part or another. */
const LOOKS: readonly ((state: MarketState) => unknown)[] = [
  ({ flow }) => flow[1]!.sellVolume,
  ({ flow }) => flow.map(({ buyTrades }) => buyTrades),
  ({ structures }) => structures.map(({ zones }) => zones.length),
  ({ structures }) => structures.map(({ gaps }) => gaps.length),
  ({ structures }) => structures.map(({ profiles }) => profiles.at(-1)?.poc),
  ({ structures }) => structures.map(({ profiles }) => profiles[1]?.valueArea),
  ({ bars }) => bars[0]!.values,
  ({ microstructure }) => microstructure?.flipSpread,
];

test('a state says the same whatever of it and of those before was looked at', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const unread = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink } = recordingSink(() => null);
  const states: MarketState[] = [];
  let due = 0;
  unread.onTrades(LIVELY, true, {
    ...sink,
    onStateDue: () => {
      if (due++ % 15 === 0) states.push(unread.state());
    },
  });
  due = 0;
  engine.onTrades(LIVELY, true, {
    ...sink,
    onStateDue() {
      const state = engine.stateInHand();
      for (const [i, look] of LOOKS.entries()) if (((due * 37) >> 3) & (1 << i)) look(state);
      if (due++ % 15 === 0) expect(plainState(state)).toEqual(states[(due - 1) / 15]);
    },
  });
  expect(states.length).toBeGreaterThan(100);
});

test('no part is told once the engine has gone on, whatever of later states was looked at', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink } = recordingSink(() => null);
  const kept: [part: string, look: () => unknown][] = [];
  let due = 0;
  engine.onTrades(LIVELY, true, {
    ...sink,
    onStateDue() {
      if (++due < 500 || due > 504) return;
      // What the windows said stands until another state's are looked at.
      if (due === 501)
        for (const [part, look] of kept)
          if (!WINDOW_PARTS.some((each) => each === part)) expect(look).toThrow(`${part} of an old`);
      const state = engine.stateInHand();
      for (const look of LOOKS) look(state);
      for (const [part, look] of kept) expect(look).toThrow(`${part} of an old`);
      if (due > 500) return;
      const { flow, microstructure, structures } = state;
      const own = ['price', 'priceStep', 'quantityStep', 'complete', 'cvd', 'sinceUs', 'bars'] as const;
      for (const part of own) kept.push([part, () => state[part]]);
      for (const part of WINDOW_PARTS) kept.push([part, () => flow[2]![part]]);
      for (const part of ['signal', 'fastZ', 'slowZ', 'mid', 'flipSpread'] as const)
        kept.push([part, () => microstructure![part]]);
      for (const part of ['zones', 'gaps', 'profiles'] as const)
        kept.push([part, () => structures[0]![part]]);
      const profile = structures[0]!.profiles.at(-1)!;
      for (const part of ['poc', 'volume', 'valueArea'] as const) kept.push([part, () => profile[part]]);
      for (const [, look] of kept) expect(look).not.toThrow();
    },
  });
  expect([due > 504, kept.length]).toEqual([true, 22]);
});
