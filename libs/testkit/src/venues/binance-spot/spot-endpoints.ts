import type { Endpoint, Security } from '../binance-account/endpoint.ts';
import { KEY_RESTRICTIONS } from '../binance-account/key-restrictions.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import { ORDER_PARAMETERS } from './spot-entry.ts';
import { OCO_PARAMETERS, type SpotLists } from './spot-lists.ts';
import type { SpotReads } from './spot-reads.ts';
import type { SpotTrading } from './spot-trading.ts';
import type { SpotWallet } from './spot-wallet.ts';

const PAGE = ['startTime', 'endTime', 'limit'];
const HISTORY = [...PAGE, 'coin', 'status', 'offset', 'asset'];
const OF_ORDER = ['symbol', 'orderId', 'origClientOrderId'];
const CANCEL = [...OF_ORDER, 'newClientOrderId', 'cancelRestrictions'];
const CANCEL_LIST = ['symbol', 'orderListId', 'listClientOrderId', 'newClientOrderId'];
const CANCEL_REPLACE = [
  ...[...ORDER_PARAMETERS, 'cancelReplaceMode', 'cancelNewClientOrderId', 'cancelOrigClientOrderId'],
  ...['cancelOrderId', 'cancelRestrictions', 'orderRateLimitExceededMode'],
];

/** Returns all that may be asked of the spot exchange about accounts and rules, by REST's names. */
export function spotEndpoints(
  trading: SpotTrading,
  lists: SpotLists,
  reads: SpotReads,
  wallet: SpotWallet,
): Readonly<Record<string, Endpoint>> {
  return {
    'GET /api/v3/time': open(1, reads.time),
    'GET /api/v3/exchangeInfo': open(20, reads.exchangeInfo),
    'GET /api/v3/executionRules': open(40, reads.executionRules),
    'GET /api/v3/avgPrice': open(2, reads.averagePrice),
    'GET /api/v3/ticker/bookTicker': open(2, reads.bookTicker),
    'POST /api/v3/order': trade(ORDER_PARAMETERS, trading.place, true),
    'POST /api/v3/order/test': { ...trade(ORDER_PARAMETERS, trading.test), isFreeOnSuccess: false },
    'DELETE /api/v3/order': trade(CANCEL, trading.cancel),
    'DELETE /api/v3/openOrders': trade(['symbol'], trading.cancelAll),
    'POST /api/v3/order/cancelReplace': trade(CANCEL_REPLACE, trading.cancelReplace, true),
    'POST /api/v3/orderList/oco': trade(OCO_PARAMETERS, lists.place, true),
    'DELETE /api/v3/orderList': trade(CANCEL_LIST, lists.cancel),
    'GET /api/v3/orderList': read(4, ['orderListId', 'origClientOrderId'], lists.query),
    'GET /api/v3/openOrderList': read(6, [], lists.open),
    'GET /api/v3/order': read(4, OF_ORDER, reads.order),
    'GET /api/v3/openOrders': read((sent) => (sent.has('symbol') ? 6 : 80), ['symbol'], reads.openOrders),
    'GET /api/v3/allOrders': read(20, ['symbol', 'orderId', ...PAGE], reads.allOrders),
    'GET /api/v3/account': read(20, ['omitZeroBalances'], reads.account),
    'GET /api/v3/account/commission': read(20, ['symbol'], reads.commission),
    'GET /api/v3/myTrades': read(
      (sent) => (sent.has('orderId') ? 5 : 20),
      ['symbol', 'orderId', 'fromId', ...PAGE],
      reads.myTrades,
    ),
    'GET /api/v3/rateLimit/order': read(40, [], reads.orderCounts),
    'GET /sapi/v1/account/apiRestrictions': KEY_RESTRICTIONS,
    'GET /sapi/v1/capital/deposit/hisrec': read(1, HISTORY, wallet.deposits),
    'GET /sapi/v1/capital/withdraw/history': read(1, HISTORY, wallet.withdrawals),
    'GET /sapi/v1/asset/dribblet': read(1, HISTORY, wallet.dust),
    'GET /sapi/v1/asset/assetDividend': read(1, HISTORY, wallet.rewards),
    'GET /sapi/v1/bnbBurn': read(1, [], reads.bnbBurn),
  };
}

/** The socket's names of the same. *Source*: web-socket-api.md. */
export const SOCKET_NAMES: Readonly<Record<string, string>> = {
  exchangeInfo: 'GET /api/v3/exchangeInfo',
  executionRules: 'GET /api/v3/executionRules',
  avgPrice: 'GET /api/v3/avgPrice',
  'ticker.book': 'GET /api/v3/ticker/bookTicker',
  'order.place': 'POST /api/v3/order',
  'order.test': 'POST /api/v3/order/test',
  'order.status': 'GET /api/v3/order',
  'order.cancel': 'DELETE /api/v3/order',
  'order.cancelReplace': 'POST /api/v3/order/cancelReplace',
  'orderList.place.oco': 'POST /api/v3/orderList/oco',
  'orderList.cancel': 'DELETE /api/v3/orderList',
  'orderList.status': 'GET /api/v3/orderList',
  'openOrderLists.status': 'GET /api/v3/openOrderList',
  'openOrders.status': 'GET /api/v3/openOrders',
  'openOrders.cancelAll': 'DELETE /api/v3/openOrders',
  allOrders: 'GET /api/v3/allOrders',
  myTrades: 'GET /api/v3/myTrades',
  'account.status': 'GET /api/v3/account',
  'account.commission': 'GET /api/v3/account/commission',
  'account.rateLimits.orders': 'GET /api/v3/rateLimit/order',
};

type Weight = number | ((parameters: Parameters) => number);

function endpoint(security: Security, weight: Weight, answer: Endpoint['answer']): Endpoint {
  return { security, weight: typeof weight === 'number' ? () => weight : weight, answer };
}

function open(weight: Weight, answer: Endpoint['answer']): Endpoint {
  return endpoint('NONE', weight, answer);
}

function read(weight: Weight, known: readonly string[], answer: Endpoint['answer']): Endpoint {
  return { ...endpoint('USER_DATA', weight, answer), known };
}

function trade(known: readonly string[], answer: Endpoint['answer'], countsOrders = false): Endpoint {
  return { ...endpoint('TRADE', 1, answer), known, isFreeOnSuccess: true, countsOrders };
}
