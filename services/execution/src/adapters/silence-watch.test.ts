import { VirtualClock } from '@algo/bus';
import { expect, test } from '@jest/globals';
import { SilenceWatch } from './silence-watch.ts';

test('silence by the wall is told every five seconds once it lasts ten, while something is awaited', () => {
  const clock = new VirtualClock();
  let sinceUs: number | undefined = 0;
  let told = 0;
  using watch = new SilenceWatch(
    clock,
    () => sinceUs,
    () => told++,
  );
  clock.run(10_000);
  expect(told).toBe(0);
  clock.run(10_000);
  expect(told).toBe(2);
  sinceUs = undefined;
  clock.run(60_000);
  sinceUs = clock.nowMs() * 1_000;
  clock.run(10_000);
  expect(told).toBe(2);
  watch[Symbol.dispose]();
  clock.run(60_000);
  expect(told).toBe(2);
});
