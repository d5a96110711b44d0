import { expect, test } from 'vitest';
import type { Clock } from '../bus.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { QuietWatch } from './quiet-watch.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

/** A process whose inputs come as a test says, with the moments of its snapshots. */
function keeping() {
  const clock = new VirtualClock(1_000);
  const at = { taken: 0, isIdle: true, capturedMs: [] as number[], stopMs: 0 };
  let stoodMs = 0;
  const own: Clock = {
    ...{ nowMs: () => clock.nowMs(), monotonicMs: () => clock.monotonicMs() + stoodMs },
    ...{ sleep: (ms) => clock.sleep(ms), after: (ms, run) => clock.after(ms, run) },
  };
  const keeper = new SnapshotKeeper({
    ...{ clock: own, bus: new MemoryBus(new MemoryServer(clock), 'a-0'), identity: 'a-0', epoch: 1 },
    ...{ store: { load: async () => undefined, save: async () => {} }, log: new MemoryLog() },
    ...{ intervalMs: 5_000, storedThrough: () => 0, firstUnkept: () => Number.POSITIVE_INFINITY },
    quiet: new QuietWatch({
      ...{ clock: own, taken: () => at.taken, isIdle: () => at.isIdle, onQuiet: undefined },
    }),
    capture() {
      at.capturedMs.push(clock.nowMs() - 1_000);
      stoodMs += at.stopMs;
      return { head: new Uint8Array(), state: new Uint8Array(), said: 0, log: 0, asked: 0 };
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const input = () => {
    at.taken++;
    keeper.onBoundary();
  };
  return { clock, at, keeper, input };
}

test.each([5_020, 3_600_000])(
  'an input that comes after %d ms of silence goes before the state is written down',
  async (silenceMs) => {
    const { clock, at, input } = keeping();
    await clock.advance(silenceMs);
    at.isIdle = false; // its order goes to the disk
    input();
    await clock.advance(8);
    expect(at.capturedMs).toEqual([]);
    at.isIdle = true;
    await clock.advance(10);
    expect(at.capturedMs).toEqual([silenceMs + 10]);
  },
);

test('a process that is never quiet writes its state down all the same', async () => {
  const { clock, at, input } = keeping();
  for (let ms = 0; ms < 7_000; ms++) {
    await clock.advance(1);
    input();
  }
  expect(at.capturedMs).toEqual([6_000]);
});

test('a state that takes long to write down is written a thousandth of the time', async () => {
  const { clock, at, input } = keeping();
  at.stopMs = 12;
  for (let ms = 0; ms < 30_000; ms += 10) {
    await clock.advance(10);
    input();
  }
  const [first, second, third] = at.capturedMs as [number, number, number];
  expect([first, Math.round((second - first) / 1_000), Math.round((third - second) / 1_000)]).toEqual([
    5_002, 12, 12,
  ]);
});

test('one that is stopped writes nothing more', async () => {
  const { clock, at, input, keeper } = keeping();
  await clock.advance(5_020);
  input();
  keeper.stop();
  await clock.advance(10_000);
  expect(at.capturedMs).toEqual([]);
});
