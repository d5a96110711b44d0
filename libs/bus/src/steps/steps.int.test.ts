import { setTimeout as pause } from 'node:timers/promises';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from '@jest/globals';
import { type Bus, systemClock } from '../bus.ts';
import type { JetStreamBus } from '../jetstream-bus.ts';
import { SimulatedServer } from '../simulated/simulated-bus.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';
import { ROLE_NAMES, type Role, runFeed, saidBy, startRole } from '../testing/step-world.ts';
import type { StepLoop } from './step-loop.ts';

const STEPS = 150;

/** What is said when nothing ever fails, from the bus inside one process. */
async function undisturbed(): Promise<string[]> {
  const server = new SimulatedServer(new VirtualClock());
  for (const role of ROLE_NAMES) await startRole(role, server.bus(role), systemClock);
  await runFeed(server.bus('ingest-0'), systemClock, STEPS, 8, () => false);
  return saidBy(server.bus('reader'));
}

/** Messages stored in the streams that `saidBy` reads. */
async function stored(bus: Bus): Promise<number> {
  let count = 0;
  for (const stream of ['ORDERS', 'POSITIONS', 'MARKET'] as const)
    for await (const _ of bus.read({ stream, subjects: ['>'], after: 0 })) count++;
  return count;
}

/**
 * One service under a supervisor: whenever it ends, for whatever reason, a new life begins from its snapshot.
 */
class Supervised {
  loop: StepLoop | undefined;
  lives = 0;
  readonly #role: Role;
  readonly #nats: NatsFixture;
  #bus: JetStreamBus | undefined;
  #killed = Promise.withResolvers<void>();
  #over = false;

  constructor(role: Role, nats: NatsFixture) {
    this.#role = role;
    this.#nats = nats;
  }

  async run(): Promise<void> {
    while (!this.#over) {
      try {
        this.#bus = await this.#nats.bus(this.#role);
        this.#killed = Promise.withResolvers();
        this.loop = await startRole(this.#role, this.#bus, systemClock);
        this.lives++;
        await Promise.race([this.loop.closed, this.#killed.promise]);
      } catch {
        await pause(50); // the server is away
      }
      this.loop?.abandon();
      await this.#bus?.nats.nc.close();
    }
  }

  /** As kill -9 does: nothing is flushed, nothing is saved. */
  kill(): void {
    this.#killed.resolve();
  }

  end(): void {
    this.#over = true;
    this.kill();
  }
}

/** Gives out the feed in as many lives as it takes, and calls `at` before each step that it gives. */
async function keepFeeding(nats: NatsFixture, at: (given: number) => boolean): Promise<void> {
  let given = 0;
  for (let finished = false; !finished; ) {
    let died = false;
    try {
      const bus = await nats.bus('ingest-0');
      await runFeed(bus, systemClock, STEPS, 8, () => {
        if (died) return true;
        died = at(++given);
        return died;
      });
      finished = !died;
      if (died) await bus.nats.nc.close();
    } catch {
      await pause(50); // the server is away
    }
  }
}

/** A fault at the n-th step that is given out: which, from a seed. */
function faultsOf(seed: number): Map<number, 'server' | 'feed' | Role> {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const faults = new Map<number, 'server' | 'feed' | Role>();
  faults.set(10 + next(20), ROLE_NAMES[next(ROLE_NAMES.length)]!);
  faults.set(40 + next(20), 'server');
  faults.set(70 + next(15), ROLE_NAMES[next(ROLE_NAMES.length)]!);
  faults.set(90 + next(15), 'feed');
  faults.set(115 + next(20), 'server');
  return faults;
}

test.each([1, 2, 3])(
  'on a real server, whoever is killed whenever (seed %i), server included, the same is said, once',
  async (seed) => {
    const expected = await undisturbed();
    await using nats = await NatsFixture.start();
    const services = new Map(ROLE_NAMES.map((role) => [role, new Supervised(role, nats)]));
    const running = [...services.values()].map((service) => service.run());
    const faults = faultsOf(seed);
    let struck = 0;
    let mending: Promise<void> = Promise.resolve();
    await keepFeeding(nats, (given) => {
      const fault = faults.get(given);
      if (fault === undefined) return false;
      struck++;
      if (fault === 'feed') return true;
      if (fault !== 'server') services.get(fault)!.kill();
      else {
        nats.server.signal('SIGKILL');
        mending = mending.then(() => nats.server.kill()).then(() => nats.server.start());
      }
      return false;
    });
    await mending;
    expect(struck).toBe(faults.size);
    for (const service of services.values()) service.end();
    await Promise.all(running);
    const reader = await nats.bus('reader-0');
    expect(await saidBy(reader)).toEqual(expected);
    expect(await stored(reader)).toBe(expected.length);
  },
  120_000,
);

test('services that are stopped in order save where they are, and a restart repeats nothing', async () => {
  const expected = await undisturbed();
  await using nats = await NatsFixture.start();
  const begin = async () => {
    const loops = new Map<Role, StepLoop>();
    for (const role of ROLE_NAMES) loops.set(role, await startRole(role, await nats.bus(role), systemClock));
    return loops;
  };
  const first = await begin();
  let left = 60;
  await runFeed(await nats.bus('ingest-0'), systemClock, STEPS, 8, () => --left < 0);
  await eventually('everybody to be at the last step given', () =>
    [...first.values()].every((loop) => loop.step === 600),
  );
  for (const loop of first.values()) {
    await loop[Symbol.asyncDispose]();
    expect(await loop.closed).toBeUndefined();
  }
  const second = await begin();
  for (const [role, loop] of second) expect([role, loop.step]).toEqual([role, 600]);
  await runFeed(await nats.bus('ingest-0'), systemClock, STEPS, 8, () => false);
  const reader = await nats.bus('reader-0');
  expect(await saidBy(reader)).toEqual(expected);
  expect(await stored(reader)).toBe(expected.length);
  for (const loop of second.values()) await loop[Symbol.asyncDispose]();
}, 60_000);
