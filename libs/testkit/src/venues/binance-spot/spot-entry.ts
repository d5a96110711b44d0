import { Decimal } from '@algo/model';
import type { Parameters } from '../binance-account/parameters.ts';
import { illegal, mandatory, notRequired, Refused, rejected } from '../binance-account/refused.ts';
import { isConditional, type NewSpotOrder, type SpotType, type TimeInForce } from './spot-order.ts';
import { SPOT_TYPES, type SpotSymbol, STP_MODES } from './spot-symbol.ts';

/** Ids of clients may have these letters. */
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const SIDES = ['BUY', 'SELL'] as const;
const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK'] as const;
export const RESPONSE_TYPES = ['ACK', 'RESULT', 'FULL'] as const;
export type ResponseType = (typeof RESPONSE_TYPES)[number];

/** All that `POST /api/v3/order` reads. */
export const ORDER_PARAMETERS = [
  ...['symbol', 'side', 'type', 'timeInForce', 'quantity', 'quoteOrderQty', 'price', 'newClientOrderId'],
  ...['strategyId', 'strategyType', 'stopPrice', 'trailingDelta', 'icebergQty', 'newOrderRespType'],
  'selfTradePreventionMode',
];

interface Needs {
  readonly must: readonly string[];
  readonly mayNot: readonly string[];
}

const WITHOUT_STOP = ['stopPrice', 'trailingDelta'];
const AT_MARKET = ['timeInForce', 'price'];
const NEEDS: Readonly<Record<SpotType, Needs>> = {
  LIMIT: { must: ['timeInForce', 'quantity', 'price'], mayNot: ['quoteOrderQty', ...WITHOUT_STOP] },
  LIMIT_MAKER: { must: ['quantity', 'price'], mayNot: ['timeInForce', 'quoteOrderQty', ...WITHOUT_STOP] },
  MARKET: { must: [], mayNot: [...AT_MARKET, ...WITHOUT_STOP, 'icebergQty'] },
  STOP_LOSS: { must: ['quantity'], mayNot: [...AT_MARKET, 'quoteOrderQty'] },
  TAKE_PROFIT: { must: ['quantity'], mayNot: [...AT_MARKET, 'quoteOrderQty'] },
  STOP_LOSS_LIMIT: { must: ['timeInForce', 'quantity', 'price'], mayNot: ['quoteOrderQty'] },
  TAKE_PROFIT_LIMIT: { must: ['timeInForce', 'quantity', 'price'], mayNot: ['quoteOrderQty'] },
};

/** Returns a symbol that is asked for. *Errors*: Refused where it is not listed. */
export function symbolOf(parameters: Parameters, symbols: ReadonlyMap<string, SpotSymbol>): SpotSymbol {
  const of = symbols.get(parameters.need('symbol'));
  if (of === undefined) throw new Refused(-1121, 'Invalid symbol.');
  return of;
}

/** Returns the order that parameters ask for. *Errors*: Refused. *Source*: rest-api.md, "New order". */
export function newOrder(parameters: Parameters, of: SpotSymbol, freshId: () => string): NewSpotOrder {
  const side = parameters.word('side', SIDES, new Refused(-1117, 'Invalid side.'));
  if (side === undefined) throw mandatory('side');
  const type = parameters.word('type', SPOT_TYPES, new Refused(-1116, 'Invalid orderType.'));
  if (type === undefined) throw mandatory('type');
  const timeInForce = timeInForceOf(parameters);
  const { must, mayNot } = NEEDS[type];
  for (const name of must) parameters.need(name);
  for (const name of mayNot) if (parameters.has(name)) throw notRequired(name);
  if (type === 'MARKET' && parameters.has('quantity') === parameters.has('quoteOrderQty'))
    throw parameters.has('quantity')
      ? notRequired('quoteOrderQty')
      : new Refused(-1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!");
  if (parameters.has('icebergQty')) throw rejected('Iceberg orders are not supported for this symbol.');
  if (parameters.has('trailingDelta'))
    throw rejected('Trailing stop orders are not supported for this symbol.');
  const strategyType = parameters.whole('strategyType');
  if (strategyType !== undefined && strategyType < 1_000_000)
    throw new Refused(-1134, '`strategyType` was less than 1000000.');
  const order = {
    ...{ symbol: of.symbol, side, type, timeInForce: timeInForce ?? 'GTC' },
    price: parameters.decimal('price') ?? Decimal.zero,
    stopPrice: parameters.decimal('stopPrice') ?? null,
    quantity: parameters.decimal('quantity') ?? Decimal.zero,
    quoteQuantity: parameters.decimal('quoteOrderQty') ?? Decimal.zero,
    clientOrderId: clientId(parameters, 'newClientOrderId', freshId),
    stp: stpOf(parameters, of),
  };
  if (isConditional(order) && order.stopPrice === null)
    throw new Refused(-1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!");
  return order;
}

function timeInForceOf(parameters: Parameters): TimeInForce | undefined {
  return parameters.word('timeInForce', TIMES_IN_FORCE, new Refused(-1115, 'Invalid timeInForce.'));
}

function stpOf(parameters: Parameters, of: SpotSymbol): NewSpotOrder['stp'] {
  const otherwise = new Refused(
    -1013,
    'This symbol does not allow the specified self-trade prevention mode.',
  );
  const mode = parameters.word('selfTradePreventionMode', STP_MODES, otherwise) ?? of.defaultStp;
  if (!of.stpModes.includes(mode)) throw otherwise;
  return mode;
}

/** Returns the id that a client gave, or a fresh one. *Errors*: Refused where it has other letters. */
export function clientId(parameters: Parameters, name: string, freshId: () => string): string {
  const id = parameters.text(name);
  if (id === undefined) return freshId();
  if (!CLIENT_ID.test(id)) throw illegal(name, '^[\\.A-Z\\:/a-z0-9_-]{1,36}$');
  return id;
}

/** Returns how much an answer tells: what is asked for, or what is usual for the type. */
export function responseType(parameters: Parameters, type: SpotType): ResponseType {
  const otherwise = new Refused(-1130, "Data sent for parameter 'newOrderRespType' is not valid.");
  const usual = type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK';
  return parameters.word('newOrderRespType', RESPONSE_TYPES, otherwise) ?? usual;
}
