import type { Endpoint, Security } from '../binance-account/endpoint.ts';
import { KEY_RESTRICTIONS } from '../binance-account/key-restrictions.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import type { ListenKeys } from './listen-keys.ts';
import { ALGO_PARAMETERS, USDM_ORDER_PARAMETERS } from './usdm-entry.ts';
import type { UsdmReads } from './usdm-reads.ts';
import type { UsdmSettingsDesk } from './usdm-settings.ts';
import type { UsdmTrading } from './usdm-trading.ts';

const PAGE = ['startTime', 'endTime', 'limit'];
const OF_ORDER = ['symbol', 'orderId', 'origClientOrderId'];
const OF_ALGO = ['algoId', 'clientAlgoId'];

type Weight = number | ((parameters: Parameters) => number);
type Answer = Endpoint['answer'];

/** Returns all that may be asked of the USD-M exchange about accounts and rules, by REST's names. */
export function usdmEndpoints(parts: {
  readonly trading: UsdmTrading;
  readonly reads: UsdmReads;
  readonly settings: UsdmSettingsDesk;
  readonly keys: ListenKeys;
}): Readonly<Record<string, Endpoint>> {
  const { trading, reads, settings, keys } = parts;
  const forAll =
    (most: number): Weight =>
    (sent) =>
      sent.has('symbol') ? 1 : most;
  return {
    'GET /fapi/v1/time': endpoint('NONE', 1, reads.time),
    'GET /sapi/v1/account/apiRestrictions': KEY_RESTRICTIONS,
    'GET /fapi/v1/exchangeInfo': endpoint('NONE', 1, reads.exchangeInfo),
    'GET /fapi/v1/premiumIndex': endpoint('NONE', 1, reads.markPrice),
    'POST /fapi/v1/order': order(USDM_ORDER_PARAMETERS, trading.place),
    'DELETE /fapi/v1/order': trade(OF_ORDER, trading.cancel),
    'DELETE /fapi/v1/allOpenOrders': trade(['symbol'], trading.cancelAll),
    'POST /fapi/v1/algoOrder': order(ALGO_PARAMETERS, trading.placeAlgo),
    'DELETE /fapi/v1/algoOrder': trade([...OF_ALGO, 'symbol'], trading.cancelAlgo),
    'DELETE /fapi/v1/algoOpenOrders': trade(['symbol'], trading.cancelAllAlgos),
    'POST /fapi/v1/countdownCancelAll': {
      ...trade(['symbol', 'countdownTime'], trading.countdown),
      weight: () => 10,
    },
    'GET /fapi/v1/order': read(1, OF_ORDER, reads.order),
    'GET /fapi/v1/openOrders': read(forAll(40), ['symbol'], reads.openOrders),
    'GET /fapi/v1/allOrders': read(5, ['symbol', 'orderId', ...PAGE], reads.allOrders),
    'GET /fapi/v1/algoOrder': read(1, [...OF_ALGO, 'symbol'], reads.algo),
    'GET /fapi/v1/openAlgoOrders': read(forAll(40), ['symbol', 'algoType', 'algoId'], reads.openAlgos),
    'GET /fapi/v1/userTrades': read(5, ['symbol', 'orderId', 'fromId', ...PAGE], reads.trades),
    'GET /fapi/v1/income': read(30, ['symbol', 'incomeType', 'page', ...PAGE], reads.income),
    'GET /fapi/v3/positionRisk': read(5, ['symbol'], reads.positions),
    'GET /fapi/v3/balance': read(5, [], reads.balances),
    'GET /fapi/v3/account': read(5, [], reads.account),
    'GET /fapi/v1/commissionRate': read(20, ['symbol'], reads.commission),
    'GET /fapi/v1/symbolConfig': read(5, ['symbol'], reads.symbolConfig),
    'GET /fapi/v1/accountConfig': read(5, [], reads.accountConfig),
    'GET /fapi/v1/feeBurn': read(30, [], reads.feeBurn),
    'GET /fapi/v1/leverageBracket': read(1, ['symbol'], reads.brackets),
    'GET /fapi/v1/positionSide/dual': read(30, [], settings.mode),
    'POST /fapi/v1/positionSide/dual': trade(['dualSidePosition'], settings.setMode),
    'POST /fapi/v1/leverage': trade(['symbol', 'leverage'], settings.setLeverage),
    'POST /fapi/v1/marginType': trade(['symbol', 'marginType'], settings.setMarginType),
    'POST /fapi/v1/listenKey': endpoint('KEY', 1, keys.start),
    'PUT /fapi/v1/listenKey': endpoint('KEY', 1, keys.keepAlive),
    'DELETE /fapi/v1/listenKey': endpoint('KEY', 1, keys.stop),
  };
}

/** The socket's names of the same. *Source*: the official client's WebSocket API. */
export const USDM_SOCKET_NAMES: Readonly<Record<string, string>> = {
  'order.place': 'POST /fapi/v1/order',
  'order.status': 'GET /fapi/v1/order',
  'order.cancel': 'DELETE /fapi/v1/order',
  'algoOrder.place': 'POST /fapi/v1/algoOrder',
  'algoOrder.cancel': 'DELETE /fapi/v1/algoOrder',
  'v2/account.balance': 'GET /fapi/v3/balance',
  'v2/account.status': 'GET /fapi/v3/account',
  'v2/account.position': 'GET /fapi/v3/positionRisk',
};

function endpoint(security: Security, weight: Weight, answer: Answer): Endpoint {
  return { security, weight: typeof weight === 'number' ? () => weight : weight, answer };
}

function read(weight: Weight, known: readonly string[], answer: Answer): Endpoint {
  return { ...endpoint('USER_DATA', weight, answer), known };
}

function trade(known: readonly string[], answer: Answer): Endpoint {
  return { ...endpoint('TRADE', 1, answer), known };
}

/** An order weighs nothing of the address; only the account's count of orders is used. */
function order(known: readonly string[], answer: Answer): Endpoint {
  return { ...endpoint('TRADE', 0, answer), known, countsOrders: true };
}
