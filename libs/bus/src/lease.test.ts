import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from './bus.ts';
import { Lease } from './lease.ts';
import type { VirtualClock } from './memory/virtual-clock.ts';
import { A_LOOK_MS, type Fault, now, options, TTL_MS, through, world } from './testing/lease-world.ts';

/** Takes the lease whenever it can, until the run is over; leaves what the tests look at behind. */
class Contender {
  readonly held: Lease[] = [];
  release: () => Promise<void> = async () => {};
  readonly #name: string;
  readonly #acquire: ReturnType<typeof world>['acquire'];

  constructor(name: string, acquire: ReturnType<typeof world>['acquire']) {
    this.#name = name;
    this.#acquire = acquire;
  }

  async run(signal: AbortSignal, clock: VirtualClock): Promise<void> {
    while (!signal.aborted) {
      try {
        const lease = await this.#acquire(this.#name, {}, signal);
        if (lease === undefined) return;
        this.held.push(lease);
        const released = Promise.withResolvers<void>();
        this.release = async () => {
          await lease[Symbol.asyncDispose]();
          released.resolve();
        };
        await Promise.race([lease.lost, released.promise]);
      } catch {
        // the server is away: a process would be started again
      }
      await clock.sleep(10);
    }
  }
}

test('whatever happens to servers, answers and holders: one at most is safe, and epochs only grow', async () => {
  const names = ['execution-0', 'execution-1', 'execution-2'];
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 4_000 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('break'),
        who: fc.constantFrom(...names),
        fault: fc.constantFrom<Fault>('none', 'away', 'answer lost', 'slow'),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('release'), who: fc.constantFrom(...names) }) },
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      const { clock, faults, acquire } = world();
      const over = new AbortController();
      const contenders = new Map(names.map((name) => [name, new Contender(name, acquire)]));
      for (const contender of contenders.values()) void contender.run(over.signal, clock);
      const seen = new Set<Lease>();
      let highest = 0;
      const look = () => {
        const leases = [...contenders.values()].flatMap(({ held }) => held);
        if (leases.filter((lease) => lease.safeFor(0)).length > 1) throw new Error('two are safe at once');
        for (const lease of leases) {
          if (seen.has(lease)) continue;
          seen.add(lease);
          if (lease.epoch <= highest) throw new Error(`epoch ${lease.epoch} after ${highest}`);
          highest = lease.epoch;
        }
      };
      for (const one of steps) {
        if ('fault' in one) faults.set(one.who, one.fault);
        else if ('who' in one) {
          void contenders.get(one.who)!.release(); // a slow server answers when the clock goes on
          await new Promise((resolve) => setImmediate(resolve));
        } else
          for (let left = one.ms; left > 0; left -= 50) {
            await clock.advance(Math.min(50, left));
            look();
          }
        look();
      }
      taken += seen.size;
      over.abort();
    }),
    { numRuns: 25 },
  );
  expect(taken).toBeGreaterThan(30); // leases did change hands
});

test('the holder stops before anybody else may start, though it was never told', async () => {
  const { clock, faults, acquire } = world();
  const first = (await acquire('execution-0'))!;
  const waiting = acquire('execution-1');
  await now(waiting); // it has looked once
  faults.set('execution-0', 'away');
  await clock.advance(TTL_MS - 1);
  expect(first.safeFor(0)).toBe(true);
  expect(await now(waiting)).toBeUndefined();
  await clock.advance(1);
  expect(first.safeFor(0)).toBe(false);
  await clock.advance(A_LOOK_MS);
  const second = await now(waiting);
  expect(second?.epoch).toBe(first.epoch + 1);
  await clock.advance(1_000);
  expect(await now(first.lost)).toBe('could not be renewed in time');
});

test('one that may be late is kept, however late it is, until somebody takes it', async () => {
  const { clock, faults, acquire } = world();
  const late = (await acquire('life-1', { mayBeLate: true }))!;
  faults.set('life-1', 'away');
  await clock.advance(20 * TTL_MS);
  expect([late.safeFor(0), await now(late.lost)]).toEqual([false, undefined]);
  faults.set('life-1', 'none');
  await clock.advance(1_000); // its next renewal
  expect([late.safeFor(0), await now(late.lost)]).toEqual([true, undefined]);
  faults.set('life-1', 'away');
  const waiting = acquire('life-2');
  await now(waiting);
  await clock.advance(TTL_MS - 1);
  expect(await now(waiting)).toBeUndefined();
  await clock.advance(1 + A_LOOK_MS);
  expect((await now(waiting))?.epoch).toBe(late.epoch + 1);
  faults.clear();
  await clock.advance(1_000);
  expect(await now(late.lost)).toBe('another holder took it');
});

test('a life is not kept waiting by what it gave back or took while the server was away', async () => {
  const { faults, acquire } = world();
  const first = (await acquire('life-1'))!;
  faults.set('life-1', 'away');
  await first[Symbol.asyncDispose]();
  faults.set('life-1', 'answer lost');
  await expect(acquire('life-1')).rejects.toThrow('timeout');
  faults.clear();
  expect((await now(acquire('life-1')))?.epoch).toBe(first.epoch + 2);
});

test('one that is handed on waits until it is taken, and no longer than it was told', async () => {
  const { clock, acquire } = world();
  const first = (await acquire('life-1'))!;
  const waiting = acquire('life-2');
  const handed = first.handOn(1_000).then(() => 'done');
  expect(await now(handed)).toBeUndefined();
  await clock.advance(2 * A_LOOK_MS);
  const second = (await now(waiting))!;
  expect([second.epoch, await now(handed)]).toEqual([first.epoch + 1, 'done']);
  const unwanted = second.handOn(1_000).then(() => 'done');
  const look = async () => {
    await clock.advance(A_LOOK_MS);
    return now(unwanted);
  };
  for (let looks = 0; looks < 4; looks++) expect(await look()).toBeUndefined();
  for (let looks = 0; looks < 2; looks++) await look();
  expect(await now(unwanted)).toBe('done');
});

test('the margin is taken off the end of the lease', async () => {
  const { clock, faults, acquire } = world();
  const lease = (await acquire('execution-0'))!;
  faults.set('execution-0', 'away');
  await clock.advance(TTL_MS - 501);
  expect([lease.safeFor(500), lease.safeFor(501)]).toEqual([true, false]);
});

test('a server that is away for less than the lease costs nothing', async () => {
  const { clock, faults, acquire } = world();
  const lease = (await acquire('execution-0'))!;
  faults.set('execution-0', 'away');
  await clock.advance(1_500);
  faults.set('execution-0', 'none');
  await clock.advance(10_000);
  expect(lease.safeFor(1_000)).toBe(true);
  expect(await now(lease.lost)).toBeUndefined();
});

test('who waits by a shorter time waits as long as the holder feels safe', async () => {
  const { clock, faults, acquire } = world();
  const first = (await acquire('execution-0'))!;
  const waiting = acquire('execution-1', { ttlMs: TTL_MS / 3 });
  await now(waiting);
  faults.set('execution-0', 'away');
  await clock.advance(TTL_MS - A_LOOK_MS);
  expect([first.safeFor(0), await now(waiting)]).toEqual([true, undefined]);
  await clock.advance(2 * A_LOOK_MS);
  expect([first.safeFor(0), (await now(waiting))?.epoch]).toEqual([false, 2]);
});

test('a released lease is taken at the next look, under a higher epoch', async () => {
  const { clock, acquire } = world();
  const first = (await acquire('execution-0'))!;
  const waiting = acquire('execution-1');
  await clock.advance(500);
  expect(await now(waiting)).toBeUndefined();
  await first[Symbol.asyncDispose]();
  expect(first.safeFor(0)).toBe(false);
  await clock.advance(A_LOOK_MS);
  expect((await now(waiting))?.epoch).toBe(first.epoch + 1);
});

test.each(['slow', 'answer lost'] as const)(
  'one that is given back while a renewal is %s is free, and its holder is told of no loss',
  async (fault) => {
    const { clock, faults, acquire } = world();
    const first = (await acquire('first'))!;
    faults.set('first', fault);
    await clock.advance(1_000 + A_LOOK_MS); // the renewal has begun
    if (fault === 'answer lost') faults.set('first', 'none');
    const givenBack = first[Symbol.asyncDispose]();
    await clock.advance(TTL_MS - 100);
    await givenBack;
    const second = acquire('second');
    await clock.advance(A_LOOK_MS);
    expect([(await now(second))?.epoch, await now(first.lost)]).toEqual([first.epoch + 1, undefined]);
  },
);

test('a life goes on at once when the last is surely over; its ghost is told at its next renewal', async () => {
  const { clock, acquire } = world();
  const ghost = (await acquire('life-1'))!;
  const reborn = (await acquire('life-2', { isOver: (holder) => holder === 'life-1' }))!;
  expect(reborn.epoch).toBe(ghost.epoch + 1);
  await clock.advance(1_000);
  expect(await now(ghost.lost)).toBe('another holder took it');
  expect(ghost.safeFor(0)).toBe(false);
  expect(reborn.safeFor(0)).toBe(true);
});

test('an epoch that the own log has seen is never used again, even on an empty bucket', async () => {
  const { acquire } = world();
  const lease = (await acquire('execution-0', { epochFloor: 41 }))!;
  expect(lease.epoch).toBe(42);
});

test('who is told to stop while waiting gets nothing', async () => {
  const { clock, acquire } = world();
  const first = (await acquire('execution-0'))!;
  const stop = new AbortController();
  const waiting = acquire('execution-1', {}, stop.signal);
  expect(await now(waiting)).toBeUndefined();
  stop.abort();
  await clock.advance(A_LOOK_MS);
  await expect(waiting).resolves.toBeUndefined();
  expect(first.safeFor(0)).toBe(true);
});

test('the lease of an earlier life that may still live has to run out', async () => {
  const { clock, faults, acquire } = world();
  const first = (await acquire('life-1'))!;
  const waiting = acquire('life-2', { isOver: (holder) => holder === 'life-0' });
  await now(waiting); // it has looked once
  faults.set('life-1', 'away');
  await clock.advance(TTL_MS - A_LOOK_MS);
  expect(await now(waiting)).toBeUndefined();
  await clock.advance(2 * A_LOOK_MS);
  expect([first.safeFor(0), (await now(waiting))?.epoch]).toEqual([false, 2]);
});

test.each<[string, number, number]>([
  ['a wall clock that is set back', -3_600_000, 0],
  ['a machine that slept', TTL_MS, -TTL_MS],
])('%s lengthens no lease', async (_, wallMs, monotonicMs) => {
  const { clock, bucket } = world();
  let jumped = false;
  const own: Clock = {
    ...{ sleep: (ms) => clock.sleep(ms), after: (ms, run) => clock.after(ms, run) },
    nowMs: () => clock.nowMs() + (jumped ? wallMs : 0),
    monotonicMs: () => clock.monotonicMs() + (jumped ? monotonicMs : 0),
  };
  const away = through(bucket, clock, () => (jumped ? 'away' : 'none'));
  const lease = (await Lease.acquire(away, options('life-1'), own, new AbortController().signal))!;
  jumped = true;
  await clock.advance(TTL_MS);
  expect(lease.safeFor(0)).toBe(false);
});

test('a lease that a clock ends says that the clock was set, or the machine slept', async () => {
  const { clock, bucket } = world();
  let aheadMs = 0;
  const own: Clock = {
    ...{ sleep: (ms) => clock.sleep(ms), after: (ms, run) => clock.after(ms, run) },
    nowMs: () => clock.nowMs() + aheadMs,
    monotonicMs: () => clock.monotonicMs(),
  };
  const lease = (await Lease.acquire(bucket, options('life-1'), own, new AbortController().signal))!;
  aheadMs = 420_000;
  await clock.advance(1_000);
  const said = 'could not be renewed in time: the wall clock went on by 421.0 s within 1.0 s';
  expect(await now(lease.lost)).toContain(said);
});
