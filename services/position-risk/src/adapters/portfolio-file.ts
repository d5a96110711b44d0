import { type Logger, WatchedFile } from '@algo/runtime';
import type { NamedRules } from '../domain/index.ts';
import { parseRules } from './parse-rules.ts';

/** How often the file is looked at. *Units*: wall ms. */
export const RULES_EVERY_MS = 2_000;

/** The file of what watches over the portfolio. */
export class PortfolioFile extends WatchedFile<NamedRules> {
  constructor(path: string, log: Pick<Logger, 'info' | 'error'>) {
    super({
      ...{ path, variable: 'ALGO_PORTFOLIO_FILE', what: 'portfolio rules', log },
      parse: (text) => parseRules(text, path),
      hashOf: ({ hash }) => hash,
    });
  }
}

/** Returns what the file says now. *Errors*: as `WatchedFile.read`. */
export function readRules(path: string): NamedRules {
  return new PortfolioFile(path, { info: () => undefined, error: () => undefined }).read();
}
