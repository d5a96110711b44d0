import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { RUN_MAX_MS } from './support/disturbed-replay.ts';
import { readOutcome } from './support/engine-outcome.ts';
import { algo, EngineRun } from './support/engine-run.ts';
import { generatedTape } from './support/trade-tape.ts';

const TRADES = 4_000;

test(
  'a person halts a replay and lifts the halt, and the replay goes on to its end',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'algo-steering-'));
    try {
      const tape = generatedTape(dir, TRADES, { seed: 3, ordersPerSecond: 1 });
      const dataDir = join(dir, 'data');
      await using run = new EngineRun(dataDir, tape.path);
      await run.reached(tape.stepOf(TRADES / 20), RUN_MAX_MS);
      const halt = await algo(['halt', '--reason', 'a look at it', '--data-dir', dataDir]);
      expect(halt).toEqual({ code: 0, said: 'account:paper-main is halted\n' });
      const resume = await algo(['resume', '--reason', 'seen', '--data-dir', dataDir]);
      expect(resume).toEqual({ code: 0, said: 'account:paper-main is active\n' });
      const { code, said } = await run.ended();
      expect({ code, said }).toMatchObject({ code: 0 });
      const { stored } = await readOutcome(dataDir);
      expect(stored.ticks).toMatch(new RegExp(`^${TRADES} rows `));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
  2 * RUN_MAX_MS,
);
