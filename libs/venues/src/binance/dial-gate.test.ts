import { expect, test } from 'vitest';
import { DIALS_MAX, DialGate, type DialMemory, OVERLAPS_MAX } from './dial-gate.ts';

test('of the connections that the venue allows in five minutes, two fifths are made', () => {
  const gate = new DialGate();
  for (let i = 0; i < 120; i++) expect(gate.take(i * 100)).toBe(0);
  expect(gate.take(12_000)).toBe(288_000);
  expect(gate.take(300_000)).toBe(0);
  expect(gate.take(300_000)).toBe(100);
});

test('whoever can wait leaves dials to the others', () => {
  const gate = new DialGate();
  for (let i = 0; i < 80; i++) expect(gate.take(i * 100, 40)).toBe(0);
  expect(gate.take(8_000, 40)).toBe(292_000);
  for (let i = 0; i < 40; i++) expect(gate.take(8_000)).toBe(0);
  // The first that is over leaves its place to one of those that don't wait.
  expect(gate.take(300_000, 40)).toBe(4_000);
  expect(gate.take(300_000)).toBe(0);
});

test('only some connections are replaced at once', () => {
  const gate = new DialGate();
  for (let i = 0; i < OVERLAPS_MAX; i++) expect(gate.beginOverlap()).toBe(true);
  expect(gate.beginOverlap()).toBe(false);
  gate.endOverlap();
  expect(gate.beginOverlap()).toBe(true);
});

test('a next life counts what the one before it dialled', () => {
  let kept: readonly number[] = [];
  const memory: DialMemory = {
    load: () => kept,
    keep: (agoMs) => {
      kept = agoMs;
    },
  };
  let dials = 0;
  for (let life = 0; life < 100; life++) {
    // Each life's own clock begins anew.
    const gate = new DialGate(life * 7, memory);
    for (let n = 0; n < 6; n++) if (gate.take(life * 7) === 0) dials++;
  }
  expect(dials).toBe(DIALS_MAX);
  kept = kept.map((ago) => ago + 300_000);
  expect(new DialGate(5, memory).take(5)).toBe(0);
});
