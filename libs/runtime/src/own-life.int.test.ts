import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OwnLife } from './own-life.ts';
import { birthOf } from './process-identity.ts';

let dir = '';
let other: ChildProcess | undefined;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'algo-life-')), 'execution.main');
});
afterEach(() => {
  other?.kill('SIGKILL');
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

test('each life has a name of its own, and knows those before it in its directory to be over', () => {
  const names = [1, 2].map(() => {
    using life = new OwnLife(dir, 'execution.main');
    return life.name;
  });
  using life = new OwnLife(dir, 'execution.main');
  expect(new Set([...names, life.name]).size).toBe(3);
  expect([...names, life.name, 'execution.main#elsewhere#1'].map((name) => life.isOver(name))).toEqual([
    ...[true, true, false, false],
  ]);
});

test('a process that is only stopped keeps its directory, for it may thaw', () => {
  new OwnLife(dir, 'execution.main')[Symbol.dispose]();
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  other.kill('SIGSTOP');
  const held = { pid: other.pid!, birth: birthOf(other.pid!), purpose: 'execution.main' };
  writeFileSync(join(dir, 'engine.lock'), JSON.stringify(held));
  expect(() => new OwnLife(dir, 'execution.main')).toThrow(
    /own directory of execution\.main.*in use.*End that process first/s,
  );
});

test.each([
  ['from another machine', (text: string) => text.replace(/"machine":"[^"]*"/, '"machine":"elsewhere"')],
  ['that is torn', (text: string) => text.slice(0, 9)],
])('a directory %s proves no earlier life dead', (_, change) => {
  const first = new OwnLife(dir, 'execution.main');
  first[Symbol.dispose]();
  const file = join(dir, 'life.json');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  using life = new OwnLife(dir, 'execution.main');
  expect(life.isOver(first.name)).toBe(false);
});
