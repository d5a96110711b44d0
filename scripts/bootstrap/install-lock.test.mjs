import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './install-lock.mjs';
import { createSandbox } from './sandbox-fixtures.mjs';

let sandbox;
let path;
beforeEach(() => {
  sandbox = createSandbox();
  path = join(sandbox.dir, 'folder', 'install.lock');
});
afterEach(() => sandbox.remove());

const silently = { onWait: () => {} };

test('never lets two tasks in at once, and lets every one in', async () => {
  let inside = 0;
  let most = 0;
  let done = 0;
  const task = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
    done += 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(path, silently, task)));
  expect({ most, done }).toEqual({ most: 1, done: 5 });
  expect(existsSync(path)).toBe(false);
});

test('tells the one that waits, once', async () => {
  let told = 0;
  let release;
  const held = withLock(
    path,
    silently,
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  const onWait = () => {
    told += 1;
    release();
  };
  await withLock(path, { onWait }, () => {});
  await held;
  expect(told).toBe(1);
});

test('takes over the lock of a process that died', async () => {
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  await withLock(path, silently, () => {});
  writeFileSync(path, `${dead} ${hostname()} left-behind`);
  expect(await withLock(path, silently, () => readFileSync(path, 'utf8'))).toMatch(`${process.pid} `);
});

test('takes over a lock from elsewhere that nobody has kept fresh', async () => {
  await withLock(path, silently, () => {});
  writeFileSync(path, '1 another-machine left-behind');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(path, longAgo, longAgo);
  expect(await withLock(path, silently, () => 'in')).toBe('in');
});

test('is given back when the task fails', async () => {
  const failing = withLock(path, silently, () => Promise.reject(new Error('disk')));
  await expect(failing).rejects.toThrow('disk');
  expect(existsSync(path)).toBe(false);
});
