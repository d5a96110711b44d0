/** How coins come or go. `freed`: a person takes away what works there first, so that nothing locks them. */
export const COIN_WAYS = ['deposit', 'airdrop', 'withdrawal', 'freed'] as const;

/**
 * Coins come to an account or leave it, and nobody trades. *Shape*: `of` an instrument whose coin it is, the
 * coin that fees are paid with, or one that nobody trades. *Units*: `worth` quote, of what comes; `share` of
 * what is free, of what goes: above 1 the exchange refuses it.
 */
export interface CoinStep {
  readonly does: 'coins';
  readonly of: number | 'fees' | 'nobody';
  readonly way: (typeof COIN_WAYS)[number];
  readonly worth: number;
  readonly share: number;
}
