import { FeedTimes } from '@algo/model';
import { expect, test } from 'vitest';
import { GuardWatch } from './guard-watch.ts';
import { ACCOUNT, denial, place, ready, S, told } from './testing/execution-scenario.ts';

function watchAt(seconds: number, speed = 1, feed = 'synthetic') {
  const times = new FeedTimes();
  times.take(told(seconds * S, { speed, feed }));
  return { times, guard: new GuardWatch() };
}

test('a guard that never spoke guards nothing, nor does one that speaks of another feed', () => {
  const { times, guard } = watchAt(1);
  expect(guard.denial(times, 'synthetic')).toMatchObject({ code: 'NO_GUARD' });
  guard.hear({ account: ACCOUNT, feed: 'binance', timeUs: S });
  expect(guard.denial(times, 'synthetic')).toMatchObject({ code: 'NO_GUARD' });
  expect(guard.denial(new FeedTimes(), 'synthetic')).toMatchObject({ code: 'NO_GUARD' });
});

test.each<[number, number, boolean]>([
  [1, 15, true],
  [1, 15.1, false],
  [20, 60, true],
  [20, 60.1, false],
])('at speed %s a guard that was last heard %s s ago lives: %s', (speed, seconds, lives) => {
  const { times, guard } = watchAt(seconds, speed);
  guard.hear({ account: ACCOUNT, feed: 'synthetic', timeUs: 0 });
  expect(guard.denial(times, 'synthetic') === null).toBe(lives);
});

test('a feed that brings instruments of any venue is their feed', () => {
  const { times, guard } = watchAt(1, 1, 'tape');
  guard.hear({ account: ACCOUNT, feed: 'tape', timeUs: S });
  expect(guard.denial(times, 'binance')).toBeNull();
});

test('an entry is denied while position-risk is silent', () => {
  const engine = ready();
  engine.handle(told(16 * S));
  expect(denial(engine.handle(place(20)))).toBe('NO_GUARD');
});
