import { SIDE_UNREADABLE, type TradeRefusalCode } from '@algo/model';
import { isTradeTime, type RawTrades } from './raw-trades.ts';

/** Returns whether a number can be the id of a trade; false for NaN. */
export function isTradeId(id: number): boolean {
  return id >= 0 && id <= Number.MAX_SAFE_INTEGER;
}

/** Returns why row `i` can't be a trade, whatever came before it; undefined when it can. */
export function faultOf(raw: RawTrades, i: number): TradeRefusalCode | undefined {
  if (!isTradeTime(raw.timeUs[i]!) || raw.side[i] === SIDE_UNREADABLE) return 'UNREADABLE_ROW';
  // Written so that NaN fails every comparison.
  const price = raw.price[i]!;
  if (!(price > 0 && price < Number.POSITIVE_INFINITY)) return 'PRICE_NOT_POSITIVE';
  const quantity = raw.quantity[i]!;
  if (!(quantity > 0 && quantity < Number.POSITIVE_INFINITY)) return 'QUANTITY_NOT_POSITIVE';
  return undefined;
}
