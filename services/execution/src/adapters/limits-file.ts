import { type Logger, WatchedFile } from '@algo/runtime';
import type { NamedLimits } from '../domain/index.ts';
import { type LimitedNames, parseLimits } from './parse-limits.ts';

/** How often the file is looked at. *Units*: wall ms. */
export const LIMITS_EVERY_MS = 2_000;

/** The file of the limits. */
export class LimitsFile extends WatchedFile<NamedLimits> {
  constructor(path: string, names: LimitedNames, log: Pick<Logger, 'info' | 'error'>) {
    super({
      ...{ path, variable: 'ALGO_LIMITS_FILE', what: 'limits', log },
      parse: (text) => parseLimits(text, path, names),
      hashOf: ({ hash }) => hash,
    });
  }
}
