import { baseConfig, venueSettings } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the reconciliations of an account. */
export const config = baseConfig.extend({
  ...venueSettings.shape,
  /** A pass is good for so long, times the feed's speed. */
  validForMs: z.coerce.number().int().min(1_000).max(600_000).default(60_000),
});
export type Config = z.infer<typeof config>;
