import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { OwnLife } from './own-life.ts';
import { birthOf, machineOf } from './process-identity.ts';

let other: ChildProcess | undefined;
afterEach(() => void other?.kill('SIGKILL'));

/** The name of a life of another process. */
function lifeOf(pid: number, birth = birthOf(pid), machine = machineOf()): string {
  return `execution.main#${machine}#${pid}#${birth}`;
}

test('a life is over when its process is gone: one that stands still may wake up', async () => {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const life = new OwnLife('execution.main');
  const name = lifeOf(other.pid!);
  expect([life.isOver(life.name), life.isOver(name)]).toEqual([false, false]);
  other.kill('SIGSTOP');
  expect(life.isOver(name)).toBe(false);
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  expect(life.isOver(name)).toBe(true);
});

test('another process that got its number is not it', () => {
  expect(new OwnLife('execution.main').isOver(lifeOf(process.ppid, 'another boot:1'))).toBe(true);
});

test.each([
  ['of another machine', lifeOf(1_000_000, '', 'elsewhere')],
  ['of another identity', lifeOf(1_000_000).replace('execution', 'ingest')],
  ['that says nothing', ''],
])('of a life %s nothing is known', (_, name) => {
  expect(new OwnLife('execution.main').isOver(name)).toBe(false);
});
