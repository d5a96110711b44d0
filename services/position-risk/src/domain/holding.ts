import {
  type AccountId,
  Decimal,
  type Direction,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  type Position,
  type PositionId,
  type StrategyName,
  type TimeUs,
} from '@algo/model';

/**
 * Digits kept where a division can't be exact. What rounding
 * leaves stays in `cost`, so that a closed life adds up.
 */
const PLACES = 18;

/**
 * One life of a position, as fills made it. *Units*:
 * quantities base; cost, notionals, realised and fees quote.
 * *Shape*: `cost` is what the open quantity was entered for; quantity > 0 until the last reduction.
 */
export interface Holding {
  readonly id: PositionId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly averagePrice: Decimal;
  readonly entryNotional: Decimal;
  readonly exitQuantity: Decimal;
  readonly exitNotional: Decimal;
  readonly realized: Decimal;
  readonly fees: Decimal;
  readonly openedUs: TimeUs;
}

/** A part of a fill that goes one way. *Units*: quantity base, price quote, fee quote. */
export interface Lot {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
}

/** Returns a new life that begins with one lot. */
export function openHolding(
  identity: Pick<Holding, 'id' | 'instrument' | 'strategy' | 'direction' | 'openedUs'>,
  lot: Lot,
): Holding {
  const cost = lot.quantity.times(lot.price);
  return {
    ...identity,
    quantity: lot.quantity,
    cost,
    averagePrice: lot.price,
    entryNotional: cost,
    exitQuantity: Decimal.zero,
    exitNotional: Decimal.zero,
    realized: Decimal.zero,
    fees: lot.fee,
  };
}

/** Returns the holding with a lot added at its price. */
export function increaseHolding(holding: Holding, lot: Lot): Holding {
  const notional = lot.quantity.times(lot.price);
  const quantity = holding.quantity.plus(lot.quantity);
  const cost = holding.cost.plus(notional);
  return {
    ...holding,
    quantity,
    cost,
    averagePrice: cost.dividedBy(quantity, PLACES, 'half-even'),
    entryNotional: holding.entryNotional.plus(notional),
    fees: holding.fees.plus(lot.fee),
  };
}

/** Returns the holding with a lot taken off, its gain realised. *Shape*: the lot is at most what is held. */
export function reduceHolding(holding: Holding, lot: Lot): Holding {
  const quantity = holding.quantity.minus(lot.quantity);
  const costOut = quantity.isZero()
    ? holding.cost
    : holding.cost.times(lot.quantity).dividedBy(holding.quantity, PLACES, 'half-even');
  const notional = lot.quantity.times(lot.price);
  const gain = holding.direction === 'long' ? notional.minus(costOut) : costOut.minus(notional);
  return {
    ...holding,
    quantity,
    cost: holding.cost.minus(costOut),
    exitQuantity: holding.exitQuantity.plus(lot.quantity),
    exitNotional: holding.exitNotional.plus(notional),
    realized: holding.realized.plus(gain),
    fees: holding.fees.plus(lot.fee),
  };
}

/** Returns what the open quantity would gain at a price. *Units*: quote. */
export function unrealizedOf(holding: Holding, price: Decimal): Decimal {
  const value = holding.quantity.times(price);
  return holding.direction === 'long' ? value.minus(holding.cost) : holding.cost.minus(value);
}

/** Returns the mean price of what was taken off; the average entry price when nothing was. *Units*: quote. */
export function exitPriceOf(holding: Holding): Decimal {
  if (holding.exitQuantity.isZero()) return holding.averagePrice;
  return holding.exitNotional.dividedBy(holding.exitQuantity, PLACES, 'half-even');
}

/** Returns realised less fees in percent of all that was entered. *Units*: percent, 4 digits. */
export function returnPercentOf(holding: Holding): Decimal {
  const net = holding.realized.minus(holding.fees);
  return net.times(Decimal.of('100')).dividedBy(holding.entryNotional, 4, 'half-even');
}

/** Returns the holding in the shared vocabulary. */
export function positionOf(holding: Holding, account: AccountId): Position {
  const { id, instrument, strategy, direction, quantity, averagePrice, realized, fees, openedUs } = holding;
  return {
    id,
    account,
    instrument,
    strategy,
    direction,
    quantity,
    averagePrice,
    realized,
    fees,
    openedUs,
  };
}

/**
 * Returns a fill as a lot, its fee valued in quote: zero where it can't be, and `isFeeValued` says so. A fee
 * in the coin is valued at the fill's price, at which its lot counts as traded: so the cash of the fill adds
 * up.
 */
export function lotOf(
  fill: Fill,
  instrument: Instrument,
  assetPrice: (asset: string) => Decimal | null,
): { readonly lot: Lot; readonly isFeeValued: boolean } {
  const { price } = fill;
  const { baseChange, fee, feeAsset } = fillEffect(fill, instrument);
  const isInQuote = fee.isZero() || feeAsset === instrument.quote;
  const rate = isInQuote ? Decimal.one : feeAsset === instrument.base ? price : assetPrice(feeAsset);
  const lot = { quantity: baseChange.abs(), price, fee: rate === null ? Decimal.zero : fee.times(rate) };
  return { lot, isFeeValued: rate !== null };
}

/**
 * Returns the part of a lot's fee that falls on `quantity`
 * of it; the rest is for the other part, nothing is lost.
 */
export function splitLot(lot: Lot, quantity: Decimal): readonly [Lot, Lot] {
  const fee = lot.fee.times(quantity).dividedBy(lot.quantity, PLACES, 'half-even');
  return [
    { quantity, price: lot.price, fee },
    { quantity: lot.quantity.minus(quantity), price: lot.price, fee: lot.fee.minus(fee) },
  ];
}
