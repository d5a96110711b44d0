import type { Fact } from '@algo/contracts';
import { type CashMove, Decimal } from '@algo/model';

/** What no trade moved of one asset for one reason, in all. *Units*: `amount` in the asset, signed. */
export type ListedCash = Pick<CashMove, 'asset' | 'reason' | 'amount'>;

/** Adds up the cash that no trade moved, by asset and reason; each fact must be given once. */
export class CashList {
  readonly #sums = new Map<string, ListedCash>();

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name !== 'CashMoved') return;
    const { asset, reason } = body;
    const key = `${asset} ${reason}`;
    const amount = (this.#sums.get(key)?.amount ?? Decimal.zero).plus(body.amount);
    this.#sums.set(key, { asset, reason, amount });
  }

  /** Returns the sums, what moved first standing first. */
  all(): readonly ListedCash[] {
    return [...this.#sums.values()];
  }
}
