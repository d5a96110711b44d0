import type { Requests, RequestTerms, Ticket } from '@algo/bus';
import { type AccountId, type Instrument, US_PER_HOUR } from '@algo/model';
import type { ExchangeVenue } from '@algo/venues';
import { type Compare, type ReconcileOwn, type ReconciliationReport, reconcile } from '../domain/index.ts';
import type { OwnBooks } from './own-books.ts';
import { readVenueBooks } from './venue-books.ts';

/** Fills are compared from this long before our newest one. */
const LOOK_BACK_US = US_PER_HOUR;
/** Among so many of our last fills the newest is looked for: they are told in no strict order. */
const NEWEST_AMONG = 1_000;

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
    this.#compare(ask).then(
      (report) => ticket.settle([{ name: 'Compared', body: { ask, report } }]),
      (error: Error) => ticket.settle([{ name: 'CompareFailed', body: { ask, reason: error.message } }]),
    );
  }

  async #compare({ epoch, timeUs: asOfUs }: Compare['ask']): Promise<ReconciliationReport> {
    const local = await this.#own.read();
    const newestUs = Math.max(0, ...local.fills.slice(-NEWEST_AMONG).map((fill) => fill.timeUs));
    const fillsSinceUs = Math.max(0, newestUs - LOOK_BACK_US);
    const books = await readVenueBooks(this.#venue, this.#account, local, fillsSinceUs);
    return reconcile(local, books, {
      account: this.#account,
      epoch,
      asOfUs,
      fillsSinceUs,
      instruments: this.#instruments,
      openingBalances: null,
      authoritativeAbsence: this.#venue.capabilities.authoritativeAbsence,
    });
  }
}
