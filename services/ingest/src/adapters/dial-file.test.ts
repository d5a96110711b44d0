import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DialFile } from './dial-file.ts';

let dir: string;
let wallMs = 1_750_000_000_000;
const file = () => new DialFile(dir, 'binance', { nowMs: () => wallMs });
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-dials-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('the next life finds what was dialled, as long ago as it is by then', () => {
  file().keep([4_000, 0]);
  wallMs += 1_000;
  expect(file().load()).toEqual([5_000, 1_000]);
});

test('a wall that was set back makes no dial unmade', () => {
  file().keep([0]);
  wallMs -= 3_600_000;
  expect(file().load()).toEqual([0]);
});

test.each(['{', '{}', '["x", null]'])('a file of %s counts nothing', (text) => {
  file().keep([0]);
  writeFileSync(join(dir, 'dials', 'binance.json'), text);
  expect(file().load()).toEqual([]);
});

test('a disk that takes nothing keeps nobody from listening', () => {
  writeFileSync(join(dir, 'dials'), 'no folder');
  expect(() => file().keep([0])).not.toThrow();
});
