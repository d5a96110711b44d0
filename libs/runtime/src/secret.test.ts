import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { InputError } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from './secret.ts';

const PLAIN = 'correct-horse-battery-staple';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'algo-secret-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('no usual way of printing shows it', () => {
  const secret = new Secret(PLAIN);
  const nested = { config: { password: secret, list: [secret] }, map: new Map([['key', secret]]) };
  const shown = [
    String(secret),
    `${secret}`,
    ['with', secret].join(' '),
    JSON.stringify(secret),
    JSON.stringify(nested),
    inspect(secret),
    inspect(nested, { depth: null, showHidden: true, getters: true }),
    inspect(nested, { customInspect: false, depth: null, showHidden: true }),
    format('%s %o %O %j', secret, secret, secret, secret),
    new Error(`with ${secret}`, { cause: secret }).stack ?? '',
    inspect(new Error('with a cause', { cause: nested })),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify({ ...secret }),
  ];
  for (const text of shown) expect(text).not.toContain(PLAIN);
  expect(String(secret)).toBe('[redacted]');
  expect(secret.reveal()).toBe(PLAIN);
});

/** What a process that logs this line prints. */
function logged(statement: string): string {
  const code = `
    import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)};
    import { Secret } from ${JSON.stringify(new URL('secret.ts', import.meta.url).href)};
    const plain = ${JSON.stringify(PLAIN)};
    const secret = new Secret(plain);
    const log = createLogger('test-0', 'info');
    ${statement}
  `;
  return execFileSync(
    process.execPath,
    ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code],
    {
      encoding: 'utf8',
    },
  );
}

test('a log line with a secret in it, anywhere, shows the mark', () => {
  const output = logged(`
    log.info({ secret, deep: { deeper: { deepest: { key: secret } } }, list: [secret] }, 'told: ' + secret);
    log.warn({ err: Object.assign(new Error('failed'), { given: secret }) });
    log.info('%s %j', secret, { secret });
  `);
  expect(output).not.toContain(PLAIN);
  expect(output.trim().split('\n')).toHaveLength(3);
  expect(output).toContain('[redacted]');
});

test('fields with the name of a secret are struck out at the top and one or two levels down', () => {
  const fields = ['password', 'secret', 'apiKey', 'token', 'authorization', 'signature', 'listenKey'];
  const output = logged(`
    for (const field of ${JSON.stringify(fields)}) {
      log.info({ [field]: plain, kept: 'top' });
      log.info({ request: { [field]: plain, kept: 'one down' } });
      log.info({ request: { headers: { [field]: plain, kept: 'two down' } } });
      log.info({ list: [{ [field]: plain }] });
      log.info({ err: Object.assign(new Error('failed'), { [field]: plain }) });
      log.child({ [field]: plain }).info('from a child');
    }
  `);
  const lines = output.trim().split('\n');
  expect(lines).toHaveLength(fields.length * 6);
  for (const line of lines) {
    expect(line).not.toContain(PLAIN);
    expect(line).toContain('[redacted]');
  }
  expect(output).toContain('"kept":"two down"');
});

test('a line says when, how grave and who', () => {
  const line = JSON.parse(logged(`log.error('something');`)) as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'error', service: 'test-0', msg: 'something' });
  expect(new Date(String(line.time)).toISOString()).toBe(line.time);
});

test('a file gives its secret without the closing line break', () => {
  const path = join(directory, 'key');
  writeFileSync(path, `${PLAIN}\r\n`);
  expect(Secret.fromFile(path, 'ALGO_KEY_FILE').reveal()).toBe(PLAIN);
});

test.each([
  ['is not there', () => join(directory, 'nowhere'), 'cannot be read'],
  ['is a directory', () => directory, 'cannot be read'],
  [
    'holds nothing but space',
    () => {
      const path = join(directory, 'empty');
      writeFileSync(path, ' \n\n');
      return path;
    },
    'the file is empty',
  ],
])('a file that %s is refused by the name of the setting', (_, path, because) => {
  const read = () => Secret.fromFile(path(), 'ALGO_KEY_FILE');
  expect(read).toThrow(InputError);
  expect(read).toThrow('ALGO_KEY_FILE');
  expect(read).toThrow(because);
});
