// Whatever is asked of the spot stand-in, its books add up.

import { Decimal } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOpen } from './spot-order.ts';
import { spotHouse } from './testing/spot-house.ts';

const DEPOSITS = { LTC: '200', USDT: '20000', BNB: '0.002' };

const prices = fc.integer({ min: 80, max: 90 }).map(String);
const quantities = fc.integer({ min: 1, max: 40 }).map((tenths) => (tenths / 10).toFixed(1));
const sides = fc.constantFrom('BUY', 'SELL');
const stp = fc.constantFrom('NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH', 'DECREMENT');
const who = fc.constantFrom('client', 'other');
const steps = fc.oneof(
  fc.record({
    ...{ kind: fc.constant('limit' as const), who, side: sides, price: prices, quantity: quantities, stp },
    timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
  }),
  fc.record({ kind: fc.constant('market' as const), who, side: sides, quantity: quantities, stp }),
  fc.record({ kind: fc.constant('stop' as const), who, side: sides, price: prices, quantity: quantities }),
  fc.record({ kind: fc.constant('cancel' as const), who, nth: fc.nat(5) }),
  fc.record({
    ...{ kind: fc.constant('flow' as const), price: prices, quantity: quantities },
    isBuyerMaker: fc.boolean(),
  }),
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;
type House = Awaited<ReturnType<typeof spotHouse>>;

async function take(house: House, step: Step): Promise<void> {
  const symbol = 'LTCUSDT';
  if (step.kind === 'flow') {
    house.exchange.flow(symbol, [step]);
    return;
  }
  const client = house[step.who];
  if (step.kind === 'cancel') {
    const account = step.who === 'client' ? 'one' : 'two';
    const open = house.exchange.truth().orders.filter((order) => order.account === account && isOpen(order));
    const chosen = open[step.nth % Math.max(1, open.length)];
    if (chosen !== undefined)
      await client.ask('DELETE', '/api/v3/order', { symbol, orderId: chosen.orderId });
    return;
  }
  const common = { symbol, side: step.side, quantity: step.quantity };
  const sent = {
    limit: () => ({
      ...{ type: 'LIMIT', price: 'price' in step ? step.price : '' },
      timeInForce: 'timeInForce' in step ? step.timeInForce : '',
    }),
    market: () => ({ type: 'MARKET' }),
    stop: () => ({ type: 'STOP_LOSS', stopPrice: 'price' in step ? step.price : '' }),
  }[step.kind]();
  const mode = 'stp' in step ? { selfTradePreventionMode: step.stp } : {};
  await client.ask('POST', '/api/v3/order', { ...common, ...sent, ...mode });
}

test('coins are conserved, nothing is locked without an order, and every fill is a print', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 5, maxLength: 40 }),
      fc.boolean(),
      async (all, burnsBnb) => {
        const balances = { USDT: '10000', LTC: '100', BNB: '0.001' };
        await using house = await spotHouse({
          ...{ bnbPrices: { USDT: '600' }, orderLimits: [] },
          accounts: [
            ['one', 'hmacKey', 'hmacSecret'],
            ['two', 'otherKey', 'otherSecret'],
          ].map(([name, apiKey, secret]) => ({
            ...{ name: name!, balances, keys: [{ apiKey: apiKey!, secret: secret! }], fees: { burnsBnb } },
          })),
        });
        house.exchange.flow('LTCUSDT', [{ price: '85', quantity: '1', isBuyerMaker: true }]);
        for (const step of all) await take(house, step);
        const truth = house.exchange.truth();
        for (const [asset, deposited] of Object.entries(DEPOSITS)) {
          const held = [...truth.holdings.values()].map((assets) => assets.get(asset)!);
          const sum = [truth.commissions.get(asset), truth.outside.get(asset)]
            .concat(held.flatMap(({ free, locked }) => [free, locked]))
            .reduce((all, amount) => (all ?? Decimal.zero).plus(amount ?? Decimal.zero), Decimal.zero);
          expect(`${asset} ${sum}`).toBe(`${asset} ${Decimal.of(deposited)}`);
        }
        for (const [account, assets] of truth.holdings)
          for (const [asset, { locked }] of assets) {
            const wanted = truth.orders
              .filter((order) => order.account === account && isOpen(order))
              .filter(({ side }) => (side === 'BUY' ? 'USDT' : 'LTC') === asset)
              .reduce((all, order) => all.plus(order.locked), Decimal.zero);
            expect(`${asset} ${locked}`).toBe(`${asset} ${wanted}`);
          }
        const prints = new Map(truth.tape.get('LTCUSDT')!.map((print) => [print.id, print]));
        for (const fill of truth.fills) {
          const print = prints.get(fill.tradeId)!;
          expect(Decimal.of(print.price).equals(fill.price)).toBe(true);
          expect(Decimal.of(print.quantity).equals(fill.quantity)).toBe(true);
          expect(print.isBuyerMaker).toBe(fill.isBuyer === fill.isMaker);
        }
        for (const order of truth.orders) {
          const filled = truth.fills
            .filter(({ orderId }) => orderId === order.orderId)
            .reduce((all, { quantity }) => all.plus(quantity), Decimal.zero);
          expect(filled.equals(order.executed)).toBe(true);
          expect(order.executed.greaterThan(order.quantity)).toBe(false);
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
