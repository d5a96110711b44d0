import { Decimal } from './decimal.ts';
import type { AssetClass } from './instrument.ts';

/**
 * How far a stop trails behind the best price when nobody says otherwise. A trading configuration says
 * otherwise for regular instruments alone: its distance would stop a meme out on noise. *Units*: share of
 * price.
 */
export const TRAILING_DISTANCES: Readonly<Record<AssetClass, Decimal>> = {
  regular: Decimal.of('0.005'),
  meme: Decimal.of('0.175'),
};
