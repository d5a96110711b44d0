import { Decimal } from '@algo/model';

/** *Units*: hundred-millionths. *Shape*: without a price it takes what is there; `owner` may be anybody. */
export interface EngineOrder {
  readonly id: string;
  readonly owner: string;
  readonly side: 'buy' | 'sell';
  readonly price: bigint | undefined;
  readonly quantity: bigint;
}

/** Two orders that met, at the price of the one that rested. */
export interface EngineMatch {
  readonly maker: EngineOrder;
  readonly taker: EngineOrder;
  readonly price: bigint;
  readonly quantity: bigint;
}

const PLACES = 8;

/** Returns hundred-millionths as a decimal, and back. */
export function decimalOf(units: bigint): Decimal {
  return Decimal.scaled(units, PLACES);
}

export function unitsOfDecimal(value: Decimal): bigint {
  const { units, scale } = value.rounded(PLACES, 'down');
  return units * 10n ** BigInt(PLACES - scale);
}
