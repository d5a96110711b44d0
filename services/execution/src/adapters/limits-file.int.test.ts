import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instrumentId } from '@algo/model';
import { afterAll, expect, test } from 'vitest';
import { LimitsFile } from './limits-file.ts';

const NAMES = {
  ...{ account: 'a', accounts: ['a'], venue: 'paper', venues: ['paper'] },
  instruments: [instrumentId('binance.spot.LTCUSDT')],
  isLive: false,
};
const dir = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A file with so many positions, and what is complained of it. */
function file(name: string) {
  const path = join(dir, name);
  const errors: string[] = [];
  const log = { info: () => {}, error: (text: string) => void errors.push(text) };
  const write = (positions: string) =>
    writeFileSync(
      path,
      `accounts: { default: { positions_max: ${positions}, gross_notional_max: 1,
         entries_per_minute_max: 1, entry_notional_per_minute_max: 1,
         unknown_orders_max: 1, unknown_age_max_s: 1 } }
venues: { default: { open_orders_max: 1, rejects_max: 1, rejects_within_s: 1, rejects_pause_s: 1 } }
instruments: { default: { order_notional_max: 1, position_notional_max: 1, collar: 0.1,
  reference_age_max_s: 1,
  market_stale_s: 1, market_cap: 0.1, open_orders_max: 1, repeat_after_s: 1, entries_per_hour_max: 1,
  entries_per_day_max: 1 } }`,
    );
  return { path, errors, write, limits: new LimitsFile(path, NAMES, log) };
}

test('a change is read once, and a file that says nothing new is none', () => {
  const { limits, write } = file('changes');
  write('3');
  expect(limits.read().limits.positionsMax).toBe(3);
  expect(limits.changed()).toBeUndefined();
  write('4');
  expect(limits.changed()?.limits.positionsMax).toBe(4);
  expect(limits.changed()).toBeUndefined();
});

test('a file with a mistake changes nothing, is complained of once, and counts once it is mended', () => {
  const { limits, errors, write } = file('mistakes');
  write('3');
  limits.read();
  write('none');
  expect([limits.changed(), limits.changed(), errors.length]).toEqual([undefined, undefined, 1]);
  write('5');
  expect(limits.changed()?.limits.positionsMax).toBe(5);
});

test('a file that goes away changes nothing, and is read again when it is back', () => {
  const { limits, errors, path, write } = file('gone');
  write('3');
  limits.read();
  rmSync(path);
  expect([limits.changed(), limits.changed(), errors.length]).toEqual([undefined, undefined, 1]);
  write('3');
  expect(limits.changed()?.limits.positionsMax).toBe(3);
});

test('at the start a file that can not be read is refused with its name', () => {
  expect(() => file('nowhere').limits.read()).toThrow('ALGO_LIMITS_FILE');
});
