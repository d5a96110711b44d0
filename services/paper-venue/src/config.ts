import { Decimal } from '@algo/model';
import { baseConfig, money } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the exchange that paper mode plays. */
export const config = baseConfig.extend({
  /** What the account starts with, in the quote currencies of the instruments. */
  startingBalance: money.default(Decimal.of('100000')),
  makerBps: z.coerce.number().min(-10).max(100).default(10),
  takerBps: z.coerce.number().min(-10).max(100).default(10),
  /** Names the random stream of latencies; the same seed fills the same orders alike. */
  seed: z.coerce.number().int().min(0).default(1),
});
export type Config = z.infer<typeof config>;
