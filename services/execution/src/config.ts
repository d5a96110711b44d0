import { baseConfig, venueSettings } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the process that places orders. */
export const config = baseConfig.extend({
  ...venueSettings.shape,
  /** What may be sent, by account, venue and instrument; taken anew when it changes. */
  limitsFile: z.string().default('config/limits.yaml'),
  /** The accounts of which a person has said that real money may be traded, comma separated. */
  liveConfirmed: z.string().default(''),
});
export type Config = z.infer<typeof config>;
