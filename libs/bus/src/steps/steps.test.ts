import { expect, test } from '@jest/globals';
import type { Clock } from '../bus.ts';
import { SimulatedServer } from '../simulated/simulated-bus.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';
import { ROLE_NAMES, type Role, runFeed, saidBy, startRole } from '../testing/step-world.ts';
import type { StepLoop } from './step-loop.ts';

/** A clock that grows with every look, so that snapshots happen often and at places a seed decides. */
function ticking(seed: number): Clock {
  let now = seed;
  return { nowMs: () => ++now, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
}

async function run(steps: number, window: number, seed?: number): Promise<string[]> {
  const server = new SimulatedServer(new VirtualClock());
  const loops = new Map<Role, StepLoop>();
  for (const role of ROLE_NAMES) loops.set(role, await startRole(role, server.bus(role), ticking(seed ?? 0)));
  let random = seed ?? 0;
  const next = (below: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return random % below;
  };
  // Signals may be lost at any time; what they said is in the stream.
  if (seed !== undefined) server.losesSignal = () => next(7) === 0;
  let finished = false;
  const feed = (async () => {
    while (!finished) {
      // A feed that dies is started again by its supervisor.
      let left = seed === undefined ? Number.POSITIVE_INFINITY : 20 + next(60);
      let died = false;
      await runFeed(server.bus('ingest-0'), ticking(seed ?? 0), steps, window, () => (died = --left < 0));
      finished = !died;
    }
  })();
  const killer = (async () => {
    while (seed !== undefined && !finished) {
      for (let i = 0; i < 3 + next(40); i++) await new Promise((resolve) => setImmediate(resolve));
      const role = ROLE_NAMES[next(ROLE_NAMES.length)]!;
      abandon(loops.get(role)!);
      loops.set(role, await startRole(role, server.bus(role), ticking(seed)));
    }
  })();
  await Promise.all([feed, killer]);
  return saidBy(server.bus('reader'));
}

/** As kill -9 does: nothing is flushed, nothing is saved; only the sockets go. */
function abandon(loop: StepLoop): void {
  loop.abandon();
}

test('the window changes how fast steps go, never what is said', async () => {
  const one = await run(300, 1);
  expect(one.length).toBeGreaterThan(400);
  expect(await run(300, 32)).toEqual(one);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'whoever is killed whenever (seed %i), the same is said, once',
  async (seed) => {
    expect(await run(300, 8, seed)).toEqual(await run(300, 1));
  },
);
