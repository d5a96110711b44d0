import { Decimal } from '@algo/model';
import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

const money = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,8})?$/, 'expected an amount such as 100000 or 2500.50')
  .transform((text) => Decimal.of(text));
const share = z
  .string()
  .regex(/^0\.\d{1,6}$/, 'expected a share below 1 such as 0.05')
  .transform((text) => Decimal.of(text));

/** Settings of the guard over positions and portfolio. *Units*: drawdown levels as shares of the session's starting equity. */
export const config = baseConfig.extend({
  startingEquity: money.default(Decimal.of('100000')),
  drawdownAlert: share.default(Decimal.of('0.02')),
  drawdownWarning: share.default(Decimal.of('0.03')),
  drawdownCritical: share.default(Decimal.of('0.04')),
  drawdownBreaker: share.default(Decimal.of('0.05')),
});
export type Config = z.infer<typeof config>;
