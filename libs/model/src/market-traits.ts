import type { Market } from './instrument.ts';

/** In what markets differ, so far as our rules ask. */
export interface MarketTraits {
  /** A buyer receives the coin itself, so that a fee taken in the coin leaves less of it. */
  readonly deliversBase: boolean;
  /**
   * The venue takes reduce-only orders. Elsewhere we alone keep an exit from opening anything, by cutting it
   * to our own position: asked for it all the same, a venue that nets would refuse an exit whose counterpart
   * we hold as dust.
   */
  readonly knowsReduceOnly: boolean;
  /** Nothing but fills and transfers moves balances: no funding, no swap, no gas. */
  readonly balancesFollowFills: boolean;
}

const DELIVERING: MarketTraits = {
  deliversBase: true,
  knowsReduceOnly: false,
  balancesFollowFills: true,
};
const ON_MARGIN: MarketTraits = {
  deliversBase: false,
  knowsReduceOnly: true,
  balancesFollowFills: false,
};

/** The traits of each market. */
export const MARKET_TRAITS: Readonly<Record<Market, MarketTraits>> = {
  spot: DELIVERING,
  dex: { ...DELIVERING, balancesFollowFills: false },
  perp: ON_MARGIN,
  forex: ON_MARGIN,
};
