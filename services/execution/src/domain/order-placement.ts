import {
  type ClosePosition,
  Decimal,
  entrySide,
  exitSide,
  type Instrument,
  MARKET_TRAITS,
  type OrderRequest,
  type PlaceOrder,
  type ProtectPosition,
  type Side,
} from '@algo/model';
import { clientOrderIdOf, nextAttemptIdOf } from './client-order-id.ts';
import type { Attempts } from './order-ledger.ts';
import type { ReferencePrice } from './reference-price.ts';

/** From this attempt on an exit takes any price: three that stayed within a cap have failed. */
export const EXIT_AT_ANY_PRICE_ATTEMPT = 4;

/** How exits go out: at the market, or as IOC limits that widen with each attempt. */
export type ExitStyle = 'market' | 'ioc_limit';

/**
 * Returns the order that an entry command becomes, rounded to the venue's rules: never more quantity, never a
 * worse price than asked. A market entry becomes an IOC limit `marketCap` from the last trade (C3); without a
 * last trade it stays a market order, which the stale-market control denies. A post-only entry stands at the
 * last trade at best, and a tick further away with each attempt; it asks for what the attempts before can no
 * longer fill.
 */
export function entryRequest(
  command: PlaceOrder,
  instrument: Instrument,
  reference: ReferencePrice | null,
  marketCap: Decimal,
  earlier: Attempts,
): OrderRequest {
  const side = entrySide(command.direction);
  const capped = command.orderType === 'market' && reference !== null;
  const away = instrument.priceTick.times(Decimal.scaled(BigInt(earlier.count), 0));
  const price = capped
    ? cappedPrice(side, reference, marketCap)
    : command.timeInForce === 'post_only' && reference !== null
      ? waitingPrice(side, command.limitPrice, reference.price, away)
      : command.limitPrice;
  const limitPrice = price === null ? null : toTick(side, price, instrument);
  return {
    clientOrderId:
      earlier.last === null ? clientOrderIdOf(command) : nextAttemptIdOf(command.account, earlier.last),
    account: command.account,
    instrument: command.instrument,
    side,
    type: limitPrice === null ? 'market' : 'limit',
    timeInForce: command.orderType === 'market' ? 'ioc' : command.timeInForce,
    quantity: command.quantity.minus(earlier.sent).toStep(instrument.quantityStep, 'down'),
    limitPrice,
    triggerPrice: null,
    reduceOnly: false,
  };
}

/**
 * Returns the order that leaves a position. *Shape*: immediate, reduce-only where the market knows it;
 * `within` null to go at the market, as when no fresh price is known: an exit must not wait for a price.
 * `reducesThere` false where what others hold beside ours makes the venue's position one of the other side.
 */
export function exitRequest(
  command: ClosePosition,
  instrument: Instrument,
  quantity: Decimal,
  within: { readonly reference: ReferencePrice; readonly marketCap: Decimal } | null,
  reducesThere = true,
): OrderRequest {
  const side = exitSide(command.direction);
  const limited = within !== null && command.attempt < EXIT_AT_ANY_PRICE_ATTEMPT;
  const widening = Decimal.of(String(Math.max(1, command.attempt)));
  const price = limited ? cappedPrice(side, within.reference, within.marketCap.times(widening)) : null;
  return {
    clientOrderId: clientOrderIdOf(command),
    account: command.account,
    instrument: command.instrument,
    side,
    type: price === null ? 'market' : 'limit',
    timeInForce: 'ioc',
    quantity,
    limitPrice: price === null ? null : toTick(side, price, instrument),
    triggerPrice: null,
    reduceOnly: reducesThere && MARKET_TRAITS[instrument.market].knowsReduceOnly,
  };
}

/** Returns the stop that rests at the venue for a position, its trigger on the tick away from the market. */
export function protectionRequest(
  command: ProtectPosition,
  instrument: Instrument,
  quantity: Decimal,
): OrderRequest {
  const side = exitSide(command.direction);
  return {
    clientOrderId: clientOrderIdOf(command),
    account: command.account,
    instrument: command.instrument,
    side,
    type: 'stop',
    timeInForce: 'gtc',
    quantity,
    limitPrice: null,
    triggerPrice: command.triggerPrice.toStep(instrument.priceTick, side === 'sell' ? 'down' : 'up'),
    reduceOnly: MARKET_TRAITS[instrument.market].knowsReduceOnly,
  };
}

function cappedPrice(side: Side, { price }: ReferencePrice, cap: Decimal): Decimal {
  return price.times(side === 'buy' ? Decimal.one.plus(cap) : Decimal.one.minus(cap));
}

/** Never worse than asked, and so far away from the last trade that it should not take. */
function waitingPrice(side: Side, asked: Decimal | null, last: Decimal, away: Decimal): Decimal {
  const behind = side === 'buy' ? last.minus(away) : last.plus(away);
  const asksLess = asked !== null && (side === 'buy' ? asked.lessThan(behind) : asked.greaterThan(behind));
  return asksLess ? asked : behind;
}

/** A buyer's price goes down to the tick and a seller's up: never worse than asked. */
function toTick(side: Side, price: Decimal, instrument: Instrument): Decimal {
  return price.toStep(instrument.priceTick, side === 'buy' ? 'down' : 'up');
}
