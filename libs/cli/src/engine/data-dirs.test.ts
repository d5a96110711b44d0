import { expect, test } from 'vitest';
import { chooseEngine, type EnginePlaceFound } from './data-dirs.ts';
import type { EngineFile } from './engine-file.ts';

const engine: EngineFile = {
  version: '0.1.0',
  pid: 1,
  birth: '',
  running: false,
  natsUrl: 'nats://127.0.0.1:4222',
  natsPort: 4222,
  natsPid: null,
  feed: 'synthetic',
  accounts: ['paper-main'],
  live: {},
  analytics: 1,
  startedMs: 0,
  services: {},
};
const found = (dataDir: string, startedMs: number, running: boolean): EnginePlaceFound => ({
  dataDir,
  running,
  engine: { ...engine, startedMs },
});

test('a running engine is read before one that was started later and has stopped', () => {
  expect(chooseEngine([found('old', 1, true), found('new', 2, false)], 'data').dataDir).toBe('old');
});

test('without a running engine the latest is read', () => {
  expect(chooseEngine([found('old', 1, false), found('new', 2, false)], 'data').dataDir).toBe('new');
});

test('two running engines must be told apart by the person', () => {
  const both = [found('a', 1, true), found('b', 2, true)];
  expect(() => chooseEngine(both, 'data')).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('no engine at all is exit code 3', () => {
  expect(() => chooseEngine([], 'data')).toThrow(expect.objectContaining({ exitCode: 3 }));
});
