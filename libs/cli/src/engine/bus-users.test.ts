import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BusUsers } from './bus-users.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-users-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('a directory without keys has a bus that knows no users', () => {
  expect(BusUsers.of(dataDir)).toBeUndefined();
});

test('keys are made once, each another, for their owner alone to read', () => {
  const made = BusUsers.make(dataDir);
  const seeds = (['cli', 'execution', 'provisioner'] as const).map((user) => made.keySeed(user));
  expect(new Set(seeds).size).toBe(3);
  expect(statSync(made.keyFile('execution')).mode & 0o777).toBe(0o400);
  expect(statSync(join(dataDir, 'keys')).mode & 0o777).toBe(0o700);
  expect(BusUsers.make(dataDir).keySeed('execution')).toBe(seeds[1]);
  expect(BusUsers.of(dataDir)!.keySeed('cli')).toBe(seeds[0]);
});

test('the server is told no secret', () => {
  const users = BusUsers.make(dataDir);
  const text = users.authorization([
    { service: 'execution', identity: 'execution.a', purpose: 'a', isStandby: false },
  ]);
  expect(text).toContain('"ord.evt.a.>"');
  for (const user of ['cli', 'execution', 'provisioner'] as const)
    expect(text).not.toContain(users.keySeed(user));
});
