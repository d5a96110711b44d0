import type { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import type { Holding } from '../exchange/ledger.ts';
import type { SpotBooks } from './spot-books.ts';
import type { SpotFill, SpotOrder } from './spot-order.ts';

/** What is really so at the exchange. */
export interface SpotTruth {
  readonly orders: readonly SpotOrder[];
  readonly fills: readonly SpotFill[];
  readonly holdings: ReadonlyMap<string, ReadonlyMap<string, Holding>>;
  /** What all accounts have paid, and what the public got (or gave, below nothing). By asset. */
  readonly commissions: ReadonlyMap<string, Decimal>;
  readonly outside: ReadonlyMap<string, Decimal>;
  readonly tape: ReadonlyMap<string, readonly TapeTrade[]>;
}

/** Returns the truth of books. */
export function truthOf(books: SpotBooks, trades: (symbol: string) => readonly TapeTrade[]): SpotTruth {
  const { ledger, orders, settlement, symbols } = books;
  const holdingsOf = (account: string) =>
    new Map(ledger.assets(account).map((asset) => [asset, ledger.holding(account, asset)]));
  return {
    orders: ledger.accounts.flatMap((account) => orders.of(account)),
    fills: [...orders.fills],
    holdings: new Map(ledger.accounts.map((account) => [account, holdingsOf(account)])),
    commissions: new Map(settlement.commissions),
    outside: new Map(settlement.outside),
    tape: new Map([...symbols.keys()].map((symbol) => [symbol, [...trades(symbol)]])),
  };
}
