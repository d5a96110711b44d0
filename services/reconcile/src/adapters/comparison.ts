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

  /** What is ours is read before the venue's answer, and what became of our orders once more behind it. */
  #compare(
    { epoch, timeUs: asOfUs }: Compare['ask'],
    done: (came: ReconciliationReport | Error) => void,
  ): void {
    const account = this.#account;
    const about = {
      ...{ account, epoch, asOfUs, instruments: this.#instruments, openingBalances: null },
      holdsCoins: !this.#venue.capabilities.shortSelling,
    };
    this.#own.read((before) => {
      if (before instanceof Error) return done(before);
      new VenueReading(this.#venue, account, before, (theirs) => {
        if (theirs instanceof Error) return done(theirs);
        this.#own.readOn((since) =>
          done(
            since instanceof Error
              ? since
              : reconcile({ ...before, ...since }, theirs, { ...about, fillsSinceUs: before.fillsSinceUs }),
          ),
        );
      }).begin();
    });
  }
}
