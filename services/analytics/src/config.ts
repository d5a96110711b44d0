import { FEATURE_FAMILIES, featuresNamed, USUAL_FEATURES } from '@algo/market-analytics';
import { InputError, PROFILE_SCOPES, RULE_SETS, TIMEFRAMES } from '@algo/model';
import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Returns a list of words with commas between them, each once. */
function listOf<Word extends string>(word: z.ZodType<Word, string>, usual: readonly Word[]) {
  return z
    .string()
    .default(usual.join(','))
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(word).min(1));
}

function checkFeatures(names: readonly string[], { addIssue }: z.RefinementCtx): void {
  try {
    featuresNamed(names, FEATURE_FAMILIES);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    addIssue({ code: 'custom', message: error.message });
  }
}

/** Settings of one analytics shard. */
export const config = baseConfig.extend({
  /** An instrument's rows are written when so many wait, */
  flushRows: z.coerce.number().int().min(1).max(1_000_000).default(100),
  /** or when the oldest has waited so long. */
  flushIntervalMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
  /** Sets of rules that draw zones, gaps and profiles: a configuration that names another can't enter. */
  ruleSets: listOf(z.enum(RULE_SETS), RULE_SETS),
  /** What else states say; a backtest names what its configuration reads. */
  timeframes: listOf(z.enum(TIMEFRAMES), TIMEFRAMES),
  features: listOf(z.string(), USUAL_FEATURES).superRefine(checkFeatures),
  profiles: listOf(z.enum(PROFILE_SCOPES), PROFILE_SCOPES),
  /** Whether rows of order flow and of profiles are made for the store. */
  storesFlow: z.stringbool().default(true),
  /** What leaves a file for the archive when it is over; `auto`: hours where the stream holds no day. */
  archiveUnit: z.enum(['auto', 'day', 'hour']).default('auto'),
  /** Where that lies, for all processes of analytics; `archive` in the data directory by default. */
  archiveDir: z.string().optional(),
  /**
   * Whether each process of analytics has a data directory of its own: then a shard that moves takes its
   * state through the bus and its rows through the archive.
   */
  ownDisk: z.stringbool().default(false),
  /** How often the state of a shard goes there while it stays, for whoever takes over from a lost disk. */
  sharedSnapshotIntervalMs: z.coerce.number().int().min(1_000).max(3_600_000).default(60_000),
  /** Whether the shards are shared among the processes that are there: whoever starts them says how many. */
  sharesAmongPresent: z.stringbool().default(false),
  /** Then one that is away for less keeps its shards: it is being started again. */
  absenceMaxMs: z.coerce.number().int().min(6_000).max(600_000).default(30_000),
  /** The one virtual shard that this process is for, whatever the plan says: to go through it again. */
  shard: z.coerce.number().int().min(0).max(63).optional(),
  /** Files that stay attached; where instruments are more, they take turns. */
  openFilesMax: z.coerce.number().int().min(1).max(200).default(100),
});
export type Config = z.infer<typeof config>;
