// Replies and events have the fields of the official client's types (binance-connector-js, USD-M).
import { expect, test } from 'vitest';
import { limit, stop, usdmHouse } from './testing/usdm-house.ts';

const PLACED = [
  ...['clientOrderId', 'cumQty', 'executedQty', 'orderId', 'origQty', 'price', 'reduceOnly', 'side'],
  ...['positionSide', 'status', 'stopPrice', 'closePosition', 'symbol', 'timeInForce', 'type', 'origType'],
  ...['updateTime', 'workingType', 'priceProtect', 'priceMatch', 'selfTradePreventionMode', 'goodTillDate'],
];
/** Without those that only trailing stops have. */
const QUERIED = [...PLACED.filter((name) => name !== 'cumQty'), 'avgPrice', 'cumQuote', 'time'];
const ALGO = [
  ...['algoId', 'clientAlgoId', 'algoType', 'orderType', 'symbol', 'side', 'positionSide', 'timeInForce'],
  ...['quantity', 'algoStatus', 'actualOrderId', 'actualPrice', 'actualType', 'actualQty', 'triggerPrice'],
  ...['price', 'icebergQuantity', 'selfTradePreventionMode', 'workingType', 'priceMatch', 'closePosition'],
  ...['priceProtect', 'reduceOnly', 'createTime', 'updateTime', 'triggerTime', 'goodTillDate'],
];
const TRADE = [
  ...['buyer', 'commission', 'commissionAsset', 'id', 'maker', 'orderId', 'price', 'qty', 'quoteQty'],
  ...['realizedPnl', 'side', 'positionSide', 'symbol', 'time'],
];
const INCOME = ['symbol', 'incomeType', 'income', 'asset', 'info', 'time', 'tranId', 'tradeId'];
const POSITION = [
  ...['symbol', 'positionSide', 'positionAmt', 'entryPrice', 'breakEvenPrice', 'markPrice'],
  ...['unRealizedProfit', 'liquidationPrice', 'isolatedMargin', 'notional', 'marginAsset', 'isolatedWallet'],
  ...['initialMargin', 'maintMargin', 'positionInitialMargin', 'openOrderInitialMargin', 'adl'],
  ...['bidNotional', 'askNotional', 'updateTime'],
];
const EVENT = 's c S o f q p ap sp x X i l z L N n T t b a m R wt ot ps cp pP si ss rp V pm gtd er'.split(
  ' ',
);
const ALGO_EVENT = 'caid aid at o s S ps f q X ai ap aq act tp p V wt pm cp pP R tt gtd rm'.split(' ');
const LITE = 'e E T s q p m c S L l t i'.split(' ');

function fields(body: object | undefined): string[] {
  return Object.keys(body ?? {}).toSorted();
}

test('replies have the fields of their types, and a placed order no average', async () => {
  await using house = await usdmHouse();
  const placed = await house.market('BUY', '1');
  expect(fields(placed.body)).toEqual(PLACED.toSorted());
  const canceled = await house.post('order', limit('BUY', '1', '99'));
  const of = { symbol: 'LTCUSDT', orderId: canceled.body.orderId };
  const reply = await house.client.ask('DELETE', '/fapi/v1/order', of);
  expect(fields(reply.body)).toEqual(PLACED.toSorted());
  expect(fields(await house.get('v1/order', { orderId: '1' }))).toEqual(QUERIED.toSorted());
  await house.post('algoOrder', stop('95', { quantity: '1', clientAlgoId: 'guard' }));
  const read = await house.get('v1/algoOrder', { clientAlgoId: 'guard' });
  expect(fields(read)).toEqual(ALGO.toSorted());
  expect(fields((await house.get('v1/userTrades'))[0])).toEqual(TRADE.toSorted());
  expect(fields((await house.get('v1/income'))[0])).toEqual(INCOME.toSorted());
  expect(fields((await house.get('v3/positionRisk'))[0])).toEqual(POSITION.toSorted());
});

test('events have the fields of their types', async () => {
  await using house = await usdmHouse();
  using stream = await house.listen();
  await house.market('BUY', '1');
  await house.post('algoOrder', stop('95', { quantity: '1' }));
  house.exchange.flow('LTCUSDT', [{ price: '95', quantity: '1', isBuyerMaker: true }]);
  const words = await stream.told();
  const last = (kind: string) => words.findLast(({ e }) => e === kind);
  expect(fields(last('ORDER_TRADE_UPDATE')?.o)).toEqual(EVENT.toSorted());
  expect(fields(last('ALGO_UPDATE')?.o)).toEqual(ALGO_EVENT.toSorted());
  expect(fields(last('TRADE_LITE'))).toEqual(LITE.toSorted());
  expect(fields(last('ACCOUNT_UPDATE')?.a)).toEqual(['B', 'P', 'm']);
});
