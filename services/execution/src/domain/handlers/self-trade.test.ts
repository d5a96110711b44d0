import type { OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import { entryContext, open, request } from '../testing/entry-context.ts';
import { BTC, d, place } from '../testing/execution-scenario.ts';
import { selfTrade } from './self-trade.ts';

const BUY = request({ limitPrice: d('83.5') });
const SELL = request({ side: 'sell', limitPrice: d('83.5') });
const AT_MARKET = { type: 'market', limitPrice: null } as const;

test.each<[string, OrderRequest, Partial<OrderRequest>, boolean]>([
  ['a buy below our sell', BUY, { side: 'sell', limitPrice: d('83.51') }, true],
  ['a buy at our sell', BUY, { side: 'sell', limitPrice: d('83.5') }, false],
  ['a buy above our sell', BUY, { side: 'sell', limitPrice: d('83.49') }, false],
  ['a buy at the market', { ...BUY, ...AT_MARKET }, { side: 'sell', limitPrice: d('99') }, false],
  ['a buy against our sell at the market', BUY, { side: 'sell', ...AT_MARKET }, false],
  ['a sell above our buy', SELL, { limitPrice: d('83.49') }, true],
  ['a sell at our buy', SELL, { limitPrice: d('83.5') }, false],
  ['two buys', BUY, { limitPrice: d('83.5') }, true],
  ['a sell of another instrument', BUY, { side: 'sell', instrument: BTC }, true],
])('%s', (_, order, own, passes) => {
  const denial = selfTrade(entryContext({ request: order, openOrders: [open(own)] }), place(1));
  expect(denial?.code ?? null).toBe(passes ? null : 'SELF_TRADE');
});
