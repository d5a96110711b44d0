import type { StreamFill, StreamsFilling } from '@algo/contracts';
import { expect, test } from 'vitest';
import { streamsFilling } from './stream-filling.ts';

const HOUR_MS = 3_600_000;
const at = (stream: string, percent: number): StreamFill => ({
  ...{ stream, bytes: percent * 10, bytesMax: 1_000, bytesADay: 1, daysLeft: 100, refuses: true },
});

/** Says what comes of one look after another, a minute apart. */
function looks(...percents: readonly number[]): (StreamsFilling | null)[] {
  let last: StreamsFilling | null = null;
  return percents.map((percent, minute) => {
    const said = streamsFilling('n', last, [at('RISK', percent)], minute * 60_000);
    last = said ?? last;
    return said;
  });
}

test('a stream is told of once as it reaches 70 %, and once as it falls below 60 %', () => {
  const said = looks(69.9, 70, 75, 69, 60, 59.9, 65, 71).map((word) => word && [word.risen, word.eased]);
  expect(said).toEqual([
    ...[null, [['RISK'], []], null, null, null],
    ...[[[], ['RISK']], null, [['RISK'], []]],
  ]);
});

test('what stands near its bound is said again after an hour, as it is by then, and no rise beside', () => {
  const last = streamsFilling('n', null, [at('RISK', 72)], 0)!;
  expect(streamsFilling('n', last, [at('RISK', 73)], HOUR_MS - 1)).toBeNull();
  expect(streamsFilling('n', last, [at('RISK', 73)], HOUR_MS)).toEqual({
    ...{ producer: 'n', high: [at('RISK', 73)], risen: [], eased: [], timeUs: HOUR_MS * 1_000 },
  });
});

test('a stream that nobody could look at is as it was, also for the next life', () => {
  const last = streamsFilling('n', null, [at('RISK', 80), at('ORDERS', 10)], 0)!;
  expect(streamsFilling('n', last, [at('ORDERS', 90)], 60_000)).toMatchObject({
    ...{ high: [at('RISK', 80), at('ORDERS', 90)], risen: ['ORDERS'], eased: [] },
  });
});
