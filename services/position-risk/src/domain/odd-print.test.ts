import { expect, test } from 'vitest';
import { BTC, Scenario } from './testing/position-risk-scenario.ts';

const told = (story: Scenario) => story.log.filter(({ type }) => type === 'PrintSetAside');

test('one impossible print fires no stop and no target, ends no position as dust, and is told', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 50_100], [2, 0.01], [3, 50_090], [4, 5_000_000], [5, 50_080]);
  expect(story.commands).toEqual([]);
  expect(story.engine.books.positions()).toHaveLength(1);
  expect(told(story)).toMatchObject([
    { instrument: BTC, price: 0.01, lastPrice: 50_100 },
    { instrument: BTC, price: 5_000_000, lastPrice: 50_090 },
  ]);
});

test('the second print near it says that the market is there: the stop fires', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 50_100], [2, 30_000], [3, 30_010]);
  expect(story.commands).toMatchObject([{ reason: 'trailing_stop' }]);
  expect(told(story)).toHaveLength(1);
});

test('what was set aside outlives a restart', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 50_100], [2, 30_000]);
  story.restart();
  story.prices(BTC, [3, 30_010]);
  expect(story.commands).toMatchObject([{ reason: 'trailing_stop' }]);
});
