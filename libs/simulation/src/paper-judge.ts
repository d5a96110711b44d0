import { type AccountId, Decimal, type Fill, type Instrument, type InstrumentId } from '@algo/model';
import type { LedgerState } from './paper-ledger.ts';
import type { PaperSettings } from './paper-settings.ts';

interface Judged {
  readonly held: Map<InstrumentId, Decimal>;
  readonly cash: Map<string, Decimal>;
}

/**
 * Says what the books of an exchange must be, from deposits, fills and cash movements alone. What is held is
 * the sum of what was filled, less fees in base. Cash is what was moved, less what fills were paid with; the
 * books, which count what is held as a cost, must come to the same once that cost is taken from their cash.
 */
export class PaperJudge {
  private readonly accounts = new Map<AccountId, Judged>();
  private readonly instruments: ReadonlyMap<InstrumentId, Instrument>;

  constructor({ accounts, instruments }: Pick<PaperSettings, 'accounts' | 'instruments'>) {
    this.instruments = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    for (const { account, balances } of accounts)
      this.accounts.set(account, { held: new Map(), cash: new Map(Object.entries(balances)) });
  }

  /** Takes a fill, once. */
  filled({ account, instrument: id, side, quantity, price, fee, feeAsset }: Fill): void {
    const instrument = this.instruments.get(id);
    const judged = this.accounts.get(account);
    if (instrument === undefined || judged === undefined)
      throw new Error(`a fill of nobody: ${account} ${id}`);
    const signed = side === 'buy' ? quantity : quantity.negated();
    add(judged.held, id, signed);
    add(judged.cash, instrument.quote, signed.times(price).negated());
    if (feeAsset === instrument.base && instrument.market === 'spot') add(judged.held, id, fee.negated());
    else add(judged.cash, feeAsset, fee.negated());
  }

  /** Takes a movement of cash: a deposit, a withdrawal, a funding payment. */
  moved(account: AccountId, asset: string, amount: Decimal): void {
    const judged = this.accounts.get(account);
    if (judged === undefined) throw new Error(`a movement of nobody: ${account}`);
    add(judged.cash, asset, amount);
  }

  /** Returns a line for each amount of the books that isn't what it must be. */
  differences(books: LedgerState): string[] {
    return [...this.accounts].flatMap(([account, { held, cash }]) => {
      const book = books.get(account);
      const lines: string[] = [];
      const atCost = new Map(book?.cash);
      for (const id of new Set([...held.keys(), ...(book?.holdings.keys() ?? [])])) {
        const holding = book?.holdings.get(id);
        const has = holding?.quantity ?? Decimal.zero;
        const must = held.get(id) ?? Decimal.zero;
        if (!has.equals(must)) lines.push(`${account} holds ${has} of ${id}, must hold ${must}`);
        const instrument = this.instruments.get(id);
        if (instrument !== undefined && holding !== undefined)
          add(atCost, instrument.quote, holding.cost.negated());
      }
      for (const asset of new Set([...cash.keys(), ...atCost.keys()])) {
        const has = atCost.get(asset) ?? Decimal.zero;
        const must = cash.get(asset) ?? Decimal.zero;
        if (!has.equals(must)) lines.push(`${account} has ${has} ${asset} less cost, must have ${must}`);
      }
      return lines;
    });
  }
}

function add<Key>(amounts: Map<Key, Decimal>, key: Key, amount: Decimal): void {
  amounts.set(key, (amounts.get(key) ?? Decimal.zero).plus(amount));
}
