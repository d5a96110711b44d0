import { test } from 'vitest';
import { expectCalmAfter } from './expect-calm.ts';
import type { Sometimes } from './judge-notes.ts';

/** Of what is rare, what the spot exchange can do, and does within a hundred seeds. */
const OFTEN: readonly Sometimes[] = [
  ...(['unknown resolved as filled', 'cancel and fill race', 'takeover of the lease'] as const),
  ...(['exit denied, then passed', 'stop at the venue moved', 'stop at the venue sold'] as const),
  ...(['exit in place of a stop', 'fee in the coin', 'fee in another asset', 'bought outside'] as const),
  ...(['cash moved', 'coins put beside', 'coins taken back', 'coins of ours taken'] as const),
];

test('over the adapter of Binance spot no rule is broken in seeds 1 to 100', async () => {
  await expectCalmAfter(1, 100, 'binance-spot', OFTEN);
}, 300_000);
