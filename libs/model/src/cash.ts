import type { Decimal } from './decimal.ts';
import type { AccountId } from './ids.ts';
import type { TimeUs } from './time.ts';

/** Why cash moved that no trade moved: people did, or holding something earned or cost it. */
export type CashReason = 'deposit' | 'withdrawal' | 'funding' | 'other';

/**
 * Money that came to an account or left it, and no trade's. *Units*: `amount` in the asset, signed: above
 * zero it came. *Shape*: `venueMoveId` the venue's own name for it, never given twice in one account.
 */
export interface CashMove {
  readonly venueMoveId: string;
  readonly account: AccountId;
  readonly asset: string;
  readonly amount: Decimal;
  readonly reason: CashReason;
  readonly timeUs: TimeUs;
}

/** Cash of an account moved; said once for each move, however often the venue tells of it. */
export interface CashMoved extends CashMove {
  readonly type: 'CashMoved';
}

/** Says whether people moved it: such cash is nobody's profit or loss. */
export function isTransfer({ reason }: Pick<CashMove, 'reason'>): boolean {
  return reason === 'deposit' || reason === 'withdrawal';
}
