import { signalId, strategyName } from '@algo/model';
import { expect, test } from 'vitest';
import { EvaluationPace, SIGNALS_REMEMBERED } from './evaluation-pace.ts';
import { BTC, LTC, START_US } from './testing/engine-scenario.ts';

test('remembers the last 64 signals of each instrument and no more', () => {
  const pace = new EvaluationPace({ paces: [], signals: [] });
  for (let i = 0; i <= SIGNALS_REMEMBERED; i++)
    expect(pace.admitSignal(LTC, signalId(`sig-${i}`))).toBe(true);
  expect(pace.admitSignal(LTC, signalId('sig-1'))).toBe(false);
  expect(pace.admitSignal(BTC, signalId('sig-1'))).toBe(true);
  expect(pace.snapshot().signals.map(({ ids }) => ids.length)).toEqual([SIGNALS_REMEMBERED, 1]);
});

test('an accepted entry makes the next refusal news again', () => {
  const pace = new EvaluationPace({ paces: [], signals: [] });
  const strategy = strategyName('hierarchical');
  pace.admitState(LTC, strategy, START_US);
  expect(pace.admitRefusal(LTC, strategy, 'ZONE', START_US)).toBe(true);
  expect(pace.admitRefusal(LTC, strategy, 'ZONE', START_US + 59_999_999)).toBe(false);
  pace.accepted(LTC, strategy);
  expect(pace.admitRefusal(LTC, strategy, 'ZONE', START_US + 59_999_999)).toBe(true);
});
