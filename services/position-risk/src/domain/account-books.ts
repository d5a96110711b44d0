import {
  ALWAYS_QUIET,
  binds,
  Decimal,
  type Fill,
  InputError,
  type InstrumentId,
  type Position,
  type Quiet,
  type TimeUs,
} from '@algo/model';
import { InstrumentBook, type InstrumentBookState } from './instrument-book.ts';
import type { FlattenAll } from './person-commands.ts';
import type { PositionGuard, StopView } from './position-guard.ts';
import type { PositionRiskSettings } from './position-risk-settings.ts';

/** The books of one account, one for each configured instrument. */
export class AccountBooks {
  readonly #books = new Map<InstrumentId, InstrumentBook>();

  /**
   * Makes them empty, or as they were stored. *Errors*: InputError when one holds something in an instrument
   * without rules.
   */
  constructor(
    settings: PositionRiskSettings,
    stored: readonly (readonly [InstrumentId, InstrumentBookState])[] = [],
  ) {
    for (const [id, instrument] of settings.instruments) {
      const fallback = settings.defaultTrailing[instrument.assetClass];
      this.#books.set(id, new InstrumentBook(instrument, settings.account, fallback));
    }
    for (const [id, snapshot] of stored) {
      const book = this.#books.get(id);
      if (book === undefined && (snapshot.guard ?? snapshot.dust) !== null) throw withoutRules(id);
      book?.restore(snapshot, settings);
    }
  }

  get(id: InstrumentId): InstrumentBook | undefined {
    return this.#books.get(id);
  }

  /**
   * Refuses a fill that can't be booked. *Errors*: InputError when
   * its instrument has no rules, or its numbers are impossible.
   */
  refuseUnusable(fill: Fill): void {
    if (!this.#books.has(fill.instrument)) throw withoutRules(fill.instrument);
    if (!fill.quantity.isPositive() || !fill.price.isPositive())
      throw new InputError({
        field: 'fill',
        value: `${fill.quantity} at ${fill.price}`,
        because: 'quantity and price must be above 0',
        remedy: 'Check the venue adapter that read it.',
      });
  }

  /** Returns what is open, with its book. */
  held(): (readonly [InstrumentBook, PositionGuard])[] {
    const held: (readonly [InstrumentBook, PositionGuard])[] = [];
    for (const book of this.#books.values()) if (book.guard !== null) held.push([book, book.guard]);
    return held;
  }

  positions(): Position[] {
    return this.held().map(([, held]) => held.position);
  }

  stops(): StopView[] {
    return this.held().map(([, held]) => held.view());
  }

  /**
   * Returns what a person wants left. *Errors*: InputError when the command names a position that is not
   * open, or an instrument that is none of ours.
   */
  heldUnder({ account, scope, position }: FlattenAll) {
    const held = this.held();
    if (scope.kind === 'instrument' && !this.#books.has(scope.instrument as InstrumentId))
      throw new InputError({
        field: 'instrument',
        value: scope.instrument,
        because: 'not an instrument of this account',
        remedy: `There are ${[...this.#books.keys()].join(', ')}.`,
      });
    const chosen = held.filter(([{ instrument }, { holding }]) => {
      const isMeant = position === null || holding.id === position;
      return isMeant && binds(scope, { account, instrument: instrument.id, strategy: holding.strategy });
    });
    if (position === null || chosen.length > 0) return chosen;
    const open = held.map(([{ instrument }, { holding }]) => `${holding.id} (${instrument.id})`);
    throw new InputError({
      field: 'position',
      value: position,
      because: 'not open',
      remedy: open.length === 0 ? 'Nothing is held.' : `Open are ${open.join(', ')}.`,
    });
  }

  /** Returns what all open positions would gain at the last prices. *Units*: quote. */
  unrealized(): Decimal {
    let sum = Decimal.zero;
    for (const book of this.#books.values()) sum = sum.plus(book.unrealized);
    return sum;
  }

  /** Returns the trades of an instrument that nothing follows from. */
  quiet(id: InstrumentId): Quiet {
    return this.#books.get(id)?.quiet ?? ALWAYS_QUIET;
  }

  /** Returns when a position next needs looking at, at the latest by `markUs`; Infinity when none is open. */
  dueUs(markUs: TimeUs, speed: number): TimeUs {
    let due = Infinity;
    for (const { guard } of this.#books.values())
      if (guard !== null) due = Math.min(due, guard.dueUs(speed), markUs);
    return due;
  }

  /** Returns the last price of an asset in a quote, null when we have seen none. *Units*: quote. */
  priceOf(asset: string, quote: string): Decimal | null {
    for (const book of this.#books.values())
      if (book.instrument.base === asset && book.instrument.quote === quote && book.lastPrice > 0)
        return book.markPrice;
    return null;
  }

  /** Returns the quote that an asset is; the first quote there is where it is none. */
  quoteOf(asset: string): string {
    const quotes = [...this.#books.values()].map(({ instrument }) => instrument.quote);
    return quotes.find((quote) => quote === asset) ?? quotes[0] ?? asset;
  }

  snapshot(): [InstrumentId, InstrumentBookState][] {
    return [...this.#books]
      .filter(([, book]) => book.lastPrice > 0)
      .map(([id, book]) => [id, book.snapshot()]);
  }
}

function withoutRules(id: InstrumentId): InputError {
  return new InputError({
    field: 'instrument',
    value: id,
    because: 'held or filled, but its rules are not configured',
    remedy: 'Add the instrument and restart, so that the position is guarded.',
  });
}
