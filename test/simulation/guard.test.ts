import { FactMessage } from '@algo/bus';
import type { ClosePosition, OrderIntent, OrderRequest, PositionId } from '@algo/model';
import { clientOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { ACCOUNT, d, fillOf, INSTRUMENT, PLAN, STRATEGY, Stage } from './stage.ts';

const GUARD = 'position-risk.paper-main';
const EXECUTION = 'execution.paper-main';

function request(id: string, side: 'buy' | 'sell', quantity = '10'): OrderRequest {
  return {
    ...{ clientOrderId: clientOrderId(id), account: ACCOUNT, instrument: INSTRUMENT, side, type: 'market' },
    ...{ timeInForce: 'ioc', quantity: d(quantity), limitPrice: null, triggerPrice: null, reduceOnly: false },
  };
}

async function submit(
  stage: Stage,
  order: OrderRequest,
  intent: OrderIntent,
  about: { readonly commandId: string; readonly position: PositionId | null },
): Promise<void> {
  await stage.say(EXECUTION, 'OrderSubmitted', {
    ...{
      type: 'OrderSubmitted',
      clientOrderId: order.clientOrderId,
      account: ACCOUNT,
      instrument: INSTRUMENT,
    },
    ...{ timeUs: stage.nowUs, intent, strategy: intent === 'entry' ? STRATEGY : null, ...about },
    ...{ request: order, plan: intent === 'entry' ? PLAN : null, epoch: 1, retryOf: null, replaces: null },
  });
}

async function fill(stage: Stage, order: OrderRequest, price: string, timeUs = stage.nowUs): Promise<void> {
  const { clientOrderId, account, instrument, quantity } = order;
  const filled = fillOf(order, `trade-${clientOrderId}`, price, timeUs);
  await stage.say(EXECUTION, 'OrderFilled', {
    ...{ type: 'OrderFilled', clientOrderId, account, instrument, timeUs, fill: filled },
    ...{ cumulative: quantity, leaves: d('0') },
  });
}

async function enter(stage: Stage, id: string, quantity = '10', price = '100'): Promise<void> {
  const order = request(id, 'buy', quantity);
  await submit(stage, order, 'entry', { commandId: `place-${id}`, position: null });
  await fill(stage, order, price);
}

/** Sells what an exit command asks for. */
async function leave(stage: Stage, command: ClosePosition, price: string): Promise<void> {
  const order = request(`exit-${command.position}-${command.attempt}`, 'sell', command.quantity.toString());
  await submit(stage, order, 'exit', { commandId: command.commandId, position: command.position });
  await fill(stage, order, price);
}

const exitsOf = ({ engine }: Stage) => engine.said('ORDERS', 'ClosePosition');
const modesOf = ({ engine }: Stage) =>
  engine.said('RISK', 'TradingModeChanged').map(({ mode, by }) => [mode, by]);

test.each([['first'], ['last']])(
  'a fill that is told %s beside the trade through its stop: the same protection',
  async (when) => {
    const stage = await Stage.open(GUARD);
    await stage.time();
    await stage.trade(100);
    const order = request('entry-1', 'buy');
    await submit(stage, order, 'entry', { commandId: 'place-1', position: null });
    const filledUs = stage.nowUs;
    await stage.engine.pass(100);
    const throughUs = stage.nowUs;
    const both = [() => fill(stage, order, '100', filledUs), () => stage.trade(98.9, throughUs)];
    for (const one of when === 'first' ? both : both.toReversed()) await one();
    await stage.time();
    const opened = stage.engine.said('POSITIONS', 'PositionOpened');
    expect(opened.map(({ stopPrice }) => stopPrice.toString())).toEqual(['99.5']);
    const exits = exitsOf(stage).map(({ reason, quantity, attempt }) => [
      reason,
      quantity.toString(),
      attempt,
    ]);
    expect(exits).toEqual([['trailing_stop', '10', 1]]);
  },
);

test('a stop sees the price through a hole of the feed, and goes out within a second', async () => {
  const stage = await Stage.open(GUARD);
  await stage.time();
  await stage.trade(100);
  await enter(stage, 'entry-1');
  const openedUs = stage.nowUs;
  // No trade comes for 8 s: what is heard waits behind the hole. The price falls in the first second.
  for (let ms = 100; ms <= 8_000; ms += 100) {
    await stage.engine.pass(100 - (stage.engine.clock.nowMs() % 100));
    const seen = { instrument: INSTRUMENT, price: ms < 1_000 ? 100 : 98.9, timeUs: stage.nowUs };
    await stage.say('ingest.synthetic', 'PriceSeen', { type: 'PriceSeen', ...seen });
    if (ms % 250 < 100) await stage.time(stage.nowUs, [INSTRUMENT]);
  }
  const [exit] = exitsOf(stage);
  expect(exit).toMatchObject({ reason: 'trailing_stop', attempt: 1 });
  expect(exit!.timeUs - openedUs).toBeLessThanOrEqual(2_000_000);
  // The trades themselves come when the hole is closed, and ask for nothing more; nor does a far one.
  const asked = exitsOf(stage).length;
  for (const price of [100.1, 98.9, 5]) await stage.trade(price, openedUs + 500_000);
  expect(exitsOf(stage)).toHaveLength(asked);
  expect(stage.engine.said('RISK', 'PrintSetAside')).toEqual([]);
  await stage.again();
  expect(stage.engine.divergences).toEqual([]);
});

test('a breaker that tripped in the first life stands in the second, and trips there again after a resume', async () => {
  const stage = await Stage.open(GUARD, { environment: { ALGO_SNAPSHOT_INTERVAL_MS: '50' } });
  await stage.time();
  await stage.trade(100);
  await enter(stage, 'entry-1', '500');
  await stage.trade(80);
  await stage.engine.pass(10_000);
  await stage.time();
  expect(modesOf(stage)).toEqual([['halted', 'engine:circuit-breaker']]);
  await leave(stage, exitsOf(stage).at(-1)!, '80');

  await stage.again();
  await stage.time();
  await stage.trade(100);
  await enter(stage, 'entry-2', '10');
  expect(exitsOf(stage).at(-1)!.reason).toBe('circuit_breaker');
  await leave(stage, exitsOf(stage).at(-1)!, '100');
  expect(modesOf(stage)).toHaveLength(1);

  const scope = { kind: 'account', account: ACCOUNT } as const;
  const about = {
    commandId: 'resume-1',
    scope,
    mode: 'active',
    reason: 'again',
    by: 'anna',
    timeUs: 0,
    expiresWallUs: Number.MAX_SAFE_INTEGER,
  } as const;
  stage.engine.command(ACCOUNT, { name: 'SetTradingMode', body: { type: 'SetTradingMode', ...about } });
  await stage.engine.pass(10);
  await stage.again();
  await enter(stage, 'entry-3', '500');
  await stage.trade(80);
  await stage.engine.pass(10_000);
  await stage.time();
  expect(modesOf(stage)).toEqual([
    ['halted', 'engine:circuit-breaker'],
    ['active', 'anna'],
    ['halted', 'engine:circuit-breaker'],
  ]);
  expect(stage.engine.divergences).toEqual([]);
});

test('a repeated OrderSubmitted behind the end of its exit brings no second exit', async () => {
  const stage = await Stage.open(GUARD);
  await stage.time();
  await stage.trade(100);
  await enter(stage, 'entry-1');
  await stage.trade(98.9);
  await stage.time();
  const [command] = exitsOf(stage);
  await leave(stage, command!, '98.9');
  expect(stage.engine.said('POSITIONS', 'PositionClosed')).toHaveLength(1);
  await repeatExitOrder(stage);
  await passMinutes(stage);
  expect(exitsOf(stage)).toHaveLength(1);
  expect(stage.engine.said('POSITIONS', 'PositionClosed')).toHaveLength(1);
});

test('a repeated OrderSubmitted of an attempt that has ended neither asks for an exit nor holds the next one up', async () => {
  const stage = await Stage.open(GUARD);
  await stage.time();
  await stage.trade(100);
  await enter(stage, 'entry-1');
  await stage.trade(98.9);
  await stage.time();
  await endUnfilled(stage, exitsOf(stage)[0]!);
  await repeatExitOrder(stage);
  await stage.again();
  expect(exitsOf(stage).map(({ attempt }) => attempt)).toEqual([1, 2]);
  await endUnfilled(stage, exitsOf(stage)[1]!);
  expect(exitsOf(stage).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  await leave(stage, exitsOf(stage)[2]!, '98.9');
  await passMinutes(stage);
  expect(exitsOf(stage)).toHaveLength(3);
  expect(stage.engine.said('POSITIONS', 'PositionClosed')).toHaveLength(1);
});

/** The exchange takes an exit and ends it without a fill. */
async function endUnfilled(stage: Stage, { attempt, commandId, position }: ClosePosition): Promise<void> {
  const order = request(`exit-${attempt}`, 'sell');
  const { clientOrderId, account, instrument } = order;
  await submit(stage, order, 'exit', { commandId, position });
  const about = { type: 'OrderCanceled', clientOrderId, account, instrument, timeUs: stage.nowUs } as const;
  await stage.say(EXECUTION, 'OrderCanceled', { ...about, cumulative: d('0'), reason: 'ioc' });
}

/**
 * The server stores the exit's OrderSubmitted once more, at its old place in its lane: its duplicate
 * window is over.
 */
async function repeatExitOrder({ engine }: Stage): Promise<void> {
  const orders = engine.server.stream('ORDERS');
  const { first, last } = orders.bounds;
  const all = Array.from({ length: last - first + 1 }, (_, i) => orders.at(first + i)!);
  const message = all.findLast(({ type }) => type.endsWith('OrderSubmitted'))!;
  orders.store(
    FactMessage.ofBytes({ ...message, subject: message.subject, id: 'late' }, message.data, message),
  );
  await engine.pass(10);
}

async function passMinutes(stage: Stage): Promise<void> {
  for (let s = 0; s < 120; s += 5) {
    await stage.engine.pass(5_000);
    await stage.time();
  }
}
