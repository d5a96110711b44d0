import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { TradingFloor } from './support/trading-floor.ts';
import { workingOrders } from './support/venue-books.ts';

const TEST_MAX_MS = 600_000;
const PATIENCE_MS = 120_000;
const BUY_AGAIN_MS = 5_000;

/** Whether something was said of each order after it was submitted. */
async function areAnswered(floor: TradingFloor): Promise<boolean> {
  const events = await floor.orderEvents();
  const idsOf = (isSubmitted: boolean) =>
    events.flatMap((one) =>
      'clientOrderId' in one && (one.type === 'OrderSubmitted') === isSubmitted ? [one.clientOrderId] : [],
    );
  const answered = new Set(idsOf(false));
  return idsOf(true).every((id) => answered.has(id));
}

/**
 * Buys, unless an order has gone out since there were `submits`, and lets trades happen until that order has
 * ended. Returns the legal course of all orders so far, of those that left.
 */
async function bought(floor: TradingFloor, submits = floor.submits()): Promise<string[]> {
  if (floor.submits() === submits) await floor.buyTwo();
  let events: Awaited<ReturnType<typeof floor.orderEvents>> = [];
  const denied = () => events.filter(({ type }) => type === 'OrderDenied').length;
  let deniedMs = Number.NEGATIVE_INFINITY;
  const isOver = async () => {
    const deniedBefore = denied();
    const sent = floor.submits();
    const orders = await floor.orderEvents();
    events = orders;
    // On a machine that stood still for a moment the last trade is old, or the guard's last word.
    if (denied() > deniedBefore) deniedMs = performance.now();
    if (floor.submits() > submits) await floor.trade();
    else if (performance.now() - deniedMs > BUY_AGAIN_MS && deniedMs > 0) {
      deniedMs = Number.NEGATIVE_INFINITY;
      await floor.buyTwo();
    }
    // That an order went out may be said behind it.
    const isSaid = orders.filter(({ type }) => type === 'OrderSubmitted').length >= sent;
    return sent > submits && isSaid && workingOrders(orders).size === 0;
  };
  const what = () => `the order to end; it said ${JSON.stringify(events)}; ${floor.said}`;
  await eventually(what, isOver, PATIENCE_MS);
  return (await floor.orderEvents()).map(({ type }) => type).filter((type) => type !== 'OrderDenied');
}

test(
  'killed, execution is followed by the one that stands by; then the first stands by itself',
  async () => {
    await using floor = await TradingFloor.open({ standby: true });
    const first = await floor.compared();
    await floor.execution.kill();
    const second = await floor.compared(first);
    expect(await bought(floor)).toEqual(['OrderSubmitted', 'OrderAccepted', 'OrderFilled']);
    floor.execution.start();
    await floor.standsBy(floor.execution);
    await floor.second!.kill();
    await floor.compared(second);
    expect(await floor.position()).toBe('2');
    expect(floor.submits()).toBe(1);
  },
  TEST_MAX_MS,
);

test(
  'what stood still for longer than its lease wakes up replaced: it sends nothing and ends',
  async () => {
    await using floor = await TradingFloor.open({ standby: true });
    const first = await floor.compared();
    await floor.execution.pause();
    const before = floor.submits();
    await floor.buyTwo(); // reaches it, and waits in its socket
    const second = await floor.compared(first);
    const frozen = floor.execution.pid;
    await bought(floor, before);
    await eventually('every order to be answered', () => areAnswered(floor), PATIENCE_MS);
    const [submits, events] = [floor.submits(), await floor.orderEvents()];
    floor.execution.resume();
    await eventually('the old one to end', () => floor.execution.pid !== frozen, PATIENCE_MS);
    await floor.standsBy(floor.execution);
    expect(floor.submits()).toBe(submits);
    expect(await floor.orderEvents()).toEqual(events);
    // The one that took over goes on in a log and from a snapshot that nobody harmed, and so does the next.
    await floor.second!.kill();
    await floor.compared(second);
    expect(await floor.position()).toBe('2');
    expect(floor.submits()).toBe(submits);
  },
  TEST_MAX_MS,
);
