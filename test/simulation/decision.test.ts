import type { MessageOf } from '@algo/contracts';
import { expect, test } from 'vitest';
import { ENVIRONMENT } from './environment.ts';
import { SimulatedEngine } from './simulated-engine.ts';

/** Runs until an account has placed so many entries. */
async function placed(engine: SimulatedEngine, count: number): Promise<readonly MessageOf<'PlaceOrder'>[]> {
  for (;;) {
    const orders = engine.said('ORDERS', 'PlaceOrder');
    if (orders.length >= count) return orders;
    await engine.pass(100);
  }
}

test('a signal that was accepted and is taken again behind its own PositionOpened: one id, one outcome', async () => {
  const environment = {
    ...ENVIRONMENT,
    ALGO_SEED: '1',
    ALGO_SPEED: '60',
    ALGO_SNAPSHOT_INTERVAL_MS: '600000',
  };
  const engine = new SimulatedEngine({ seed: 1, environment });
  await engine.start(...engine.identities);
  const [order] = await placed(engine, 1);
  const decision = 'decision.paper-main';
  engine.kill(decision);
  await engine.until(() => engine.said('POSITIONS', 'PositionOpened').length > 0);
  const before = engine.said('DECISIONS', 'DecisionMade');

  await engine.start(decision);
  await engine.pass(2_000);
  const made = engine.said('DECISIONS', 'DecisionMade');
  expect(made.slice(0, before.length)).toEqual(before);
  expect(made.filter(({ id }) => id === order!.decision).map(({ outcome }) => outcome.type)).toEqual([
    'accepted',
  ]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  const commands = engine.said('ORDERS', 'PlaceOrder').map(({ commandId }) => commandId);
  expect(commands.filter((id) => id === order!.commandId)).toHaveLength(1);
  expect(engine.divergences).toEqual([]);
  const replayed = (await engine.replayed()).find(({ identity }) => identity === decision);
  expect(replayed?.difference).toBeUndefined();
}, 120_000);

test('two accounts trade by their own configurations, and neither reads the commands of the other', async () => {
  const environment = {
    ...ENVIRONMENT,
    ...{ ALGO_SEED: '1', ALGO_SPEED: '60', ALGO_ACCOUNTS: 'paper-main,paper-second' },
    'ALGO_TRADING_CONFIG@decision.paper-second': 'eager-and-small',
  };
  const engine = new SimulatedEngine({ seed: 1, environment });
  await engine.start(...engine.identities);
  const mine = (account: string) =>
    engine.said('ORDERS', 'PlaceOrder').filter((order) => order.account === account);
  while (mine('paper-main').length < 2 || mine('paper-second').length < 2) await engine.pass(200);
  const scope = { kind: 'account', account: mine('paper-second')[0]!.account } as const;
  const halt = {
    commandId: 'halt-1',
    scope,
    mode: 'halted',
    reason: 'lunch',
    by: 'anna',
    timeUs: 0,
    expiresWallUs: 0,
  } as const;
  engine.command('paper-second', { name: 'SetTradingMode', body: { type: 'SetTradingMode', ...halt } });
  await engine.pass(200);
  const countsAtHalt = [mine('paper-main').length, mine('paper-second').length];
  while (mine('paper-main').length < countsAtHalt[0]! + 1) await engine.pass(200);
  await engine.pass(1_000);

  expect(mine('paper-second')).toHaveLength(countsAtHalt[1]!);
  const notional = (account: string) => {
    const { quantity, limitPrice, plan } = mine(account)[0]!;
    return quantity.times(limitPrice ?? plan.stopPrice).toNumber();
  };
  expect(notional('paper-second')).toBeLessThan(notional('paper-main') * 0.6);
  for (const account of ['paper-main', 'paper-second']) {
    const commands = new Set(
      engine
        .facts('ORDERS')
        .flatMap(({ name, body }) =>
          (name === 'PlaceOrder' || name === 'ClosePosition' || name === 'ProtectPosition') &&
          body.account === account
            ? [body.commandId]
            : [],
        ),
    );
    const orders = engine.said('ORDERS', 'OrderSubmitted').filter((order) => order.account === account);
    expect(orders.length).toBeGreaterThan(2);
    expect(orders.filter(({ commandId }) => !commands.has(commandId))).toEqual([]);
    expect(
      engine.said('POSITIONS', 'PositionOpened').filter(({ position }) => position.account === account)
        .length,
    ).toBeGreaterThan(1);
  }
  for (const { identity, difference } of await engine.replayed())
    expect([identity, difference]).toEqual([identity, undefined]);
}, 120_000);
