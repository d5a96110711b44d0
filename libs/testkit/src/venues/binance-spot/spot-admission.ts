import type { Parameters } from '../binance-account/parameters.ts';
import { Refused } from '../binance-account/refused.ts';
import type { SpotBooks } from './spot-books.ts';
import { newOrder, symbolOf } from './spot-entry.ts';
import { checkFilters } from './spot-filters.ts';
import type { NewSpotOrder } from './spot-order.ts';

/** Returns the order that is asked for. *Errors*: Refused where it breaks a rule of its symbol or account. */
export function admitted(books: SpotBooks, account: string, parameters: Parameters): NewSpotOrder {
  const of = symbolOf(parameters, books.symbols);
  const order = newOrder(parameters, of, books.freshId);
  if (!books.accounts.get(account)!.canTrade)
    throw new Refused(-2010, 'This account may not place or cancel orders.');
  checkFilters(order, of, {
    status: books.status(of.symbol),
    reference: (minutes) => books.reference(of.symbol, minutes),
    open: books.orders.open(of.symbol).filter((open) => open.account === account),
  });
  return order;
}
