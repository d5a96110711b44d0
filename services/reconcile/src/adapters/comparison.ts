import type { Requests, RequestTerms, Ticket } from '@algo/bus';
import { type AccountId, fillKey, type Instrument, type InstrumentId, US_PER_MS } from '@algo/model';
import type { ExchangeVenue, Urgency } from '@algo/venues';
import {
  type BooksSince,
  type Compare,
  isAlike,
  type OwnReading,
  type ReconcileOwn,
  type ReconciliationReport,
  reconcile,
} from '../domain/index.ts';
import type { OwnBooks } from './own-books.ts';
import { VenueReading, type VenueShown } from './venue-books.ts';

/** What a life of execution asks before it goes on at leisure. */
const FIRST_ASKS = 2;

/** Books that were compared, and what was found. */
interface Compared {
  readonly before: OwnReading;
  readonly since: BooksSince;
  readonly theirs: VenueShown;
  readonly report: ReconciliationReport;
}

/**
 * Reads both books and compares them, one question after the other. Books that are as they were the last time
 * are not compared again: they give what they gave then.
 */
export class Comparison implements Requests<Compare, ReconcileOwn> {
  readonly #account: AccountId;
  readonly #own: OwnBooks;
  readonly #venue: ExchangeVenue;
  readonly #instruments: readonly Instrument[];
  #last: Compared | undefined;
  /** How many comparisons of the newest epoch have passed. */
  #passed = { epoch: 0, count: 0 };
  /** The newest fill of each instrument, by its key, as of the last comparison. */
  #newestFills: ReadonlyMap<InstrumentId, string> = new Map();

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
    return { key: 'compare', priority: 0, effect: 'none', withdraws: false };
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
  #compare(ask: Compare['ask'], done: (came: ReconciliationReport | Error) => void): void {
    this.#own.read((before) => {
      if (before instanceof Error) return done(before);
      this.#venue.filledIn?.(this.#newlyFilled(before));
      new VenueReading(
        this.#venue,
        this.#account,
        { local: before, urgency: this.#urgencyOf(ask) },
        (theirs) => {
          if (theirs instanceof Error) return done(theirs);
          this.#own.readOn((since) =>
            done(since instanceof Error ? since : this.#settled(ask, { before, since, theirs })),
          );
        },
      ).begin();
    });
  }

  /**
   * In a new life of execution exits too wait for a comparison that passes: it asks when it begins and again
   * when it hears the account, and takes the answer to its last question alone.
   */
  #urgencyOf({ epoch }: Compare['ask']): Urgency {
    return this.#passed.epoch === epoch && this.#passed.count >= FIRST_ASKS ? 'routine' : 'urgent';
  }

  /** Returns the instruments in which we know a fill that we did not know at the last comparison. */
  #newlyFilled({ fills }: OwnReading): readonly InstrumentId[] {
    const newest = new Map(fills.map((fill) => [fill.instrument, fillKey(fill)]));
    const changed = [...newest].filter(([id, key]) => this.#newestFills.get(id) !== key).map(([id]) => id);
    this.#newestFills = newest;
    return changed;
  }

  /** The report of this comparison; the next one knows what cash it has shown. */
  #settled(ask: Compare['ask'], read: Omit<Compared, 'report'>): ReconciliationReport {
    const report = this.#report(ask, read);
    const before = this.#passed.epoch === ask.epoch ? this.#passed.count : 0;
    this.#passed = { epoch: ask.epoch, count: before + (report.verdict.type === 'pass' ? 1 : 0) };
    const { books, shownUs } = read.theirs;
    const staleUs = this.#venue.capabilities.readsSettleMs * US_PER_MS;
    this.#own.settleCash(read.before, books, { shownUs, staleUs });
    return report;
  }

  #report(
    { epoch, timeUs: asOfUs }: Compare['ask'],
    { before, since, theirs }: Omit<Compared, 'report'>,
  ): ReconciliationReport {
    const last = this.#last;
    const isOwnSame = last?.before === before && last.since === since && last.report.epoch === epoch;
    const { books, shownUs } = theirs;
    // A venue that tells its time anew is no other book.
    const isTimed = (shownUs === null) === (last?.report.shownUs === null);
    if (isOwnSame && isTimed && isAlike(last.theirs.books, books)) return { ...last.report, asOfUs, shownUs };
    const report = reconcile({ ...before, ...since }, books, {
      ...{ account: this.#account, epoch, asOfUs, shownUs },
      ...{ instruments: this.#instruments },
      fillsSinceUs: before.fillsSinceUs,
    });
    this.#last = { before, since, theirs, report };
    return report;
  }
}
