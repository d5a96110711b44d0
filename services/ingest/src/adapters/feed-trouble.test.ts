import { instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { FeedTrouble } from './feed-trouble.ts';

const ids = Array.from({ length: 7 }, (_, i) => instrumentId(`binance.spot.COIN${i}`));

test('instruments that are not connected are named with the reason, and the rest is counted', () => {
  const said: string[] = [];
  const trouble = new FeedTrouble('binance', (words) => said.push(words));
  trouble.disconnected(ids, 'HTTP 451, the venue refuses this location');
  const [words] = trouble.reasons(ids);
  expect(words).toContain('binance.spot.COIN4 and 2 more: HTTP 451, the venue refuses this location');
  expect(said).toEqual([words]);
  expect(trouble.reasons([])).toEqual([]);
  expect(new FeedTrouble('binance').reasons(ids.slice(0, 1))).toEqual([
    'binance: not connected for binance.spot.COIN0',
  ]);
});

test('of frames that cannot be read all are counted, and one a minute is shown, cut', () => {
  const said: string[] = [];
  const trouble = new FeedTrouble('binance', (words) => said.push(words));
  for (let nowMs = 0; nowMs < 120_000; nowMs += 1_000) trouble.unreadable('x'.repeat(1_000), nowMs);
  expect(trouble.malformed).toBe(120);
  expect(said).toHaveLength(2);
  expect(said[1]).toContain('61 frames');
  expect(said[1]!.length).toBeLessThan(400);
});
