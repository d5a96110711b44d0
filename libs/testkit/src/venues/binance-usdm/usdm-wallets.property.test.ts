// Whatever is asked of the USD-M stand-in, its books add up.
import { Decimal } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usdmHouse } from './testing/usdm-house.ts';

const prices = fc.integer({ min: 96, max: 104 }).map(String);
const quantities = fc.integer({ min: 1, max: 60 }).map(String);
const sides = fc.constantFrom('BUY', 'SELL');
const flags = fc.constantFrom('true', 'false');
const who = fc.constantFrom('client', 'other');
const steps = fc.oneof(
  fc.record({
    ...{ path: fc.constant('order' as const), who, side: sides, price: prices, quantity: quantities },
    ...{ type: fc.constant('LIMIT'), timeInForce: fc.constantFrom('GTC', 'IOC', 'GTX'), reduceOnly: flags },
    selfTradePreventionMode: fc.constantFrom('NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH'),
  }),
  fc.record({
    ...{ path: fc.constant('order' as const), who, side: sides, quantity: quantities, reduceOnly: flags },
    type: fc.constant('MARKET'),
  }),
  fc.record({
    ...{ path: fc.constant('algoOrder' as const), who, side: sides, quantity: quantities },
    ...{ type: fc.constant('STOP_MARKET'), triggerPrice: prices, algoType: fc.constant('CONDITIONAL') },
    reduceOnly: flags,
  }),
  fc.record({
    ...{ path: fc.constant('flow' as const), price: prices, quantity: quantities },
    isBuyerMaker: fc.boolean(),
  }),
  fc.record({ path: fc.constant('fund' as const), rate: fc.constantFrom('0.001', '-0.002') }),
);

test('a wallet is the sum of its incomes, a position that of its fills, each fill is a print', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (all) => {
      await using house = await usdmHouse({ orderLimits: [] });
      const { exchange } = house;
      for (const step of all)
        if (step.path === 'flow') exchange.flow('LTCUSDT', [step]);
        else if (step.path === 'fund') exchange.fund('LTCUSDT', step.rate);
        else {
          const { path, who: name, ...sent } = step;
          await house[name].ask('POST', `/fapi/v1/${path}`, { symbol: 'LTCUSDT', ...sent });
        }
      const truth = exchange.truth();
      const prints = new Map(truth.tape.get('LTCUSDT')!.map((print) => [print.id, print]));
      const add = (rows: readonly Decimal[]) => rows.reduce((sum, row) => sum.plus(row), Decimal.zero);
      for (const [account, wallet] of truth.wallets) {
        const incomes = truth.incomes.filter((row) => row.account === account);
        expect(`${wallet.get('USDT')}`).toBe(`${add(incomes.map(({ amount }) => amount))}`);
        const fills = truth.fills.filter((fill) => fill.account === account);
        const held = truth.positions.get(account)![0]?.amount ?? Decimal.zero;
        const bought = fills.map(({ side, quantity }) => (side === 'BUY' ? quantity : quantity.negated()));
        expect(`${held}`).toBe(`${add(bought)}`);
      }
      for (const fill of truth.fills.filter(({ orderId }) => isAsked(truth.orders, orderId))) {
        const print = prints.get(fill.tradeId)!;
        expect(Decimal.of(print.price).equals(fill.price)).toBe(true);
        expect(Decimal.of(print.quantity).equals(fill.quantity)).toBe(true);
        expect(print.isBuyerMaker).toBe((fill.side === 'BUY') === fill.isMaker);
      }
      for (const order of truth.orders) {
        const filled = truth.fills.filter(({ orderId }) => orderId === order.orderId);
        expect(`${order.executed}`).toBe(`${add(filled.map(({ quantity }) => quantity))}`);
        expect(order.executed.greaterThan(order.quantity)).toBe(false);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

/** Prints of forced closing stand beside the book: no read shows them. */
function isAsked(orders: readonly { orderId: number; type: string }[], id: number): boolean {
  return orders.find(({ orderId }) => orderId === id)?.type !== 'LIQUIDATION';
}
