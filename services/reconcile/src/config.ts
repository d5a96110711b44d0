import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Settings of one reconciliation run. */
export const config = baseConfig.extend({
  venue: z.enum(['paper'], 'expected paper').default('paper'),
  /** The epoch to open the gate for; the one that execution will take next when absent. */
  epoch: z.coerce.number().int().min(1).optional(),
  /** A pass is good for so long. */
  validForMs: z.coerce.number().int().min(1_000).max(600_000).default(60_000),
  /** Says what it would find and publishes nothing. */
  dryRun: z.stringbool('expected true or false').default(false),
});
export type Config = z.infer<typeof config>;
