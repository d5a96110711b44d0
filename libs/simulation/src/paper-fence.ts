import type { AccountId } from '@algo/model';
import type { Refusal } from './paper-filters.ts';

/**
 * Keeps out a sender whose lease is over: once an account has shown an epoch, what carries an older one is
 * refused for ever. Bounded by the accounts that wrote.
 */
export class PaperFence {
  private readonly epochs: Map<AccountId, number>;

  /** Begins with the newest epoch that each account has shown. */
  constructor(epochs: ReadonlyMap<AccountId, number>) {
    this.epochs = new Map(epochs);
  }

  /** Returns why a write of this epoch is refused; null lets it pass, and the epoch counts from here on. */
  refusal(account: AccountId, epoch: number): Refusal | null {
    const newest = this.epochs.get(account) ?? 0;
    if (epoch < newest)
      return { code: 'epoch_over', detail: `epoch ${epoch} is over, epoch ${newest} has begun` };
    if (epoch > newest) this.epochs.set(account, epoch);
    return null;
  }

  snapshot(): ReadonlyMap<AccountId, number> {
    return new Map(this.epochs);
  }
}
