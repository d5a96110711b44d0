import {
  type AccountId,
  type ClientOrderId,
  Decimal,
  hashId,
  type OrderRequest,
  type TimeUs,
  venueOrderId,
} from '@algo/model';
import type { PaperBooks } from './paper-books.ts';
import { filterRefusal, type Refusal, wholeCount } from './paper-filters.ts';
import type { PaperMarket } from './paper-market.ts';
import { isReached, type PaperOrder } from './paper-matching.ts';
import { OPEN_ORDERS_MAX } from './paper-settings.ts';
import { referenceTicks } from './paper-tape.ts';

const BAND_PLACES = 8;

export type Filtered =
  | { readonly type: 'passed'; readonly order: PaperOrder; readonly market: PaperMarket }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/**
 * Returns the order that a request becomes, alive from `liveUs`, or why the venue's filters don't pass it:
 * what can be said without looking at orders and balances. Books nothing. `replaces` says whether it comes in
 * the place of a stop.
 */
export function filtered(
  books: PaperBooks,
  request: OrderRequest,
  liveUs: TimeUs,
  replaces: boolean,
): Filtered {
  const { account, clientOrderId, instrument } = request;
  if (!books.ledger.has(account)) return refused('unknown_account', account);
  if (books.spent(account, clientOrderId)) return refused('duplicate', `${clientOrderId} was used before`);
  const market = books.markets.get(instrument);
  if (market === undefined) return refused('unknown_instrument', instrument);
  if (books.setup.lacksSide(account, instrument)) return refused('position_mode', 'hedge');
  const reference = referenceTicks(market.tape, request.side === 'buy', liveUs);
  if (reference === null) return refused('no_trades_yet', instrument);
  const refusal =
    filterRefusal(request, market.rules, market.price(reference)) ??
    bandRefusal(books, request, market.price(reference));
  if (refusal !== null) return { type: 'refused', refusal };
  return { type: 'passed', order: newOrder(request, market, liveUs, reference, replaces), market };
}

/**
 * Returns why the venue doesn't take an order that its filters have passed, or null. `replaced` is the order
 * in whose place it comes: as if that were out of the books.
 */
export function admissionRefusal(
  books: PaperBooks,
  order: PaperOrder,
  market: PaperMarket,
  replaced: PaperOrder | null,
): Refusal | null {
  const openMax = OPEN_ORDERS_MAX + (replaced === null ? 0 : 1);
  if (books.openOrders(order.request.account).length >= openMax)
    return { code: 'too_many_open_orders', detail: `max=${OPEN_ORDERS_MAX}` };
  return triggerRefusal(order, market) ?? fundsRefusal(books, order, market, replaced);
}

/** Returns why positions and balances don't bear an order, or null; `replaced` as with `admissionRefusal`. */
export function fundsRefusal(
  books: PaperBooks,
  order: PaperOrder,
  market: PaperMarket,
  replaced: PaperOrder | null,
): Refusal | null {
  return (
    reduceRefusal(books, order, market) ??
    shortRefusal(books, order, market, replaced) ??
    balanceRefusal(books, order, market)
  );
}

/** Says that an order isn't there any more, or never was. */
export function overRefusal(books: PaperBooks, account: AccountId, id: ClientOrderId): Refusal {
  const order = books.find(account, id);
  const isEnded = order !== undefined || books.spent(account, id);
  return { code: isEnded ? 'order_ended' : 'unknown_order', detail: order?.status ?? id };
}

function newOrder(
  request: OrderRequest,
  market: PaperMarket,
  liveUs: TimeUs,
  reference: number,
  replaces: boolean,
): PaperOrder {
  const { prices, quantities } = market.rules;
  const { limitPrice, triggerPrice } = request;
  const limitTicks = limitPrice === null ? null : wholeCount(limitPrice, prices);
  return {
    request,
    venueOrderId: venueOrderId(hashId('paper-order', request.account, request.clientOrderId)),
    lots: wholeCount(request.quantity, quantities) ?? 0,
    limitTicks,
    triggerTicks: triggerPrice === null ? null : wholeCount(triggerPrice, prices),
    // A sell limit below the market sells at the market, so that is what a short must be backed with.
    reserveTicks:
      limitTicks === null ? reference : request.side === 'buy' ? limitTicks : Math.max(limitTicks, reference),
    reduces: request.reduceOnly || triggerPrice !== null || replaces,
    acceptedUs: liveUs,
    liveUs,
    waits: replaces,
    status: 'open',
    endedUs: 0,
    filledLots: 0,
    fills: 0,
    cancel: null,
    arrival: null,
  };
}

/** A stop that the last print would let go. */
function triggerRefusal(order: PaperOrder, market: PaperMarket): Refusal | null {
  const { last } = market.tape;
  if (last === null || !isReached(order, last.ticks)) return null;
  const { triggerPrice } = order.request;
  return { code: 'would_trigger', detail: `triggerPrice=${triggerPrice} price=${market.price(last.ticks)}` };
}

function reduceRefusal(
  books: PaperBooks,
  { request, reduces }: PaperOrder,
  market: PaperMarket,
): Refusal | null {
  if (!reduces || books.funds.reducibleLots(market, request) > 0) return null;
  const held = books.ledger.quantity(request.account, request.instrument);
  return { code: 'nothing_to_reduce', detail: `side=${request.side} position=${held}` };
}

function bandRefusal(books: PaperBooks, { limitPrice }: OrderRequest, reference: Decimal): Refusal | null {
  const { priceBand } = books.vices;
  if (priceBand === 0 || limitPrice === null) return null;
  const away = limitPrice.minus(reference).abs();
  if (!away.greaterThan(reference.times(Decimal.fromNumber(priceBand, BAND_PLACES)))) return null;
  const detail = `limitPrice=${limitPrice} price=${reference} band=${priceBand}`;
  return { code: 'price_band', detail, retryAfterMs: 0 };
}

function shortRefusal(
  books: PaperBooks,
  { request: { account, side, quantity } }: PaperOrder,
  market: PaperMarket,
  replaced: PaperOrder | null,
): Refusal | null {
  const { market: kind, base } = market.rules.instrument;
  if (books.vices.spotNoShort === 0 || kind !== 'spot' || side === 'buy') return null;
  const unlocked = replaced?.request.side === 'sell' ? replaced.lots - replaced.filledLots : 0;
  const free = books.funds.freeBase(account, market).plus(market.quantity(unlocked));
  if (!quantity.greaterThan(free)) return null;
  return { code: 'insufficient_balance', detail: `asset=${base} needed=${quantity} free=${free}` };
}

/** An order that grows no position needs no free cash; any other needs its whole notional and fee. */
function balanceRefusal(books: PaperBooks, order: PaperOrder, market: PaperMarket): Refusal | null {
  const { account } = order.request;
  const asset = market.rules.instrument.quote;
  const before = books.funds.usedMargin(account, asset, null);
  const after = books.funds.usedMargin(account, asset, order);
  const total = books.ledger.cash(account, asset);
  if (!after.greaterThan(before) || !after.greaterThan(total)) return null;
  const detail = `asset=${asset} needed=${after.minus(before)} free=${total.minus(before)}`;
  return { code: 'insufficient_balance', detail };
}

function refused(code: Refusal['code'], detail: string): Filtered {
  return { type: 'refused', refusal: { code, detail } };
}
