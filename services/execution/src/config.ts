import { Decimal } from '@algo/model';
import { baseConfig, money, share } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the process that places orders. *Units*: notionals in the quote currency, shares of price. */
export const config = baseConfig.extend({
  venue: z.enum(['paper'], 'expected paper').default('paper'),
  orderNotionalMax: money.default(Decimal.of('10000')),
  positionNotionalMax: money.default(Decimal.of('20000')),
  grossNotionalMax: money.default(Decimal.of('100000')),
  positionsMax: z.coerce.number().int().min(1).max(1_000).default(10),
  entriesPerMinuteMax: z.coerce.number().int().min(1).max(10_000).default(60),
  collar: share.default(Decimal.of('0.01')),
  leaseTtlMs: z.coerce.number().int().min(1_000).max(60_000).default(10_000),
  leaseRenewMs: z.coerce.number().int().min(100).max(20_000).default(3_000),
});
export type Config = z.infer<typeof config>;
