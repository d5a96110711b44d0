import {
  type AccountId,
  Decimal,
  InputError,
  type Instrument,
  type InstrumentId,
  type Side,
  type VenuePosition,
} from '@algo/model';
import type { PaperFee } from './paper-fees.ts';
import type { PaperSettings } from './paper-settings.ts';

/** Digits kept of a cost that is split pro rata; what rounding takes from one part stays in the other. */
const COST_PLACES = 18;
const AVERAGE_EXTRA_PLACES = 8;

interface Holding {
  readonly quantity: Decimal;
  /** Signed notional that the holding was entered at. */
  readonly cost: Decimal;
}

interface AccountBook {
  readonly cash: Map<string, Decimal>;
  readonly holdings: Map<InstrumentId, Holding>;
}

/** The books of every account as they are kept. */
export type LedgerState = ReadonlyMap<
  AccountId,
  { readonly cash: ReadonlyMap<string, Decimal>; readonly holdings: ReadonlyMap<InstrumentId, Holding> }
>;

const FLAT: Holding = { quantity: Decimal.zero, cost: Decimal.zero };

/**
 * Cash and positions of margin accounts: a trade moves no base asset; cash moves by realised profit and fees
 * in the quote asset. Exact: cash = deposits − Σ signed notional − Σ fees + Σ cost of what is held.
 */
export class PaperLedger {
  private readonly books = new Map<AccountId, AccountBook>();

  constructor(accounts: PaperSettings['accounts']) {
    for (const { account, balances } of accounts)
      this.books.set(account, { cash: new Map(Object.entries(balances)), holdings: new Map() });
  }

  has(account: AccountId): boolean {
    return this.books.has(account);
  }

  get accounts(): readonly AccountId[] {
    return [...this.books.keys()];
  }

  /** *Errors*: InputError unless the account is configured. */
  refuseUnknown(account: AccountId): void {
    this.book(account);
  }

  /**
   * Books a fill. A fee in the base asset of spot is what was bought and is given away again, at the same
   * price: it costs its worth, and no profit comes of it.
   */
  apply(
    account: AccountId,
    instrument: Instrument,
    side: Side,
    quantity: Decimal,
    price: Decimal,
    fee: PaperFee,
  ): void {
    const book = this.book(account);
    const signed = side === 'buy' ? quantity : quantity.negated();
    const { holding, realized } = traded(book.holdings.get(instrument.id) ?? FLAT, signed, price);
    if (fee.asset === instrument.base && instrument.market === 'spot') {
      const given = traded(holding, fee.amount.negated(), price);
      book.holdings.set(instrument.id, given.holding);
      this.move(account, instrument.quote, realized.plus(given.realized).minus(fee.amount.times(price)));
      return;
    }
    book.holdings.set(instrument.id, holding);
    this.move(account, instrument.quote, realized);
    this.move(account, fee.asset, fee.amount.negated());
  }

  /** Adds cash to an asset; a negative amount takes it away. */
  move(account: AccountId, asset: string, amount: Decimal): void {
    const { cash } = this.book(account);
    cash.set(asset, (cash.get(asset) ?? Decimal.zero).plus(amount));
  }

  /** Returns what is held, signed. */
  quantity(account: AccountId, instrument: InstrumentId): Decimal {
    return this.book(account).holdings.get(instrument)?.quantity ?? Decimal.zero;
  }

  /**
   * Returns the notional that what is held was entered at, without sign: the margin it takes at leverage 1.
   */
  margin(account: AccountId, instrument: InstrumentId): Decimal {
    return this.cost(account, instrument).abs();
  }

  /** Returns the notional that what is held was entered at; below 0 for what is short. */
  cost(account: AccountId, instrument: InstrumentId): Decimal {
    return this.book(account).holdings.get(instrument)?.cost ?? Decimal.zero;
  }

  cash(account: AccountId, asset: string): Decimal {
    return this.book(account).cash.get(asset) ?? Decimal.zero;
  }

  assets(account: AccountId): readonly string[] {
    return [...this.book(account).cash.keys()].sort();
  }

  /** Returns the positions that aren't flat. *Units*: average price to eight digits beyond the tick. */
  positions(account: AccountId, instruments: readonly Instrument[]): VenuePosition[] {
    const { holdings } = this.book(account);
    return instruments.flatMap((instrument) => {
      const holding = holdings.get(instrument.id);
      if (holding === undefined || holding.quantity.isZero()) return [];
      const places = instrument.priceTick.scale + AVERAGE_EXTRA_PLACES;
      const averagePrice = holding.cost.dividedBy(holding.quantity, places, 'half-even');
      return [{ account, instrument: instrument.id, quantity: holding.quantity, averagePrice }];
    });
  }

  snapshot(): LedgerState {
    return new Map(
      [...this.books].map(([account, { cash, holdings }]) => [
        account,
        { cash: new Map(cash), holdings: new Map(holdings) },
      ]),
    );
  }

  /**
   * Replaces the books of the accounts in the state. *Errors*: InputError on an account that isn't
   * configured.
   */
  restore(state: LedgerState): void {
    for (const [account, { cash, holdings }] of state) {
      this.refuseUnknown(account);
      this.books.set(account, { cash: new Map(cash), holdings: new Map(holdings) });
    }
  }

  private book(account: AccountId): AccountBook {
    const book = this.books.get(account);
    if (book === undefined)
      throw new InputError({
        field: 'account',
        value: account,
        because: 'the paper venue has no such account',
        remedy: 'Name it under the paper accounts.',
      });
    return book;
  }
}

function traded(
  held: Holding,
  signed: Decimal,
  price: Decimal,
): { readonly holding: Holding; readonly realized: Decimal } {
  if (held.quantity.isZero() || held.quantity.isNegative() === signed.isNegative()) {
    const holding = { quantity: held.quantity.plus(signed), cost: held.cost.plus(signed.times(price)) };
    return { holding, realized: Decimal.zero };
  }
  const rest = held.quantity.plus(signed);
  const flips = rest.isZero() || rest.isNegative() !== held.quantity.isNegative();
  if (flips) {
    const realized = held.quantity.times(price).minus(held.cost);
    return { holding: { quantity: rest, cost: rest.times(price) }, realized };
  }
  const cost = held.cost.times(rest).dividedBy(held.quantity, COST_PLACES, 'half-even');
  const realized = signed.negated().times(price).minus(held.cost.minus(cost));
  return { holding: { quantity: rest, cost }, realized };
}
