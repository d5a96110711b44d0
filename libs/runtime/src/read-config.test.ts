import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { baseConfig } from './base-config.ts';
import { ConfigError, readConfig, variableOf } from './read-config.ts';

const schema = baseConfig.extend({
  leaseTtlMs: z.coerce.number().int().min(1_000).default(10_000),
  tradingConfig: z.string(),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'algo-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(directory, `${Math.abs(hash(text))}.yaml`);
  writeFileSync(path, text);
  return path;
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    readConfig('decision', schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('the environment is over the engine, the own section over the engine, defaults are last', () => {
  const path = file(
    'engine:\n  log_level: warn\n  account: everybody\n  ordinal: 3\n' +
      'decision:\n  account: own\n  trading_config: calm\nexecution:\n  account: not ours\n',
  );
  const config = readConfig('decision', schema, {
    ALGO_CONFIG_FILE: path,
    ALGO_TRADING_CONFIG: 'bold',
    ALGO_LEASE_TTL_MS: '2000',
  });
  expect(config).toMatchObject({
    logLevel: 'warn',
    account: 'own',
    ordinal: 3,
    tradingConfig: 'bold',
    leaseTtlMs: 2_000,
    httpHost: '127.0.0.1',
  });
});

test('an empty variable is no value', () => {
  const path = file('decision:\n  trading_config: calm\n');
  const env = { ALGO_CONFIG_FILE: path, ALGO_TRADING_CONFIG: '', ALGO_ACCOUNT: '' };
  expect(readConfig('decision', schema, env)).toMatchObject({ tradingConfig: 'calm', account: 'paper-main' });
  const noFile = { ALGO_CONFIG_FILE: '', ALGO_TRADING_CONFIG: 'calm' };
  expect(readConfig('decision', schema, noFile)).toMatchObject({ tradingConfig: 'calm' });
});

test('everything that is wrong is said at once, each by its variable, with its value', () => {
  const path = file('engine:\n  http_port: many\ndecision:\n  trading_confg: calm\n');
  const found = problems({
    ALGO_CONFIG_FILE: path,
    ALGO_NATS_URL: 'http://somewhere',
    ALGO_WATCH_PARENT: 'perhaps',
    ALGO_LEASE_TTL_MS: '12',
  });
  expect(found).toHaveLength(6);
  const text = found.join('\n');
  expect(text).toMatch(/decision\.trading_confg is not a setting of decision; it has .*tradingConfig/);
  expect(text).toContain('ALGO_HTTP_PORT = "many"');
  expect(text).toContain(
    'ALGO_NATS_URL = "http://somewhere": expected an address such as nats://127.0.0.1:4222',
  );
  expect(text).toContain('ALGO_WATCH_PARENT = "perhaps": expected true or false');
  expect(text).toContain('ALGO_LEASE_TTL_MS = "12"');
  expect(text).toContain('ALGO_TRADING_CONFIG = not set');
});

test('the message lists the problems for a person', () => {
  expect(() => readConfig('decision', schema, { ALGO_WATCH_PARENT: 'perhaps' })).toThrow(
    /^configuration of decision: 2 problems\n {2}- ALGO_WATCH_PARENT = "perhaps": expected .*\n {2}- ALGO_TRADING/,
  );
  expect(() => readConfig('decision', schema, {})).toThrow(/^configuration of decision: 1 problem\n/);
});

test('a key that only another service knows may stand in the section for all, not in the own one', () => {
  const shared = file('engine:\n  mail_key: x\ndecision:\n  trading_config: calm\n');
  expect(problems({ ALGO_CONFIG_FILE: shared })).toEqual([]);
  const own = file('decision:\n  trading_config: calm\n  mail_key: x\n');
  expect(problems({ ALGO_CONFIG_FILE: own })).toHaveLength(1);
});

test.each([
  ['a list instead of sections', '- a\n- b\n'],
  ['a value where a section should be', 'decision: calm\n'],
])('a file with %s is a problem among the others', (_, text) => {
  expect(problems({ ALGO_CONFIG_FILE: file(text), ALGO_TRADING_CONFIG: 'calm' }).join()).toContain(
    'not a list of sections with keys',
  );
});

test.each([
  ['is not there', () => join(directory, 'nowhere.yaml')],
  ['is no YAML', () => file('a: [1, 2\nb: }')],
])('a file that %s is refused by name, with what to do', (_, path) => {
  const env = { ALGO_CONFIG_FILE: path() };
  expect(() => readConfig('decision', schema, env)).toThrow(InputError);
  expect(() => readConfig('decision', schema, env)).toThrow(
    /ALGO_CONFIG_FILE.*cannot be read.*Correct the path/s,
  );
});

test('an empty file says nothing', () => {
  expect(problems({ ALGO_CONFIG_FILE: file(''), ALGO_TRADING_CONFIG: 'calm' })).toEqual([]);
});

test('what was read can not be changed', () => {
  const config = readConfig('decision', schema, { ALGO_TRADING_CONFIG: 'calm' });
  expect(Object.isFrozen(config)).toBe(true);
});

test('a key has one variable', () => {
  expect(['httpPort', 'natsCaFile', 'account'].map(variableOf)).toEqual([
    'ALGO_HTTP_PORT',
    'ALGO_NATS_CA_FILE',
    'ALGO_ACCOUNT',
  ]);
});
