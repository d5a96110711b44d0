import type { SnapshotStore } from '@algo/bus';
import { expect, test } from '@jest/globals';
import { ManualClock } from './testing/manual-clock.ts';
import { VenuePause } from './venue-pause.ts';

function memory(): SnapshotStore {
  let kept: Uint8Array | undefined;
  return {
    load: async () => kept,
    save: async (bytes: Uint8Array) => {
      kept = bytes;
    },
  };
}

test('a ban that an earlier life was told of holds in the next one, until its end', async () => {
  const [store, clock] = [memory(), new ManualClock(1_000_000)];
  const first = await VenuePause.load(store, clock);
  expect(first.leftMs).toBe(0);
  await first.keep(120_000);
  await first.keep(5_000);
  await clock.advance(20_000);
  expect((await VenuePause.load(store, clock)).leftMs).toBe(100_000);
  await clock.advance(100_000);
  expect((await VenuePause.load(store, clock)).leftMs).toBe(0);
});
