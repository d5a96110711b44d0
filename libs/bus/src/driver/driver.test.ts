import { describe, expect, test } from 'vitest';
import type { AppendLog } from '../append-log.ts';
import { DriveWorld, memorySnapshots, wordsOf } from '../testing/drive-world.ts';
import { type Answer, ROLE_NAMES, ROLES, type RoleName } from '../testing/folding-machines.ts';
import { decodeRecord } from './own-records.ts';

/** A generator of numbers that a seed decides. */
function seeded(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <Item>(items: readonly Item[], random: () => number): Item =>
  items[Math.floor(random() * items.length)]!;

/** Runs the engine under kills that the seed decides, and lets it come to rest. */
async function killedRun(seed: number): Promise<DriveWorld> {
  const random = seeded(seed);
  const world = new DriveWorld({ random, delays: true, byWire: seed % 5 === 0 });
  await world.passing(world.feed.begin());
  for (const role of ROLE_NAMES) await world.start(role);
  for (let i = 0; i < 60; i++) {
    world.feed.tell();
    if (random() < 0.7) await world.clock.advance(Math.floor(random() * 6));
    const fate = random();
    if (fate < 0.06) {
      const role = pick(ROLE_NAMES, random);
      world.kill(role, random() < 0.5);
      await world.clock.advance(Math.floor(random() * 10));
      await world.start(role);
    } else if (fate < 0.08) {
      for (const role of ROLE_NAMES) world.kill(role, false);
      world.server.lose();
      await world.passing(world.feed.begin());
      for (const role of ROLE_NAMES.toSorted(() => random() - 0.5)) await world.start(role);
    }
  }
  await world.clock.advance(4_000);
  return world;
}

/** What a machine was told by its own log. */
async function toldTo(log: AppendLog): Promise<Answer[]> {
  const told: Answer[] = [];
  for await (const { bytes } of log.read(0)) {
    const record = decodeRecord(bytes);
    if (record.kind === 'input') told.push(...(record.inputs as Answer[]));
  }
  return told;
}

/** Goes through a service's run again from the very beginning, beside what is there. */
async function replay(world: DriveWorld, role: RoleName): Promise<void> {
  const service = world.services[role];
  const bus = world.bus(role);
  const before = await wordsOf(bus, role, ROLES[role].says);
  const { taken } = service.driver!;
  const state = service.machine!.snapshot();
  world.kill(role, false);
  const again = await world.start(role, 0, memorySnapshots());
  await again.restored;
  expect([role, again.taken, service.divergences]).toEqual([role, taken, []]);
  expect(service.machine!.snapshot()).toEqual(state);
  await world.clock.advance(50);
  expect(await wordsOf(bus, role, ROLES[role].says)).toHaveLength(before.length);
}

describe('whoever is killed, and when', () => {
  test.each(Array.from({ length: 10 }, (_, block) => [block * 20]))(
    'seeds from %i: lanes are dense, a replay says the same, what is done is done once',
    async (first) => {
      for (let seed = first; seed < first + 20; seed++) {
        const world = await killedRun(seed);
        const { done } = world.outside;
        expect([seed, new Set(done).size]).toEqual([seed, done.length]);
        const told = await toldTo(world.services['execution.a'].log);
        const recalled = told.filter(({ name }) => name === 'Recalled');
        expect([seed, recalled.filter(({ body }) => done.includes(body.id))]).toEqual([seed, []]);
        const ends = told.filter(({ name }) => name !== 'Told').map(({ body }) => body.id);
        expect([seed, new Set(ends).size]).toEqual([seed, ends.length]);
        expect([seed, done.filter((id) => !ends.includes(id))]).toEqual([seed, []]);
        for (const role of ROLE_NAMES) {
          const { driver } = world.services[role];
          expect([seed, role, driver?.backlog]).toEqual([seed, role, 0]);
          await replay(world, role);
        }
      }
    },
  );
});
