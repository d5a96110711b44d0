import type { Requests, RequestTerms, Ticket } from '@algo/bus';
import type { AccountId, Instrument } from '@algo/model';
import type { ExchangeVenue } from '@algo/venues';
import { type Compare, type ReconcileOwn, type ReconciliationReport, reconcile } from '../domain/index.ts';
import type { OwnBooks } from './own-books.ts';
import { VenueReading } from './venue-books.ts';

/** Reads both books and compares them, one question after the other. */
export class Comparison implements Requests<Compare, ReconcileOwn> {
  readonly #account: AccountId;
  readonly #own: OwnBooks;
  readonly #venue: ExchangeVenue;
  readonly #instruments: readonly Instrument[];

  constructor(parts: {
    readonly account: AccountId;
    readonly own: OwnBooks;
    readonly venue: ExchangeVenue;
    readonly instruments: readonly Instrument[];
  }) {
    this.#account = parts.account;
    this.#own = parts.own;
    this.#venue = parts.venue;
    this.#instruments = parts.instruments;
  }

  terms(): RequestTerms {
    return { key: 'compare', priority: 0, effect: 'again', withdraws: false };
  }

  withdrawn(): ReconcileOwn[] {
    return [];
  }

  carryOut({ ask }: Compare, ticket: Ticket<ReconcileOwn>): void {
    this.#compare(ask, (came) =>
      ticket.settle([
        came instanceof Error
          ? { name: 'CompareFailed', body: { ask, reason: came.message } }
          : { name: 'Compared', body: { ask, report: came } },
      ]),
    );
  }

  #compare(
    { epoch, timeUs: asOfUs }: Compare['ask'],
    done: (came: ReconciliationReport | Error) => void,
  ): void {
    const account = this.#account;
    this.#own.read((reading) => {
      if (reading instanceof Error) return done(reading);
      const { books: local, fillsSinceUs } = reading;
      const about = {
        ...{
          account,
          epoch,
          asOfUs,
          fillsSinceUs,
          instruments: this.#instruments,
          holdsCoins: !this.#venue.capabilities.shortSelling,
          openingBalances: null,
        },
      };
      new VenueReading(this.#venue, account, local, fillsSinceUs, (books) =>
        done(books instanceof Error ? books : reconcile(local, books, about)),
      ).begin();
    });
  }
}
