import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './algo-process.ts';

type Change = readonly [field: string, value: string];
const CHANGES: readonly Change[] = [
  ['name', 'eager'],
  ['min_confluence', '0'],
  ['hold_duration_seconds', '[5, 30]'],
];

/**
 * Makes a folder with `config_1` and `eager`, which enters when flow says so and leaves in half a minute.
 * `atOnce`: without waiting until the longest window is full of trades that were seen; `more`: what else is
 * otherwise.
 */
export function eagerTrading(dir: string, atOnce = false, more: readonly Change[] = []): NodeJS.ProcessEnv {
  const folder = join(dir, 'trading');
  mkdirSync(folder, { recursive: true });
  const usual = join(ROOT, 'config', 'trading', 'config_1.yaml');
  copyFileSync(usual, join(folder, 'config_1.yaml'));
  let text = readFileSync(usual, 'utf8');
  for (const [field, value] of [...CHANGES, ['trade_on_incomplete', `${atOnce}`], ...more])
    text = text.replace(new RegExp(`^${field}: .*$`, 'm'), `${field}: ${value}`);
  writeFileSync(join(folder, 'eager.yaml'), text);
  return { ALGO_TRADING_CONFIGS_DIR: folder, ALGO_TRADING_CONFIG: 'eager' };
}
