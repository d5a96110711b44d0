import { VirtualClock } from '@algo/bus';
import { expect, test } from 'vitest';
import { PacedSaves } from './paced-saves.ts';

const clockAndSaves = () => {
  const clock = new VirtualClock(1_000);
  return { clock, saves: new PacedSaves(clock) };
};

test('one snapshot is in hand at a time, and the disk rests twenty times as long as it took', async () => {
  const { clock, saves } = clockAndSaves();
  expect([saves.mayBegin(1), saves.mayBegin(2), saves.mayBegin(1)]).toEqual([true, false, true]);
  const saving = saves.run(1, () => clock.sleep(10));
  await clock.advance(10);
  await saving;
  await clock.advance(199);
  expect(saves.mayBegin(2)).toBe(false);
  await clock.advance(1);
  expect(saves.mayBegin(2)).toBe(true);
});

test('the one whose turn was longest ago is next; who asks no more is passed over', async () => {
  const { clock, saves } = clockAndSaves();
  const turn = async (shard: number) => {
    expect(saves.mayBegin(shard)).toBe(true);
    await saves.run(shard, async () => clock.run(1));
    await clock.advance(20);
  };
  for (const shard of [1, 2, 3]) await turn(shard);
  expect([saves.mayBegin(3), saves.mayBegin(2), saves.mayBegin(1)]).toEqual([true, false, false]);
  await saves.run(3, async () => {});
  await clock.advance(1);
  expect(saves.mayBegin(3)).toBe(false);
  expect(saves.mayBegin(2)).toBe(false);
  await turn(1);
  await turn(2);
  expect(saves.mayBegin(1)).toBe(false);
  await clock.advance(10_000);
  expect(saves.mayBegin(2)).toBe(true);
});

test('a last snapshot, whoever has the turn, is saved at once, and a failure ends a turn too', async () => {
  const { clock, saves } = clockAndSaves();
  expect(saves.mayBegin(1)).toBe(true);
  let saved = 0;
  await saves.run(2, async () => void saved++);
  expect(saved).toBe(1);
  expect(saves.mayBegin(2)).toBe(false);
  await expect(saves.run(1, async () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  await clock.advance(1);
  expect(saves.mayBegin(1)).toBe(true);
});
