import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { filterFailure, Refused } from '../binance-account/refused.ts';
import { isOnGrid } from '../binance-account/symbol-rules.ts';
import { isConditional, type NewSpotOrder, type SpotOrder } from './spot-order.ts';
import type { Multipliers, SpotSymbol, SymbolStatus } from './spot-symbol.ts';

const PLACES = 16;

/** What filters look at beside the order. */
export interface FilterView {
  readonly status: SymbolStatus;
  /** The price that an order without one is valued at; null before any trade. */
  readonly reference: (minutes: number) => Decimal | null;
  /** What the account has open on the symbol; what a replacement takes away still counts. */
  readonly open: readonly SpotOrder[];
}

/** *Errors*: Refused where an order breaks a rule of its symbol. *Source*: filters.md. */
export function checkFilters(order: NewSpotOrder, of: SpotSymbol, view: FilterView): void {
  // unverified: the code; ccxt maps this text with it.
  if (view.status !== 'TRADING') throw new Refused(-1013, 'Market is closed.');
  for (const price of [order.price, order.stopPrice ?? Decimal.zero])
    if (!price.isZero() && !isOnGrid(price, of.price)) throw filterFailure('PRICE_FILTER');
  if (order.price.isZero() && order.type.includes('LIMIT')) throw filterFailure('PRICE_FILTER');
  checkQuantity(order, of);
  checkPercent(order, of, view);
  checkNotional(order, of, view);
  if (view.open.length >= of.maxNumOrders) throw filterFailure('MAX_NUM_ORDERS');
  const algos = view.open.filter(isConditional).length;
  if (isConditional(order) && algos >= of.maxNumAlgoOrders) throw filterFailure('MAX_NUM_ALGO_ORDERS');
}

function checkQuantity({ quantity, quoteQuantity, type }: NewSpotOrder, of: SpotSymbol): void {
  if (quoteQuantity.isPositive()) return;
  if (!isOnGrid(quantity, of.lot)) throw filterFailure('LOT_SIZE');
  if (type === 'MARKET' && !isOnGrid(quantity, of.marketLot)) throw filterFailure('MARKET_LOT_SIZE');
}

function checkPercent(order: NewSpotOrder, of: SpotSymbol, { reference }: FilterView): void {
  const average = reference(of.percent.avgPriceMins);
  if (average === null || order.price.isZero()) return;
  if (!isWithin(order.price, average, order.side, of.percent)) throw filterFailure('PERCENT_PRICE_BY_SIDE');
}

/** Returns whether a price is within a side's factors of another. */
export function isWithin(
  price: Decimal,
  reference: Decimal,
  side: NewSpotOrder['side'],
  { bidUp, bidDown, askUp, askDown }: Multipliers,
): boolean {
  const [up, down] = side === 'BUY' ? [bidUp, bidDown] : [askUp, askDown];
  const [most, least] = [up, down].map((factor) => reference.times(Decimal.of(factor)));
  return !price.greaterThan(most!) && !price.lessThan(least!);
}

function checkNotional(order: NewSpotOrder, of: SpotSymbol, { reference }: FilterView): void {
  const { min, max, applyMinToMarket, applyMaxToMarket, avgPriceMins } = of.notional;
  const isPriced = order.price.isPositive();
  const price = isPriced ? order.price : (order.stopPrice ?? reference(avgPriceMins));
  const worth = order.quoteQuantity.isPositive()
    ? order.quoteQuantity
    : price === null
      ? null
      : price.times(order.quantity);
  if (worth === null) return;
  const isTooLittle = worth.lessThan(Decimal.of(min)) && (isPriced || applyMinToMarket);
  const isTooMuch = worth.greaterThan(Decimal.of(max)) && (isPriced || applyMaxToMarket);
  if (isTooLittle || isTooMuch) throw filterFailure('NOTIONAL');
}

/** Returns the average price of so many minutes, by volume; the last price where nothing traded. */
export function averagePrice(trades: readonly TapeTrade[], minutes: number, nowMs: number): Decimal | null {
  const last = trades.at(-1);
  if (last === undefined) return null;
  const fromUs = (nowMs - minutes * 60_000) * 1_000;
  let [worth, quantity] = [Decimal.zero, Decimal.zero];
  for (let i = trades.length - 1; i >= 0 && minutes > 0 && trades[i]!.timeUs >= fromUs; i--) {
    const size = Decimal.of(trades[i]!.quantity);
    worth = worth.plus(Decimal.of(trades[i]!.price).times(size));
    quantity = quantity.plus(size);
  }
  return quantity.isZero() ? Decimal.of(last.price) : worth.dividedBy(quantity, PLACES, 'down');
}
