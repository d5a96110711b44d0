import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '@algo/runtime';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Misconfigured, ServiceProcess } from './service-process.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-service-process-'));
  writeFileSync(join(dir, 'refuses.mjs'), `process.exit(${EXIT.misconfigured});\n`);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function keeper(): ServiceProcess {
  const script = join(dir, 'refuses.mjs');
  const logPath = join(dir, 'logs', 'refuses.log');
  return new ServiceProcess({ identity: 'ingest.binance', script, cwd: dir, env: {}, logPath });
}

/** Runs a process that says at once that its input is unusable; returns what its keeper makes of that. */
async function endOf(natsWasUp: boolean): Promise<'believed' | 'started again'> {
  const kept = keeper();
  kept.natsWasUp = () => natsWasUp;
  const end = await new Promise<Misconfigured | undefined>((resolve) => {
    kept.onMisconfigured = resolve;
    kept.onFailure = () => resolve(undefined);
    kept.start();
  });
  await kept.stop();
  return end === undefined ? 'started again' : 'believed';
}

test('who finds its input unusable is believed', async () => {
  expect(await endOf(true)).toBe('believed');
});

test('who may only have found nats-server away is started again', async () => {
  expect(await endOf(false)).toBe('started again');
});

test('who is ready in each life before it finds its input unusable is believed when it insists', async () => {
  const kept = keeper();
  kept.onChange = () => kept.pid !== undefined && kept.markReady(kept.pid);
  const believed = new Promise((resolve) => {
    kept.onMisconfigured = resolve;
  });
  kept.start();
  await believed;
  expect(kept.restarts).toBe(2);
});

test('one that waits for its next start is stopped at once, and is never started', async () => {
  const kept = keeper();
  kept.natsWasUp = () => false;
  await new Promise<void>((resolve) => {
    kept.onFailure = resolve;
    kept.start();
  });
  expect(kept.state).toBe('restarting');
  await kept.stop();
  kept.start(); // as its timer would have
  expect([kept.state, kept.pid, kept.restarts]).toEqual(['stopped', undefined, 1]);
});
