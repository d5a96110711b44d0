import { tmpdir } from 'node:os';
import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { StoreRestart } from './store-restart.ts';

test('a server that has stopped storing is ended once there is room; one that stores is let be', async () => {
  const said: string[] = [];
  let kills = 0;
  const nats = {
    ...{ hasStoppedStoring: false, pid: 1 as number | undefined },
    kill: async () => {
      kills++;
    },
  };
  using _watch = new StoreRestart(nats, tmpdir(), (line) => said.push(line), 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(kills).toBe(0);
  nats.hasStoppedStoring = true;
  await eventually('the end', () => kills > 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([kills, said]).toEqual([1, [expect.stringContaining('started anew')]]); // and not again at once
});
