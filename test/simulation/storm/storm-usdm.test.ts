import { test } from 'vitest';
import { expectCalmAfter } from './expect-calm.ts';
import type { Sometimes } from './judge-notes.ts';

/** Of what is rare, what the USD-M exchange can do, and does within a hundred seeds. */
const OFTEN: readonly Sometimes[] = [
  ...(['unknown resolved as filled', 'cancel and fill race', 'takeover of the lease'] as const),
  ...(['exit denied, then passed', 'stop at the venue moved', 'stop at the venue sold'] as const),
  ...(['exit in place of a stop', 'bought outside', 'closed outside'] as const),
  ...(['cash moved', 'setup changed'] as const),
];

test('over the adapter of Binance USD-M no rule is broken in seeds 1 to 100', async () => {
  await expectCalmAfter(1, 100, 'binance-usdm', OFTEN);
}, 300_000);
