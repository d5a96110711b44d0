import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeMemoryFolder } from './memory-folder.mjs';

const parent = mkdtempSync(join(tmpdir(), 'memory-folder-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

test('makes an empty folder where there is room, and removes those of processes that are over', () => {
  const others = [process.ppid, spawnSync(process.execPath, ['--version']).pid];
  for (const pid of others) mkdirSync(join(parent, `algo-tests-${pid}`, 'deep'), { recursive: true });
  const folder = makeMemoryFolder({ parent, roomMinBytes: 1 });
  expect(readdirSync(folder)).toEqual([]);
  const names = [process.ppid, process.pid].map((pid) => `algo-tests-${pid}`);
  expect(readdirSync(parent).sort()).toEqual(names.sort());
  for (const name of names) rmSync(join(parent, name), { recursive: true });
});

test('makes none where there is too little room, or no such place', () => {
  expect(makeMemoryFolder({ parent, roomMinBytes: 1e18 })).toBe(null);
  expect(makeMemoryFolder({ parent: join(parent, 'nowhere'), roomMinBytes: 1 })).toBe(null);
  expect(readdirSync(parent)).toEqual([]);
});
