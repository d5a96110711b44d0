import { expect, test } from 'vitest';
import { CommandIds } from './command-ids.ts';

test('an id is new once, also after a restart, until more than are remembered have come', () => {
  const ids = new CommandIds(2);
  expect([ids.isNew('a'), ids.isNew('a'), ids.isNew('b')]).toEqual([true, false, true]);
  const restored = new CommandIds(2, ids.all());
  expect([restored.isNew('b'), restored.isNew('c'), restored.isNew('d')]).toEqual([false, true, true]);
  expect(restored.isNew('b')).toBe(true);
});
