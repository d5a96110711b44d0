import { Decimal } from '@algo/model';
import { baseConfig, money } from '@algo/runtime';
import { PAPER_DEFAULTS, readPaperVices } from '@algo/simulation';
import { z } from 'zod';

/** Settings of the exchange that paper mode plays. */
export const config = baseConfig.extend({
  /** What the account starts with, in the quote currencies of the instruments. */
  startingBalance: money.default(Decimal.of('100000')),
  makerBps: z.coerce.number().min(-10).max(100).default(10),
  takerBps: z.coerce.number().min(-10).max(100).default(10),
  /** Names the random stream of latencies; the same seed fills the same orders alike. */
  seed: z.coerce.number().int().min(0).default(1),
  /** Ended orders that it still finds at most; of fills it keeps four times as many. */
  paperHistory: z.coerce.number().int().min(100).max(1_000_000).default(PAPER_DEFAULTS.history),
  /** What is wrong with the exchange, as `readPaperVices` reads it: `answerLost=0.05, eventTwice=0.1`. */
  paperVices: z
    .string()
    .default('')
    .transform((text, problems) => {
      try {
        return readPaperVices(text);
      } catch (error) {
        problems.addIssue((error as Error).message);
        return z.NEVER;
      }
    }),
});
export type Config = z.infer<typeof config>;
