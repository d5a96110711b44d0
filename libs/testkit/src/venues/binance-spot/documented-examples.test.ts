// The examples of Binance's documents (binance-spot-api-docs, 2026-07-21): signatures as they stand there,
// and bodies with the same fields.
import { expect, test } from 'vitest';
import { SignedClient, SocketClient } from '../binance-account/testing/signed-client.ts';
import { HandClock } from '../exchange/exchange-clock.ts';
import { BinanceSpotExchange } from './binance-spot-exchange.ts';
import { spotSymbol } from './spot-symbol.ts';
import { limit, spotHouse } from './testing/spot-house.ts';

const DOCUMENTED_KEY = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
};
const WIDE_DIGITS = '１２３４５６';
const ENCODED = '%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96';

async function documented(nowMs: number) {
  const freely = { percent: { bidUp: '5', bidDown: '0', askUp: '5', askDown: '0', avgPriceMins: 5 } };
  const rules = { ...freely, notional: { ...spotSymbol('LTCBTC').notional, min: '0' } };
  const clock = new HandClock(nowMs);
  const exchange = await BinanceSpotExchange.open({
    clock,
    symbols: [
      ...['LTCBTC', 'BTCUSDT'].map((name) => spotSymbol(name, rules)),
      spotSymbol(WIDE_DIGITS, { ...rules, base: 'WIDE', quote: 'BTC' }),
    ],
    accounts: [{ name: 'one', balances: { BTC: '10', USDT: '10', WIDE: '10' }, keys: [DOCUMENTED_KEY] }],
  });
  const client = new SignedClient(exchange.restUrl, DOCUMENTED_KEY, () => clock.nowMs());
  return Object.assign(exchange, { client, clock });
}

const REST_PAYLOAD =
  'side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';

test.each([
  ['LTCBTC', 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
  [ENCODED, 'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3'],
])(
  'the documented REST signature over %s is right, in either case, and no other is',
  async (symbol, right) => {
    await using exchange = await documented(1_499_827_319_559);
    const ask = (signature: string) =>
      exchange.client.raw('POST', `/api/v3/order?symbol=${symbol}&${REST_PAYLOAD}&signature=${signature}`);
    const isWide = symbol === ENCODED;
    expect((await ask(right)).body).toMatchObject({ symbol: isWide ? WIDE_DIGITS : symbol, status: 'NEW' });
    expect((await ask(right.toUpperCase())).body).toMatchObject({ status: 'NEW' });
    const wrong = right.replace(/^./, right[0] === '0' ? '1' : '0');
    expect(await ask(wrong)).toMatchObject({ status: 400, body: { code: -1022 } });
  },
);

test('a signature is over query and body together, with nothing between', async () => {
  await using exchange = await documented(1_499_827_319_559);
  const [query, body] = [
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC',
    'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
  ];
  // The example of the older documents for parameters in both.
  const signature = '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77';
  const response = await fetch(`${exchange.restUrl}/api/v3/order?${query}`, {
    ...{ method: 'POST', headers: { 'X-MBX-APIKEY': DOCUMENTED_KEY.apiKey } },
    body: `${body}&signature=${signature}`,
  });
  expect(response.status).toBe(200);
});

test.each([
  [
    { symbol: 'BTCUSDT', side: 'SELL', quantity: '0.01000000', price: '52000.00', recvWindow: 100 },
    'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
  ],
  [
    { symbol: WIDE_DIGITS, side: 'BUY', quantity: '1.00000000', price: '0.10000000', recvWindow: 5_000 },
    'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
  ],
])('the documented socket signature of %o is right', async (sent, signature) => {
  await using exchange = await documented(1_645_423_376_532);
  await using socket = await SocketClient.open(exchange.socketUrl, DOCUMENTED_KEY, () => 1_645_423_376_532);
  const params = { ...sent, type: 'LIMIT', timeInForce: 'GTC', timestamp: 1_645_423_376_532 };
  const { apiKey } = DOCUMENTED_KEY;
  const reply = await socket.call('order.place', { ...params, apiKey, signature });
  expect(reply.error?.code).not.toBe(-1022);
  const wrong = await socket.call('order.place', { ...params, price: '1', apiKey, signature });
  expect(wrong).toMatchObject({ status: 400, error: { code: -1022 } });
});

const ACK = ['symbol', 'orderId', 'orderListId', 'clientOrderId', 'transactTime'];
const SUMS = [
  ...['price', 'origQty', 'executedQty', 'origQuoteOrderQty', 'cummulativeQuoteQty', 'status'],
  ...['timeInForce', 'type', 'side', 'selfTradePreventionMode'],
];
const RESULT = [...ACK, ...SUMS, 'workingTime'];
const QUERIED = [
  ...['symbol', 'orderId', 'orderListId', 'clientOrderId', ...SUMS, 'stopPrice', 'icebergQty', 'time'],
  ...['updateTime', 'isWorking', 'workingTime'],
];
const CANCELED = [...ACK, ...SUMS, 'origClientOrderId'];

function fields(body: object): string[] {
  return Object.keys(body).toSorted();
}

test('replies have the documented fields, each type of reply its own', async () => {
  await using house = await spotHouse();
  const resting = limit('BUY', '1', '80');
  const bodies = await Promise.all(
    ['ACK', 'RESULT', 'FULL'].map((how) => house.order({ ...resting, newOrderRespType: how })),
  );
  expect(bodies.map(({ body }) => fields(body))).toEqual(
    [ACK, RESULT, [...RESULT, 'fills']].map((names) => names.toSorted()),
  );
  const of = { symbol: 'LTCUSDT', orderId: 1 };
  const queried = await house.client.ask('GET', '/api/v3/order', of);
  expect(fields(queried.body)).toEqual(QUERIED.toSorted());
  const canceled = await house.client.ask('DELETE', '/api/v3/order', of);
  expect(fields(canceled.body)).toEqual(CANCELED.toSorted());
});

test('fills, balances and reports of orders have the documented fields', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket();
  await socket.signed('userDataStream.subscribe.signature');
  await house.order(limit('BUY', '1', '80'));
  house.exchange.flow('LTCUSDT', [{ price: '80', quantity: '1', isBuyerMaker: true }]);
  const { body: trades } = await house.client.ask('GET', '/api/v3/myTrades', { symbol: 'LTCUSDT' });
  expect(fields(trades[0])).toEqual(
    [
      ...['symbol', 'id', 'orderId', 'orderListId', 'price', 'qty', 'quoteQty', 'commission'],
      ...['commissionAsset', 'time', 'isBuyer', 'isMaker', 'isBestMatch'],
    ].toSorted(),
  );
  const { body: account } = await house.client.ask('GET', '/api/v3/account');
  expect(fields(account)).toEqual(
    [
      ...['makerCommission', 'takerCommission', 'buyerCommission', 'sellerCommission', 'commissionRates'],
      ...['canTrade', 'canWithdraw', 'canDeposit', 'brokered', 'requireSelfTradePrevention', 'preventSor'],
      ...['updateTime', 'accountType', 'balances', 'permissions', 'uid'],
    ].toSorted(),
  );
  await socket.call('ping');
  // All letters of the document but v, which only prevented matches have.
  const letters = 'e E s c S o f q p P F g C x X r i l z L n N T t I w m M O Z Y Q W V'.split(' ');
  for (const report of socket.of('executionReport')) expect(fields(report)).toEqual(letters.toSorted());
  expect(socket.events[0]).toMatchObject({ subscriptionId: 0, event: { e: 'executionReport' } });
});

test('a key says what it may do in the documented fields', async () => {
  await using house = await spotHouse();
  const { body } = await house.client.ask('GET', '/sapi/v1/account/apiRestrictions');
  expect(body).toMatchObject({
    ...{ ipRestrict: false, enableReading: true, enableWithdrawals: false, enableFutures: true },
    enableSpotAndMarginTrading: true,
  });
});
