import { eventually } from '@algo/testkit';
import { expect, test } from '@jest/globals';
import { buyTwo, TradingFloor } from './support/trading-floor.ts';

const TEST_MAX_MS = 300_000;
const PATIENCE_MS = 60_000;
const LAST_STEP = 40;

/**
 * Brings an order to where nobody knows what became of it: execution has sent it and was killed waiting
 * for the answer, while the venue stands still with the request unread.
 */
async function orderInDoubt(): Promise<TradingFloor> {
  const floor = await TradingFloor.open();
  try {
    floor.venue.start();
    floor.execution.start();
    for (const step of [1, 2, 3, 4]) await floor.trade(step);
    for (const step of [1, 2]) await floor.decide(step);
    await floor.finished('execution-0', 3);
    await floor.finished('paper-venue-0', 4);
    await floor.venue.pause();
    await floor.decide(3, buyTwo(3));
    await eventually('the order to leave execution', () => floor.submits() === 1, PATIENCE_MS);
    await floor.execution.kill();
    expect(await floor.ledger()).toEqual([]);
    return floor;
  } catch (error) {
    await floor[Symbol.asyncDispose]();
    throw error;
  }
}

/** Lets the market go on until the order must be filled, and checks that it was one order, told once. */
async function expectOneOrder(floor: TradingFloor): Promise<void> {
  for (let step = 5; step <= LAST_STEP; step++) await floor.trade(step);
  for (let step = 4; step <= LAST_STEP; step++) await floor.decide(step);
  await floor.finished('execution-0', LAST_STEP);
  expect(await floor.ledger()).toHaveLength(1);
  const events = await floor.orderEvents();
  expect(events.map(({ type }) => type)).toEqual(['OrderSubmitted', 'OrderAccepted', 'OrderFilled']);
  expect(new Set(events.map(({ clientOrderId }) => clientOrderId))).toEqual(new Set(await floor.ledger()));
  expect(await floor.position()).toBe('2');
}

test(
  'killed after the venue took the order and before its answer came, execution finds the order and sends none',
  async () => {
    await using floor = await orderInDoubt();
    floor.venue.resume();
    await eventually('the venue to take it', async () => (await floor.ledger()).length === 1, PATIENCE_MS);
    floor.execution.start();
    await expectOneOrder(floor);
    expect(floor.submits()).toBe(1);
  },
  TEST_MAX_MS,
);

test(
  'when the request died with the venue, execution sends it again once its absence is proven, and only then',
  async () => {
    await using floor = await orderInDoubt();
    await floor.venue.kill();
    floor.execution.start();
    const before = floor.asked.length;
    await eventually('execution to ask', () => floor.asked.length > before, PATIENCE_MS);
    expect(floor.submits()).toBe(1);
    floor.venue.start();
    await expectOneOrder(floor);
    expect(floor.submits()).toBe(2);
  },
  TEST_MAX_MS,
);

test(
  'while the venue answers nothing, nothing is concluded and nothing sent; when it answers, there is one order',
  async () => {
    await using floor = await orderInDoubt();
    const known = await floor.orderEvents();
    const before = floor.asked.length;
    floor.execution.start();
    await eventually(
      'execution to ask several times',
      () => floor.asked.length >= before + 4,
      2 * PATIENCE_MS,
    );
    expect(floor.submits()).toBe(1);
    expect(await floor.orderEvents()).toEqual(known);
    expect(await floor.lastStep('execution-0')).toBe(3);
    floor.venue.resume();
    await expectOneOrder(floor);
    expect(floor.submits()).toBe(1);
  },
  TEST_MAX_MS,
);
