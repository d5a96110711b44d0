import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '@algo/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Misconfigured, ServiceProcess } from './service-process.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-service-process-'));
  const words = 'no address to write to;\\nset ALGO_MAIL_TO';
  const script = `process.stderr.write('${words}\\n');\nprocess.exit(${EXIT.misconfigured});\n`;
  writeFileSync(join(dir, 'refuses.mjs'), script);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function keeper(identity = 'ingest.binance'): ServiceProcess {
  const script = join(dir, 'refuses.mjs');
  const logPath = join(dir, 'logs', 'refuses.log');
  return new ServiceProcess({ identity, script, cwd: dir, env: {}, logPath, isFresh: false });
}

test('who finds its input unusable is started again, and believed when it insists', async () => {
  const kept = keeper();
  const believed = new Promise<Misconfigured>((resolve) => {
    kept.onMisconfigured = resolve;
  });
  kept.start();
  expect((await believed).identity).toBe('ingest.binance');
  expect([kept.state, kept.restarts]).toEqual(['misconfigured', 2]);
});

test('who guards no money is kept waiting, with its words, and ends nobody', async () => {
  const kept = keeper('notifier.main');
  const lives = new Promise<void>((resolve) => {
    kept.onFailure = () => kept.restarts === 4 && resolve();
  });
  kept.start();
  await lives;
  expect([kept.state, kept.lastFailure]).toEqual(['restarting', 'no address to write to; set ALGO_MAIL_TO']);
  await kept.stop();
});

test('one that waits for its next start is stopped at once, and is never started', async () => {
  const kept = keeper();
  await new Promise<void>((resolve) => {
    kept.onFailure = resolve;
    kept.start();
  });
  expect(kept.state).toBe('restarting');
  await kept.stop();
  kept.start(); // as its timer would have
  expect([kept.state, kept.pid, kept.restarts]).toEqual(['stopped', undefined, 1]);
});

test('one whose log cannot be opened is tried again, as after any end', async () => {
  const kept = keeper('notifier.main');
  const log = join(dir, 'logs', 'refuses.log');
  rmSync(log, { force: true });
  mkdirSync(log); // opening it fails, as on a disk that takes nothing
  const failed = () =>
    new Promise<void>((resolve) => {
      kept.onFailure = resolve;
    });
  const first = failed();
  kept.start();
  await first;
  expect([kept.state, kept.lastFailure]).toEqual([
    'restarting',
    expect.stringContaining("log can't be opened"),
  ]);
  rmdirSync(log);
  await failed();
  expect(kept.lastFailure).toBe('no address to write to; set ALGO_MAIL_TO');
  await kept.stop();
});
