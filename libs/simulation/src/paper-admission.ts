import { Decimal, hashId, type OrderRequest, type TimeUs, venueOrderId } from '@algo/model';
import type { PaperBooks } from './paper-books.ts';
import { filterRefusal, type Refusal, wholeCount } from './paper-filters.ts';
import type { PaperMarket } from './paper-market.ts';
import type { PaperOrder } from './paper-matching.ts';
import { OPEN_ORDERS_MAX, ORDER_IDS_MAX } from './paper-settings.ts';
import { referenceTicks } from './paper-tape.ts';

const BAND_PLACES = 8;

export type Admission =
  | { readonly type: 'admitted'; readonly order: PaperOrder; readonly market: PaperMarket }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/**
 * Returns the order that a request becomes, alive from `liveUs`, or why the venue doesn't take it. Books
 * nothing.
 */
export function admit(books: PaperBooks, request: OrderRequest, liveUs: TimeUs): Admission {
  const { account, clientOrderId, instrument } = request;
  if (!books.ledger.has(account)) return refused('unknown_account', account);
  if (books.spent(account, clientOrderId)) return refused('duplicate', `${clientOrderId} was used before`);
  const market = books.markets.get(instrument);
  if (market === undefined) return refused('unknown_instrument', instrument);
  const reference = referenceTicks(market.tape, request.side === 'buy', liveUs);
  if (reference === null) return refused('no_trades_yet', instrument);
  const filtered = filterRefusal(request, market.rules, market.price(reference));
  if (filtered !== null) return { type: 'refused', refusal: filtered };
  const outside = bandRefusal(books, request, market.price(reference));
  if (outside !== null) return { type: 'refused', refusal: outside };
  if (books.openOrders(account).length >= OPEN_ORDERS_MAX)
    return refused('too_many_open_orders', `max=${OPEN_ORDERS_MAX}`);
  if (books.history.ids.size >= ORDER_IDS_MAX) return refused('order_ids_exhausted', `max=${ORDER_IDS_MAX}`);
  const order = newOrder(request, market, liveUs, reference);
  const refusal =
    reduceRefusal(books, order, market) ??
    shortRefusal(books, request, market) ??
    balanceRefusal(books, order, market);
  return refusal === null ? { type: 'admitted', order, market } : { type: 'refused', refusal };
}

function newOrder(request: OrderRequest, market: PaperMarket, liveUs: TimeUs, reference: number): PaperOrder {
  const { prices, quantities } = market.rules;
  const limitTicks = request.limitPrice === null ? null : wholeCount(request.limitPrice, prices);
  return {
    request,
    venueOrderId: venueOrderId(hashId('paper-order', request.account, request.clientOrderId)),
    lots: wholeCount(request.quantity, quantities) ?? 0,
    limitTicks,
    // A sell limit below the market sells at the market, so that is what a short must be backed with.
    reserveTicks:
      limitTicks === null ? reference : request.side === 'buy' ? limitTicks : Math.max(limitTicks, reference),
    liveUs,
    status: 'open',
    filledLots: 0,
    fills: 0,
    cancelUs: null,
    arrival: null,
  };
}

function reduceRefusal(books: PaperBooks, { request }: PaperOrder, market: PaperMarket): Refusal | null {
  if (!request.reduceOnly || books.reducibleLots(market, request) > 0) return null;
  const held = books.ledger.quantity(request.account, request.instrument);
  return { code: 'nothing_to_reduce', detail: `side=${request.side} position=${held}` };
}

function bandRefusal(books: PaperBooks, { limitPrice }: OrderRequest, reference: Decimal): Refusal | null {
  const { priceBand } = books.vices;
  if (priceBand === 0 || limitPrice === null) return null;
  const away = limitPrice.minus(reference).abs();
  if (!away.greaterThan(reference.times(Decimal.fromNumber(priceBand, BAND_PLACES)))) return null;
  return { code: 'price_band', detail: `limitPrice=${limitPrice} price=${reference} band=${priceBand}` };
}

function shortRefusal(
  books: PaperBooks,
  { account, side, quantity }: OrderRequest,
  market: PaperMarket,
): Refusal | null {
  const { market: kind, base } = market.rules.instrument;
  if (books.vices.spotNoShort === 0 || kind !== 'spot' || side === 'buy') return null;
  const free = books.freeBase(account, market);
  if (!quantity.greaterThan(free)) return null;
  return { code: 'insufficient_balance', detail: `asset=${base} needed=${quantity} free=${free}` };
}

/** An order that grows no position needs no free cash; any other needs its whole notional and fee. */
function balanceRefusal(books: PaperBooks, order: PaperOrder, market: PaperMarket): Refusal | null {
  const { account } = order.request;
  const asset = market.rules.instrument.quote;
  const before = books.usedMargin(account, asset, null);
  const after = books.usedMargin(account, asset, order);
  const total = books.ledger.cash(account, asset);
  if (!after.greaterThan(before) || !after.greaterThan(total)) return null;
  const detail = `asset=${asset} needed=${after.minus(before)} free=${total.minus(before)}`;
  return { code: 'insufficient_balance', detail };
}

function refused(code: Refusal['code'], detail: string): Admission {
  return { type: 'refused', refusal: { code, detail } };
}
