import { strategyName } from '@algo/model';
import { expect, test } from 'vitest';
import { DecisionEngine } from './decision-engine.ts';
import type { DecisionInput } from './decision-io.ts';
import { configOf, LTC, START_US, settingsOf, stateInput } from './testing/engine-scenario.ts';

const MINUTE_US = 60_000_000;
const told = (timeUs: number): DecisionInput => ({
  ...{ type: 'TimeAdvanced', feed: 'binance', toldUs: timeUs, sureUs: timeUs, behind: [] },
  ...{ wallUs: timeUs, speed: 1, warm: false },
});

test('each minute of told time it is said how often evaluations ended without a word, and why', () => {
  const engine = new DecisionEngine(
    settingsOf({ config: configOf({ strategies: [strategyName('hierarchical')] }) }),
  );
  const nextUs = (Math.floor(START_US / MINUTE_US) + 1) * MINUTE_US;
  engine.handle(told(START_US));
  const quiet = { bars: [], microstructure: null };
  for (const seconds of [0, 1, 2]) engine.handle(stateInput(seconds, quiet));
  expect(engine.handle(told(nextUs - 1))).toEqual([]);
  const row = { type: 'RefusalsCounted', instrument: LTC, level: 1, code: 'REGIME', count: 3 };
  expect(engine.handle(told(nextUs))).toEqual([{ ...row, timeUs: nextUs }]);
  expect(engine.handle(told(nextUs + MINUTE_US))).toEqual([]);
});
