import type { Fact } from '@algo/contracts';
import { instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { FeedList, feedRows } from './feed-list.ts';

const [LTC, BTC] = [instrumentId('binance.spot.LTCUSDT'), instrumentId('binance.spot.BTCUSDT')];

test('what can be proven of a feed is shown, and what of it is lost', () => {
  const list = new FeedList();
  const about = { source: 'binance', timeUs: 1 };
  const connected = [LTC, BTC].map((instrument): Fact => {
    const body = { type: 'FeedConnected', instrument, completeness: 'complete-by-id', ...about } as const;
    return { name: 'FeedConnected', body };
  });
  for (const fact of connected) list.take(fact);
  expect(feedRows(list.all())).toEqual([['feed', 'binance: complete by id, 2 instruments']]);
  const lost = { type: 'FeedDisconnected', instrument: BTC, reason: 'stalled', ...about } as const;
  list.take({ name: 'FeedDisconnected', body: lost });
  expect(feedRows(list.all())).toContainEqual(['feed lost', `${BTC}: stalled`]);
  list.take(connected[1]!);
  expect(feedRows(list.all())).toHaveLength(1);
});
