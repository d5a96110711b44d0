import { Decimal } from '@algo/model';
import { baseConfig, money, share } from '@algo/runtime';
import type { z } from 'zod';

/**
 * Settings of the guard over positions and portfolio. *Units*:
 * drawdown levels as shares of the session's starting equity.
 */
export const config = baseConfig.extend({
  startingEquity: money.default(Decimal.of('100000')),
  drawdownAlert: share.default(Decimal.of('0.02')),
  drawdownWarning: share.default(Decimal.of('0.03')),
  drawdownCritical: share.default(Decimal.of('0.04')),
  drawdownBreaker: share.default(Decimal.of('0.05')),
});
export type Config = z.infer<typeof config>;
