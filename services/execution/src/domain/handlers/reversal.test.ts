import type { Direction } from '@algo/model';
import { expect, test } from 'vitest';
import { entryContext } from '../testing/entry-context.ts';
import { d, LTC, place } from '../testing/execution-scenario.ts';
import { reversal } from './reversal.ts';

test.each<[string, Direction, string, string, boolean]>([
  ['a long with nothing held', 'long', '0', '0', true],
  ['a long beside a long of somebody', 'long', '0', '3', true],
  ['a short against a long of somebody', 'short', '0', '3', false],
  ['a long against a short of somebody', 'long', '0', '-3', false],
  ['a short against a long of ours', 'short', '3', '0', false],
  ['a long beside a long of ours and of somebody', 'long', '3', '2', true],
])('%s', (_, direction, own, beside, passes) => {
  const held = {
    instrument: LTC,
    quantity: d(own),
    beside: d(beside),
    changedUs: 0,
    correctedUs: 0,
    settledUs: 0,
    openedUs: 0,
    lastPrice: d('83'),
  };
  const denial = reversal(entryContext({ positions: [held], beside: d(beside) }), place(1, { direction }));
  expect(denial?.code ?? null).toBe(passes ? null : 'REVERSAL_REFUSED');
});
