import { expect, test } from 'vitest';
import { BTC, PLAN, Scenario } from './testing/position-risk-scenario.ts';

/** A long of one at 50,000 whose own stop stands at 49,750, and the stop that is asked for behind it. */
function entered() {
  const story = new Scenario();
  const out = story.open('long', '1', '50000');
  return { story, out, first: story.asked[0]! };
}

/** The same with the stop at rest at the venue. */
function guarded() {
  const { story, first } = entered();
  const order = story.protect(first, 1);
  story.order('OrderAccepted', order, 1);
  return { story, first, order };
}

const prices = (story: Scenario) => story.asked.map(({ triggerPrice }) => `${triggerPrice}`);

test('a filled entry has a stop at the venue, half the trailing distance behind our own', () => {
  const { story, first } = entered();
  const own = story.engine.books.stops()[0]!.stopPrice;
  expect(first).toMatchObject({
    instrument: BTC,
    direction: 'long',
    quantity: story.engine.books.positions()[0]!.quantity,
  });
  expect([`${own}`, `${first.triggerPrice}`]).toEqual(['49750', '49625.62']);
});

test('it is sized when the entry has ended, or a quarter of a second after its last fill', () => {
  const story = new Scenario();
  const order = story.enter('long');
  story.fill(order, 'buy', '0.4', '50000', { leaves: '0.6', seconds: 0 });
  story.time(0.2);
  expect(story.asked).toEqual([]);
  story.time(0.25);
  expect(story.asked).toMatchObject([{ quantity: story.engine.books.positions()[0]!.quantity }]);
  const ended = new Scenario();
  const entry = ended.enter('long');
  ended.fill(entry, 'buy', '0.4', '50000', { leaves: '0.6', seconds: 0 });
  ended.ended('OrderCanceled', entry, '0.4', 0.1);
  expect(ended.asked).toHaveLength(1);
});

test('it follows our own stop in big steps, at most every ten seconds, and never back', () => {
  const { story } = guarded();
  story.prices(BTC, [2, 50_020]);
  expect(story.asked).toHaveLength(1);
  story.prices(BTC, [3, 51_000]);
  expect(story.asked).toHaveLength(1);
  story.prices(BTC, [9.9, 51_100]);
  expect(story.asked).toHaveLength(1);
  story.time(10);
  expect(story.asked).toHaveLength(2);
  const [before, after] = story.asked;
  expect(after!.triggerPrice.greaterThan(before!.triggerPrice)).toBe(true);
  expect(after!.triggerPrice.lessThan(story.engine.books.stops()[0]!.stopPrice)).toBe(true);
});

test('one question at a time: while one has no answer nothing more is asked', () => {
  const { story, first } = entered();
  const order = story.protect(first, 1);
  story.order('OrderUnknown', order, 1);
  story.prices(BTC, [20, 51_000]);
  story.time(60);
  expect(story.asked).toHaveLength(1);
  story.order('OrderAccepted', order, 61);
  expect(story.asked).toHaveLength(2);
});

test('a venue that holds no stops is asked once', () => {
  const { story, first } = entered();
  story.denied(first, 'NO_VENUE_STOP', 1);
  story.prices(BTC, [20, 51_000]);
  story.time(100);
  expect(story.asked).toHaveLength(1);
});

test('what came to nothing is asked again, later each time; rejected five times, a person is called', () => {
  const { story, first } = entered();
  story.denied(first, 'VENUE_SHUT', 1);
  story.time(1.9);
  expect(story.asked).toHaveLength(1);
  story.time(2);
  expect(story.asked).toHaveLength(2);
  const asked: number[] = [];
  for (let second = 3; story.asked.length < 8 && second < 500; second++) {
    const last = story.asked.at(-1)!;
    if (asked.length < story.asked.length) {
      asked.push(second);
      story.order('OrderRejected', story.protect(last, second), second);
    }
    story.time(second);
  }
  const called = story.log.filter((event) => event.type === 'TradingModeChanged');
  expect(called).toMatchObject([{ scope: { kind: 'instrument', instrument: BTC }, mode: 'reducing' }]);
  const pauses = asked.slice(2).map((second, i) => second - asked[i + 1]!);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
});

test('a stop that somebody took away is put back at once', () => {
  const { story, order } = guarded();
  story.ended('OrderCanceled', order, '0', 5);
  expect(story.asked).toHaveLength(2);
});

test('a position that is added to or partly sold has its stop sized anew', () => {
  const { story } = guarded();
  const more = story.enter('long', PLAN, 2);
  story.fill(more, 'buy', '0.5', '50000', { seconds: 2 });
  expect(`${story.asked.at(-1)!.quantity}`).toBe('1.5');
  const order = story.protect(story.asked.at(-1)!, 3);
  story.order('OrderAccepted', order, 3);
  story.fill('foreign', 'sell', '0.3', '50000', { seconds: 4 });
  story.time(4.3);
  expect(`${story.asked.at(-1)!.quantity}`).toBe('1.2');
});

test('an exit under way asks for no stop, and what the stop sells closes the position as its doing', () => {
  const { story, order } = guarded();
  story.prices(BTC, [3, 49_700]);
  story.ended('OrderCanceled', order, '0', 4);
  story.time(30);
  expect(story.asked).toHaveLength(1);
  const other = guarded();
  const out = other.story.fill(other.order, 'sell', '1', '49600', { seconds: 5 });
  expect(out).toContainEqual(expect.objectContaining({ type: 'PositionClosed', reason: 'venue_stop' }));
  expect(prices(other.story)).toHaveLength(1);
});

test('a stop that sold more than was held leaves what it opened at once', () => {
  const { story, order } = guarded();
  const out = story.fill(order, 'sell', '1.2', '49600', { seconds: 5 });
  expect(out).toContainEqual(expect.objectContaining({ type: 'ClosePosition', direction: 'short' }));
});

test('restored from a snapshot it goes on as before', () => {
  const { story } = guarded();
  story.prices(BTC, [3, 51_000]);
  story.restart();
  story.time(9.9);
  expect(story.asked).toHaveLength(1);
  story.time(10);
  expect(story.asked).toHaveLength(2);
});
