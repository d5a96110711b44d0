import { Decimal } from '@algo/model';
import type { Parameters } from '../binance-account/parameters.ts';
import { illegal, mandatory, notRequired, Refused } from '../binance-account/refused.ts';
import { isOnGrid } from '../binance-account/symbol-rules.ts';
import type { AlgoOrder, NewUsdmOrder, PositionSide } from './usdm-order.ts';
import {
  ALGO_TYPES,
  type AlgoType,
  USDM_STP_MODES,
  USDM_TIMES_IN_FORCE,
  type UsdmStp,
  type UsdmSymbol,
} from './usdm-symbol.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
/** A GTD must be good for longer than this. */
const GOOD_MIN_MS = 600_000;
const CONDITIONAL: readonly string[] = [...ALGO_TYPES, 'TRAILING_STOP_MARKET'];

export const USDM_ORDER_PARAMETERS = [
  ...['symbol', 'side', 'positionSide', 'type', 'timeInForce', 'quantity', 'reduceOnly', 'price'],
  ...['newClientOrderId', 'newOrderRespType', 'priceMatch', 'selfTradePreventionMode', 'goodTillDate'],
  // Of the types that have an endpoint of their own now.
  ...['stopPrice', 'closePosition', 'activationPrice', 'callbackRate', 'workingType', 'priceProtect'],
];
export const ALGO_PARAMETERS = [
  ...['algoType', 'symbol', 'side', 'positionSide', 'type', 'timeInForce', 'quantity', 'price'],
  ...['triggerPrice', 'workingType', 'priceMatch', 'closePosition', 'priceProtect', 'reduceOnly'],
  ...['activatePrice', 'callbackRate', 'clientAlgoId', 'newOrderRespType', 'selfTradePreventionMode'],
  'goodTillDate',
];

/** Returns a contract that is asked for. *Errors*: Refused where it is not listed. */
export function contractOf(parameters: Parameters, symbols: ReadonlyMap<string, UsdmSymbol>): UsdmSymbol {
  const of = symbols.get(parameters.need('symbol'));
  if (of === undefined) throw new Refused(-1121, 'Invalid symbol.');
  return of;
}

/** What an order and a conditional order have in common. */
interface Shared {
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly positionSide: PositionSide;
  readonly reduceOnly: boolean;
  readonly stp: UsdmStp;
}

function shared(parameters: Parameters, of: UsdmSymbol, isHedged: boolean): Shared {
  const side = parameters.word('side', ['BUY', 'SELL'] as const, new Refused(-1117, 'Invalid side.'));
  if (side === undefined) throw mandatory('side');
  const positionSide =
    parameters.word(
      'positionSide',
      ['BOTH', 'LONG', 'SHORT'] as const,
      new Refused(-4060, 'Invalid position side.'),
    ) ?? 'BOTH';
  if (isHedged !== (positionSide !== 'BOTH'))
    throw new Refused(-4061, "Order's position side does not match user's setting.");
  if (isHedged && parameters.has('reduceOnly')) throw notRequired('reduceonly');
  const stp = parameters.word(
    'selfTradePreventionMode',
    USDM_STP_MODES,
    new Refused(-1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."),
  );
  const reduceOnly = parameters.flag('reduceOnly') ?? false;
  return { symbol: of.symbol, side, positionSide, reduceOnly, stp: stp ?? 'EXPIRE_MAKER' };
}

/** Returns the order that parameters ask for. *Errors*: Refused. */
export function newUsdmOrder(
  parameters: Parameters,
  of: UsdmSymbol,
  on: { readonly isHedged: boolean; readonly nowMs: number; readonly freshId: () => string },
): NewUsdmOrder {
  if (CONDITIONAL.includes(parameters.need('type')))
    throw new Refused(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    );
  const type = parameters.word('type', ['LIMIT', 'MARKET'], new Refused(-1116, 'Invalid orderType.'))!;
  const common = shared(parameters, of, on.isHedged);
  if (type === 'MARKET' && parameters.has('price')) throw notRequired('price');
  if (type === 'MARKET' && parameters.has('timeInForce'))
    throw new Refused(-1106, "Parameter 'timeinforce' sent when not required.");
  if (type === 'LIMIT') for (const name of ['timeInForce', 'price']) parameters.need(name);
  parameters.need('quantity');
  const timeInForce = timeInForceOf(parameters) ?? 'GTC';
  const goodTillMs = parameters.whole('goodTillDate') ?? 0;
  if (timeInForce === 'GTD' && goodTillMs <= on.nowMs + GOOD_MIN_MS)
    // unverified: the code; that it must be so far ahead is known.
    throw new Refused(-5040, 'goodTillDate must be greater than the current time plus 600 seconds.');
  const order = {
    ...{ ...common, type, origType: type, timeInForce, goodTillMs },
    price: parameters.decimal('price') ?? Decimal.zero,
    stopPrice: Decimal.zero,
    quantity: parameters.decimal('quantity')!,
    closePosition: false,
    clientOrderId: usdmClientId(parameters, 'newClientOrderId', on.freshId),
  } as const;
  checkNumbers(order, of, type === 'MARKET');
  return order;
}

/** Returns the conditional order that parameters ask for. *Errors*: Refused. */
export function newAlgo(
  parameters: Parameters,
  of: UsdmSymbol,
  on: { readonly isHedged: boolean; readonly freshId: () => string },
): Omit<
  AlgoOrder,
  'algoId' | 'account' | 'status' | 'createMs' | 'updateMs' | 'triggerMs' | 'childId' | 'reason'
> {
  if (parameters.need('algoType') !== 'CONDITIONAL')
    throw new Refused(-1130, "Data sent for parameter 'algoType' is not valid.");
  const type = parameters.word('type', ALGO_TYPES, new Refused(-1116, 'Invalid orderType.'));
  if (type === undefined) throw mandatory('type');
  const common = shared(parameters, of, on.isHedged);
  const closePosition = parameters.flag('closePosition') ?? false;
  if (closePosition && !isAtMarket(type)) throw new Refused(-4136, 'Target strategy invalid for orderType.');
  if (closePosition && parameters.has('quantity')) throw notRequired('quantity');
  if (closePosition && parameters.has('reduceOnly')) throw notRequired('reduceOnly');
  if (!closePosition) parameters.need('quantity');
  if (!isAtMarket(type)) parameters.need('price');
  parameters.need('triggerPrice');
  const workingType = parameters.word(
    'workingType',
    ['CONTRACT_PRICE', 'MARK_PRICE'] as const,
    new Refused(-1130, "Data sent for parameter 'workingType' is not valid."),
  );
  const algo = {
    ...{ ...common, type, closePosition, timeInForce: timeInForceOf(parameters) ?? 'GTC' },
    quantity: parameters.decimal('quantity') ?? Decimal.zero,
    price: parameters.decimal('price') ?? Decimal.zero,
    triggerPrice: parameters.decimal('triggerPrice')!,
    workingType: workingType ?? 'CONTRACT_PRICE',
    priceProtect: parameters.flag('priceProtect') ?? false,
    clientAlgoId: usdmClientId(parameters, 'clientAlgoId', on.freshId),
  } as const;
  if (!isOnGrid(algo.triggerPrice, of.price)) throw new Refused(-4014, 'Price not increased by tick size.');
  if (!closePosition) checkNumbers(algo, of, isAtMarket(type));
  return algo;
}

/** Returns whether a conditional order takes any price once it is let go. */
export function isAtMarket(type: AlgoType): boolean {
  return type.endsWith('MARKET');
}

function timeInForceOf(parameters: Parameters) {
  return parameters.word('timeInForce', USDM_TIMES_IN_FORCE, new Refused(-1115, 'Invalid timeInForce.'));
}

/** Returns the id that a client gave, or a fresh one. */
export function usdmClientId(parameters: Parameters, name: string, freshId: () => string): string {
  const id = parameters.text(name);
  if (id === undefined) return freshId();
  if (!CLIENT_ID.test(id)) throw illegal(name, '^[\\.A-Z\\:/a-z0-9_-]{1,36}$');
  return id;
}

function checkNumbers(
  order: { readonly price: Decimal; readonly quantity: Decimal },
  of: UsdmSymbol,
  isMarket: boolean,
): void {
  const { price, quantity } = order;
  const lot = isMarket ? of.marketLot : of.lot;
  if (!quantity.isPositive()) throw new Refused(-4003, 'Quantity less than or equal to zero.');
  if (quantity.lessThan(Decimal.of(lot.min))) throw new Refused(-4004, 'Quantity less than min quantity.');
  if (quantity.greaterThan(Decimal.of(lot.max)))
    throw new Refused(-4005, 'Quantity greater than max quantity.');
  if (!isOnGrid(quantity, lot))
    throw new Refused(-1111, 'Precision is over the maximum defined for this asset.');
  if (!price.isZero() && !isOnGrid(price, of.price))
    throw new Refused(-4014, 'Price not increased by tick size.');
}
