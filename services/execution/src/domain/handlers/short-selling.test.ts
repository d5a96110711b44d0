import type { Direction, Market } from '@algo/model';
import { expect, test } from 'vitest';
import { entryContext } from '../testing/entry-context.ts';
import { place, SETTINGS } from '../testing/execution-scenario.ts';
import { shortSelling } from './short-selling.ts';

test.each<[Direction, Market, boolean | null, boolean]>([
  ['short', 'spot', true, true],
  ['short', 'spot', false, false],
  ['short', 'spot', null, false],
  ['short', 'dex', false, false],
  ['short', 'perp', false, true],
  ['short', 'perp', null, true],
  ['long', 'spot', false, true],
  ['long', 'spot', null, true],
])('a %s of %s, where spot may be short: %s, passes: %s', (direction, market, shortSpot, passes) => {
  const instrument = { ...SETTINGS.instruments[0]!, market };
  const denial = shortSelling(entryContext({ instrument, shortSpot }), place(1, { direction }));
  expect(denial?.code ?? null).toBe(passes ? null : 'NO_SHORT_SELLING');
});
