import { appendFileSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function life(log: LogFile, ...lines: string[]): number {
  const { descriptor, from } = log.open();
  closeSync(descriptor);
  appendFileSync(log.path, lines.map((line) => `${line}\n`).join(''));
  return from;
}

const fatal = (reason: string) =>
  JSON.stringify({ level: 'fatal', err: { type: 'Error', message: reason }, msg: 'stopped by a failure' });
const info = JSON.stringify({ level: 'info', msg: 'stopping' });

test('why a life ended is its own last fatal line, not an earlier life’s', () => {
  const log = new LogFile(join(dir, 'logs', 'execution.paper-main.log'));
  life(log, fatal('lease: another holder took it'));
  const second = life(log, info, fatal('epoch 4 was not reconciled\nand more'), info);
  expect(log.lastWords(second)).toBe('epoch 4 was not reconciled');
  expect(log.lastWords(life(log, info))).toBe('');
});

test('a life without a fatal line is spoken for by its last plain one', () => {
  const log = new LogFile(join(dir, 'node.log'));
  const from = life(log, info, 'FATAL ERROR: heap out of memory', '');
  expect(log.lastWords(from)).toBe('FATAL ERROR: heap out of memory');
  expect(log.plainWords(from)).toBe('FATAL ERROR: heap out of memory');
});

test('of an error that Node prints itself the error is shown, not the stack behind it', () => {
  const log = new LogFile(join(dir, 'link.log'));
  const from = life(
    log,
    'SyntaxError: no export named x',
    '    at compile (node:internal:1:2)',
    'Node.js v24.0.0',
  );
  expect(log.lastWords(from)).toBe('SyntaxError: no export named x');
});

test('a fatal line torn by a kill is quoted as it stands', () => {
  const log = new LogFile(join(dir, 'torn.log'));
  expect(log.lastWords(life(log, '{"level":"fatal","err":{"mess'))).toBe('{"level":"fatal","err":{"mess');
});
