import { expect, test } from 'vitest';
import { z } from 'zod';
import { refuse } from './conclude.ts';
import { hierarchical } from './strategies/index.ts';
import { defineStrategy } from './strategy.ts';

test('fills in defaults and takes other parameters without touching the first', () => {
  expect(hierarchical.parameters).toMatchObject({ adx: 20, imbalance: 2, zone_distance: 0.005 });
  const strict = hierarchical.withParameters({ adx: 30 });
  expect(strict.parameters).toMatchObject({ adx: 30, imbalance: 2 });
  expect(hierarchical.parameters).toMatchObject({ adx: 20 });
});

test('names every unusable parameter at once', () => {
  expect(() => hierarchical.withParameters({ adx: 101, persistence: 'high', colour: 1 })).toThrow(
    /colour: no such parameter.*adx.*persistence/s,
  );
});

test.each([
  ['two words', { name: 'two words', parameters: z.object({}) }],
  ['a parameter without a default', { name: 'mine', parameters: z.object({ depth: z.number() }) }],
])('refuses %s', (_name, definition) => {
  expect(() =>
    defineStrategy({
      ...definition,
      trigger: 'state',
      reads: () => ({ features: [], profiles: [] }),
      evaluate: () => refuse('STRATEGY', 1, () => [], null),
    }),
  ).toThrow(/strategy|depth/);
});
