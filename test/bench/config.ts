import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the processes that a bench starts inherit. */
export const inherited: NodeJS.ProcessEnv = process.env;

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Recorded trades and the bare loop, where somebody has put them
 * in a folder above; benches go without when they are absent.
 */
const SHARED =
  ['../shared', '../../shared'].map((path) => join(ROOT, path)).find((path) => existsSync(path)) ??
  join(ROOT, '../shared');
export const LTC_TAPE = join(SHARED, 'data/cryptologysac-ltcusdt/LTCUSDT_20250621_22_trades.csv.gz');
export const LIMIT_FOLDER = join(SHARED, 'tools/limit');
