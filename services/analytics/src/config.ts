import { RULE_SETS } from '@algo/model';
import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Settings of one analytics shard. */
export const config = baseConfig.extend({
  /** An instrument's rows are written when so many wait, */
  flushRows: z.coerce.number().int().min(1).max(1_000_000).default(100),
  /** or when the oldest has waited so long. */
  flushIntervalMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
  /** Sets of rules that draw zones, gaps and profiles: a configuration that names another can't enter. */
  ruleSets: z
    .string()
    .default(RULE_SETS.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(RULE_SETS)).min(1)),
  /** What leaves a file for the archive when it is over: hours, where the stream holds less than a day. */
  archiveUnit: z.enum(['day', 'hour']).default('day'),
  openFilesMax: z.coerce.number().int().min(1).max(200).default(200),
});
export type Config = z.infer<typeof config>;
