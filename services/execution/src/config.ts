import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Venues that take orders. */
export const VENUES = ['paper'] as const;

/** Settings of the process that places orders. */
export const config = baseConfig.extend({
  venue: z.enum(VENUES, 'expected paper').default('paper'),
  /** What may be sent, by account, venue and instrument; taken anew when it changes. */
  limitsFile: z.string().default('config/limits.yaml'),
});
export type Config = z.infer<typeof config>;
