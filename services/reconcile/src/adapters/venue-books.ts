import type { AccountId, AccountSetup, TimeUs, VenueOrder } from '@algo/model';
import type { ExchangeVenue, Urgency, VenueAnswer } from '@algo/venues';
import type { Lookup, OwnReading, VenueBooks } from '../domain/index.ts';

/** Snapshots taken at most until one is coherent: no fill may come in between. */
const TRIES = 5;

/** The venue's books could not be read: nothing is concluded from that. */
export class VenueSilentError extends Error {
  override readonly name = 'VenueSilentError';
}

/**
 * The venue's books, and as of when it shows them: by its own clock, the oldest of all that was read; null
 * where a read did not say.
 */
export interface VenueShown {
  readonly books: VenueBooks;
  readonly shownUs: TimeUs | null;
}

/** Reads the venue's books as one coherent snapshot, one question after the other, and calls back once. */
export class VenueReading {
  readonly #venue: ExchangeVenue;
  readonly #account: AccountId;
  readonly #local: OwnReading;
  readonly #urgency: Urgency;
  readonly #done: (shown: VenueShown | VenueSilentError) => void;
  #tries = 0;
  #shownUs: TimeUs | null = Infinity;

  constructor(
    venue: ExchangeVenue,
    account: AccountId,
    { local, urgency }: { readonly local: OwnReading; readonly urgency: Urgency },
    done: (shown: VenueShown | VenueSilentError) => void,
  ) {
    this.#venue = venue;
    this.#account = account;
    this.#local = local;
    this.#urgency = urgency;
    this.#done = done;
  }

  begin(): void {
    this.#venue.setup(
      this.#account,
      this.#then((setup) => this.#snapshot(setup)),
      this.#urgency,
    );
  }

  #snapshot(setup: AccountSetup): void {
    if (++this.#tries > TRIES) {
      const because = `fills kept coming while its books were read, ${TRIES} times`;
      this.#done(new VenueSilentError(`${this.#venue.name}: ${because}`));
      return;
    }
    this.#shownUs = Infinity;
    const [venue, account, sinceUs] = [this.#venue, this.#account, this.#local.fillsSinceUs];
    venue.fillsSince(
      account,
      sinceUs,
      this.#then((before) =>
        venue.openOrders(
          account,
          this.#then((openOrders) =>
            venue.positions(
              account,
              this.#then((positions) =>
                venue.balances(
                  account,
                  this.#then((balances) =>
                    this.#lookUp(openOrders, [], (lookups) =>
                      venue.fillsSince(
                        account,
                        sinceUs,
                        this.#then((fills) => {
                          if (fills.length !== before.length) return this.#snapshot(setup);
                          const books = { openOrders, fills, positions, balances, setup, lookups };
                          this.#done({ books, shownUs: this.#shownUs });
                        }),
                      ),
                    ),
                  ),
                  this.#urgency,
                ),
              ),
              this.#urgency,
            ),
          ),
          this.#urgency,
        ),
      ),
    );
  }

  /** Asks for each of our orders that is not decided and that the venue doesn't list as open. */
  #lookUp(
    openOrders: readonly VenueOrder[],
    lookups: readonly Lookup[],
    then: (lookups: readonly Lookup[]) => void,
  ): void {
    const open = new Set(openOrders.map((order) => order.request.clientOrderId));
    const undecided = [...this.#local.undecided.values()];
    const waiting = undecided.filter(({ request }) => !open.has(request.clientOrderId));
    const next = waiting[lookups.length];
    if (next === undefined) {
      then(lookups);
      return;
    }
    const { request, venueOrderId = null } = next;
    const { clientOrderId } = request;
    this.#venue.order({ ...request, venueOrderId }, (lookup) =>
      this.#lookUp(openOrders, [...lookups, { clientOrderId, lookup }], then),
    );
  }

  #then<Value>(next: (value: Value) => void) {
    return (answer: VenueAnswer<Value>): void => {
      if (answer.type === 'answered') {
        const { value, asOfUs } = answer;
        this.#shownUs = asOfUs === null || this.#shownUs === null ? null : Math.min(this.#shownUs, asOfUs);
        next(value);
      } else this.#done(new VenueSilentError(`${this.#venue.name} does not say: ${answer.reason}`));
    };
  }
}
