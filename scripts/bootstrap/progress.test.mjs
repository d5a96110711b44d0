import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress, seconds } from './progress.mjs';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function record({ onTerminal }) {
  const lines = [];
  const drawn = [];
  const terminal = onTerminal ? { write: (text) => drawn.push(text) } : null;
  return { lines, drawn, progress: createProgress({ log: (line) => lines.push(line), terminal }) };
}

test('says what and why at once, and nothing more for a step that is quick', () => {
  const { lines, progress } = record({ onTerminal: false });
  const step = progress.step('Fetching x', 'it is needed');
  expect(lines).toEqual(['› Fetching x: it is needed']);
  vi.advanceTimersByTime(1_500);
  step.done('fetched');
  expect(lines).toEqual(['› Fetching x: it is needed', '  fetched in 1.5 s']);
});

test('without a terminal shows a sign of life after two seconds, then every five', () => {
  const { lines, progress } = record({ onTerminal: false });
  const step = progress.step('Fetching x', 'it is needed');
  step.update({ text: '3 of 6 MB', done: 3, total: 6 });
  vi.advanceTimersByTime(12_500);
  expect(lines.slice(1)).toEqual(
    [2, 7, 12].map((s) => expect.stringContaining(`3 of 6 MB, ${seconds(s * 1000)}`)),
  );
  expect(lines[1]).toContain('[############............]');
});

test('on a terminal redraws one line and clears it at the end', () => {
  const { lines, drawn, progress } = record({ onTerminal: true });
  const step = progress.step('Fetching x', 'it is needed');
  vi.advanceTimersByTime(3_000);
  step.fail('not fetched');
  expect(lines).toEqual(['› Fetching x: it is needed', '  not fetched (after 3.0 s)']);
  expect(drawn.length).toBeGreaterThan(3);
  expect(drawn.every((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n'))).toBe(true);
  expect(drawn.at(-1)).toBe('\r\x1b[2K');
});

test.each([
  [400, '0.4 s'],
  [9_949, '9.9 s'],
  [12_000, '12 s'],
  [125_000, '2 min 5 s'],
])('writes %i ms as %s', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});
