import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the deciding process. */
export const config = baseConfig.extend({
  /** Folder of trading configurations, seeded into the state store when they aren't there yet. */
  tradingConfigsDir: z.string().default('config/trading'),
  /** Which one trades when nobody has chosen yet. */
  tradingConfig: z.string().default('config_1'),
});
export type Config = z.infer<typeof config>;
