import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { TradingFloor } from './support/trading-floor.ts';
import { workingOrders } from './support/venue-books.ts';

const TEST_MAX_MS = 600_000;
const PATIENCE_MS = 120_000;

/**
 * Brings an order to where nobody knows what became of it: execution has sent it and was killed waiting for
 * the answer, while the venue stands still with the request unread.
 */
async function orderInDoubt(): Promise<TradingFloor> {
  const floor = await TradingFloor.open();
  try {
    // A venue that stands still is soon heard no more, and then nothing is entered: on a slow machine it
    // takes a few.
    for (let n = 1; floor.submits() === 0; n++) {
      await floor.compared();
      await floor.venue.pause();
      await floor.buyTwo();
      const isJudged = async () =>
        floor.submits() === 1 ||
        (await floor.orderEvents()).filter(({ type }) => type === 'OrderDenied').length === n;
      await eventually(() => `the order to leave execution; ${floor.said}`, isJudged, PATIENCE_MS);
      if (floor.submits() === 0) floor.venue.resume();
    }
    await floor.execution.kill();
    return floor;
  } catch (error) {
    await floor[Symbol.asyncDispose]();
    throw error;
  }
}

/** Lets trades happen until the order has ended. */
async function traded(floor: TradingFloor): Promise<void> {
  const isOver = async () => {
    await floor.trade();
    const events = await floor.orderEvents();
    return workingOrders(events).size === 0 && events.some(({ type }) => type !== 'OrderSubmitted');
  };
  await eventually(() => `the order to end; ${floor.said}`, isOver, PATIENCE_MS);
}

// Each case has a floor of its own, and mostly waits for an answer that doesn't come: all wait together.
test.concurrent(
  'killed after the venue was sent the order and before its answer came, execution finds it and sends none',
  async () => {
    await using floor = await orderInDoubt();
    floor.venue.resume();
    floor.execution.start();
    await traded(floor);
    expect(floor.submits()).toBe(1);
    const types = (await floor.orderEvents()).map(({ type }) => type);
    expect(types.filter((type) => type === 'OrderSubmitted')).toHaveLength(1);
    expect(types.at(-1)).toBe('OrderFilled');
    expect(await floor.position()).toBe('2');
  },
  TEST_MAX_MS,
);

test.concurrent(
  'when the request died with the venue, its absence is proven and the order ends; it is never sent again',
  async () => {
    await using floor = await orderInDoubt();
    await floor.venue.kill();
    floor.execution.start();
    floor.venue.start();
    await traded(floor);
    expect(floor.submits()).toBe(1);
    const types = (await floor.orderEvents()).map(({ type }) => type);
    expect(types).not.toContain('OrderFilled');
    expect(await floor.position()).toBe('');
  },
  TEST_MAX_MS,
);

test.concurrent(
  'while the venue answers nothing, nothing is concluded or sent; when it answers, there is one order',
  async () => {
    await using floor = await orderInDoubt();
    const before = floor.asked.length;
    floor.execution.start();
    const hasAsked = () => floor.asked.slice(before).filter((verb) => verb === 'look-up').length >= 3;
    await eventually(() => `execution to ask several times; ${floor.said}`, hasAsked, PATIENCE_MS);
    expect(floor.submits()).toBe(1);
    const types = new Set((await floor.orderEvents()).map(({ type }) => type));
    expect([...types].filter((type) => !['OrderSubmitted', 'OrderUnknown'].includes(type))).toEqual([]);
    floor.venue.resume();
    await traded(floor);
    expect(floor.submits()).toBe(1);
    expect(await floor.position()).toBe('2');
  },
  TEST_MAX_MS,
);
