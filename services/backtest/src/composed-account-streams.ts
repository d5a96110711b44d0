import type { Fact } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { AccountHearer, AccountStream } from '@algo/venues';

/**
 * The account streams of a composition: what the exchange's ledger does is told at once, in its order. There
 * is no socket that could break.
 */
export class ComposedAccountStreams {
  readonly #hearers = new Map<string, AccountHearer>();

  stream(account: AccountId): AccountStream {
    return {
      open: (hear) => {
        this.#hearers.set(account, hear);
        hear.connected();
      },
      [Symbol.asyncDispose]: async () => void this.#hearers.delete(account),
    };
  }

  /** Tells of it where it is something that happened at the exchange. */
  take({ name, body }: Fact): void {
    switch (name) {
      case 'VenueFilled':
        this.#hearers.get(body.fill.account)?.event(body);
        return;
      case 'VenueCanceled':
      case 'VenueExpired':
      case 'VenueCashMoved':
        this.#hearers.get(body.account)?.event(body);
        return;
      default:
    }
  }
}
