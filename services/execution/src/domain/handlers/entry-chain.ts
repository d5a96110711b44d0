import { existingPosition } from './existing-position.ts';
import { exposure } from './exposure.ts';
import type { Handler } from './handler.ts';
import { positionLimit } from './position-limit.ts';
import { PRE_TRADE_CONTROLS } from './pre-trade-controls.ts';
import { reversal } from './reversal.ts';
import { shortSelling } from './short-selling.ts';

/** What every entry passes through, first to last. *Source*: spec 5. */
export const ENTRY_CHAIN: readonly Handler[] = [
  shortSelling,
  existingPosition,
  reversal,
  positionLimit,
  exposure,
  ...PRE_TRADE_CONTROLS,
];
