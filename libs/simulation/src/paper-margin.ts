import { Decimal } from '@algo/model';
import type { PaperMarket } from './paper-market.ts';
import type { PaperOrder } from './paper-matching.ts';

/**
 * Returns the quote that orders of one account tie up in a market: the part of each side that would grow the
 * position beyond `held`, at the price it was reserved at, with the taker fee. What only reduces ties up
 * nothing.
 * *Units*: `held` base, signed; `takerRate` share of notional.
 */
export function reservedMargin(
  market: PaperMarket,
  orders: readonly PaperOrder[],
  held: Decimal,
  takerRate: Decimal,
): Decimal {
  if (orders.length === 0) return Decimal.zero;
  const heldLots = held.dividedBy(market.rules.quantities.size, 0, 'down').toNumber();
  let coveredByShort = Math.max(0, -heldLots);
  let coveredByLong = Math.max(0, heldLots);
  let notional = Decimal.zero;
  for (const order of orders) {
    if (order.reduces) continue;
    const leaves = order.lots - order.filledLots;
    const covered = Math.min(leaves, order.request.side === 'buy' ? coveredByShort : coveredByLong);
    if (order.request.side === 'buy') coveredByShort -= covered;
    else coveredByLong -= covered;
    notional = notional.plus(market.quantity(leaves - covered).times(market.price(order.reserveTicks)));
  }
  const fee = takerRate.isPositive() ? takerRate : Decimal.zero;
  return notional.times(Decimal.one.plus(fee));
}
