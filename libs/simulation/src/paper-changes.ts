import type { AccountId, CashMove, Fill, TimeUs, VenueBalance, VenueOrder, VenuePosition } from '@algo/model';

/**
 * What an account was like before one thing happened to it. *Shape*: `order` as it was, null when it was not
 * in the books; `fill` and `move` null when the change was none.
 */
export interface PaperChange {
  readonly account: AccountId;
  readonly key: string;
  /** When it happened. */
  readonly timeUs: TimeUs;
  readonly order: VenueOrder | null;
  readonly fill: Fill | null;
  readonly move: CashMove | null;
  readonly positions: readonly VenuePosition[];
  readonly balances: readonly VenueBalance[];
}
