import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EngineFile, readEngineFile } from '../engine/engine-file.ts';
import { KeptEngineFile } from './kept-engine-file.ts';

test('a directory that takes nothing ends nobody: it is said once, and tried again', async () => {
  using stack = new DisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-kept-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const engine: EngineFile = {
    ...{ version: '0', pid: process.pid, birth: 'b', running: true, natsUrl: 'nats://127.0.0.1:1' },
    ...{ natsPort: 1, natsPid: 2, feed: 'synthetic', accounts: ['paper-main'], live: {} },
    ...{ analytics: 1, startedMs: 0, services: {} },
  };
  const said: string[] = [];
  const kept = stack.use(
    new KeptEngineFile(
      dataDir,
      () => engine,
      (line) => said.push(line),
    ),
  );
  // What stands in the way of the draft does what a full disk does: writing throws.
  const inTheWay = join(dataDir, 'engine.json.new');
  mkdirSync(inTheWay);
  kept.write();
  kept.write();
  expect(said).toEqual([expect.stringContaining("can't be written to")]);
  expect(readEngineFile(dataDir)).toBeUndefined();
  rmdirSync(inTheWay);
  while (readEngineFile(dataDir) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said.slice(1)).toEqual([expect.stringContaining('can be written to again')]);
});
