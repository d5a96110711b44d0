import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryLock, holderOf } from './directory-lock.ts';
import { birthOf } from './process-identity.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lockFile = () => join(dir, 'engine.lock');
const heldBy = (pid: number, birth: string) =>
  writeFileSync(lockFile(), JSON.stringify({ pid, birth, purpose: 'algo up' }));

test('a free directory is taken and given back', () => {
  const lock = DirectoryLock.take(dir, 'a test');
  expect(holderOf(dir)).toMatchObject({ pid: process.pid, purpose: 'a test' });
  lock[Symbol.dispose]();
  expect(existsSync(lockFile())).toBe(false);
  expect(holderOf(dir)).toBeUndefined();
});

test('a living process keeps the directory', () => {
  heldBy(process.ppid, birthOf(process.ppid));
  expect(() => DirectoryLock.take(dir, 'a test')).toThrow('data directory in use by another engine');
  expect(JSON.parse(readFileSync(lockFile(), 'utf8')).pid).toBe(process.ppid);
});

test('who holds the lease takes it over from a living process, which gives nothing back then', () => {
  heldBy(process.ppid, birthOf(process.ppid));
  const lock = DirectoryLock.seize(dir, 'a test');
  expect(holderOf(dir)?.pid).toBe(process.pid);
  heldBy(process.pid, 'another machine:1'); // the same number elsewhere
  lock[Symbol.dispose]();
  expect(existsSync(lockFile())).toBe(true);
});

test('a dead process does not', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  heldBy(dead, '');
  using _lock = DirectoryLock.take(dir, 'a test');
  expect(holderOf(dir)?.pid).toBe(process.pid);
});

test('nor does another life of the same number', () => {
  heldBy(process.ppid, 'another boot:1');
  using _lock = DirectoryLock.take(dir, 'a test');
  expect(holderOf(dir)?.pid).toBe(process.pid);
});

test('a torn lock file is nobody’s', () => {
  writeFileSync(lockFile(), '{"pid":');
  using _lock = DirectoryLock.take(dir, 'a test');
  expect(holderOf(dir)?.pid).toBe(process.pid);
});
