import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnvironment } from '../config.ts';
import { writeEngineFile } from '../engine/engine-file.ts';
import { EXIT_CODE } from '../exit-codes.ts';
import { type FailureReport, reportOf } from '../failure-report.ts';
import { createProgram } from '../program.ts';

let dir = '';
let tape = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-up-'));
  tape = join(dir, 'LTCUSDT.csv');
  writeFileSync(tape, 'ts_ms,trade_id,price,qty,side\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Returns what a person is told when `algo up` is refused: each of these is, before anything starts. */
function refusalOf(dataDir: string, ...more: readonly string[]): Promise<FailureReport> {
  const options = ['--feed', `file:${tape}`, '--speed', 'max', '--exit-at-end', '--data-dir', dataDir];
  return createProgram(readEnvironment())
    .parseAsync(['node', 'algo', 'up', ...options, ...more])
    .then(() => Promise.reject(new Error('it was not refused')), reportOf);
}

/** A person reads this: it says what is wrong, and shows no inside of the program. */
function expectPlain({ exitCode, words }: FailureReport, says: RegExp): void {
  expect(words).toMatch(says);
  expect(words).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(exitCode).toBe(EXIT_CODE.usage);
}

test('a data directory that can not be made is refused', async () => {
  expectPlain(await refusalOf(tape), /cannot be written/);
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
// tidy-ok: only a user who may mount has a disk that is nearly full, or read-only
const testOnOwnDisk = canMount ? test : test.skip;

testOnOwnDisk.each([
  ['nearly full', ['size=50m'], /only \d+ MB are free/],
  ['read-only', ['size=50m', 'ro'], /cannot be written/],
])('a disk that is %s is refused before anything starts', async (_, options, says) => {
  const disk = mkdtempSync(join(dir, 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', disk]);
  try {
    expectPlain(await refusalOf(disk), says);
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test.each([
  ['another layout', { version: '0.0.1' }, /written by another version of the engine/],
  ['no layout that anybody knows', 'text', /not readable by this version/],
])('a data directory with %s is refused with what to do', async (name, content, says) => {
  const dataDir = join(dir, name);
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'engine.json'), JSON.stringify(content));
  expectPlain(await refusalOf(dataDir), says);
});

test('a directory that has another account besides is refused, and both are named', async () => {
  const dataDir = join(dir, 'accounts');
  mkdirSync(dataDir);
  writeEngineFile(dataDir, {
    ...{ version: '0.1.0', pid: 1, birth: '', running: false, natsUrl: '', natsPort: 1, natsPid: null },
    ...{ feed: `file:${tape}`, accounts: ['paper-main'], live: {}, analytics: 1, startedMs: 0, services: {} },
  });
  const refusal = await refusalOf(dataDir, '--accounts', 'other');
  expectPlain(refusal, /--accounts.*other(.|\n)*also has paper-main/);
});
