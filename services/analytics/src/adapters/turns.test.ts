import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Work that ends when it is told to. */
function works(turns: Turns, count: number) {
  const begun: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const all = ends.map(({ promise }, n) =>
    turns.run(async () => {
      begun.push(n);
      await promise;
    }),
  );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, ends, all, settled };
}

test('so many are done at once, the others in their order, also behind one that failed', async () => {
  const turns = new Turns(2);
  const { begun, ends, all, settled } = works(turns, 4);
  await settled();
  expect(begun).toEqual([0, 1]);
  let isIdle = false;
  void turns.idle.then(() => {
    isIdle = true;
  });
  ends[1]!.reject(new Error('the second'));
  await expect(all[1]).rejects.toThrow('the second');
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const n of [0, 2, 3]) ends[n]!.resolve();
  expect(isIdle).toBe(false);
  await Promise.all([all[0], all[2], all[3]]);
  await settled();
  expect([begun, isIdle]).toEqual([[0, 1, 2, 3], true]);
});

test('once it is open nobody waits, and who comes later neither', async () => {
  const turns = new Turns(1);
  const { begun, ends, all, settled } = works(turns, 3);
  await settled();
  expect(begun).toEqual([0]);
  turns.open();
  const late = turns.run(async () => 'late');
  await settled();
  expect([begun, await late]).toEqual([[0, 1, 2], 'late']);
  for (const { resolve } of ends) resolve();
  await Promise.all(all);
  await turns.idle;
});
