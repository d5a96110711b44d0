import { expect, test } from '@jest/globals';
import { DialGate } from './dial-gate.ts';

test('of the connections that the venue allows in five minutes, two fifths are made', () => {
  const gate = new DialGate();
  for (let i = 0; i < 120; i++) expect(gate.take(i * 100)).toBe(0);
  expect(gate.take(12_000)).toBe(288_000);
  expect(gate.take(300_000)).toBe(0);
  expect(gate.take(300_000)).toBe(100);
});
