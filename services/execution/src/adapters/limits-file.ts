import { accountId, type InstrumentId, instrumentId } from '@algo/model';
import { exchangeOf, isLive, type Logger, readYaml, WatchedFile } from '@algo/runtime';
import { EXCHANGE_NAMES } from '@algo/venues';
import { z } from 'zod';
import type { Config } from '../config.ts';
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

/**
 * Reads the limits as a start would. Which instruments there are is known by a running engine alone, so that
 * whichever the file names are taken for some. *Errors*: as `WatchedFile.read`.
 */
export function checkLimits(config: Config): void {
  const { accounts, limitsFile } = config;
  const account = accountId(config.account);
  const names = {
    ...{ account, accounts, venue: exchangeOf(config, account), venues: EXCHANGE_NAMES },
    ...{ instruments: instrumentsNamedIn(limitsFile), isLive: isLive(config, account) },
  };
  new LimitsFile(limitsFile, names, { info: () => undefined, error: () => undefined }).read();
}

const sections = z.looseObject({ instruments: z.record(z.string(), z.unknown()) });

/** Returns those of its sections that are written as instruments are. */
function instrumentsNamedIn(limitsFile: string): InstrumentId[] {
  const read = sections.safeParse(readYaml('ALGO_LIMITS_FILE', limitsFile));
  return Object.keys(read.data?.instruments ?? {}).flatMap((name) => {
    try {
      return [instrumentId(name)];
    } catch {
      return []; // it is refused by its name
    }
  });
}
