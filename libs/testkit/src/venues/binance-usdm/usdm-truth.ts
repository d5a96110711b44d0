import type { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import type { UsdmBooks } from './usdm-books.ts';
import type { AlgoOrder, UsdmFill, UsdmOrder } from './usdm-order.ts';
import type { Income, Position } from './usdm-wallets.ts';

/** What is really so at the exchange. */
export interface UsdmTruth {
  readonly orders: readonly UsdmOrder[];
  readonly algos: readonly AlgoOrder[];
  readonly fills: readonly UsdmFill[];
  readonly positions: ReadonlyMap<string, readonly Position[]>;
  /** *Shape*: by account and asset. */
  readonly wallets: ReadonlyMap<string, ReadonlyMap<string, Decimal>>;
  readonly incomes: readonly Income[];
  readonly tape: ReadonlyMap<string, readonly TapeTrade[]>;
}

/** Returns the truth of books. */
export function usdmTruthOf(books: UsdmBooks, trades: (symbol: string) => readonly TapeTrade[]): UsdmTruth {
  const { orders, algos, fills, wallets, symbols } = books;
  const { accounts, incomes } = wallets;
  const walletOf = (account: string) =>
    new Map(wallets.assets(account).map((asset) => [asset, wallets.balance(account, asset)]));
  return {
    ...{ orders: orders.all(), algos: algos.all(), fills: [...fills], incomes: [...incomes] },
    positions: new Map(accounts.map((account) => [account, wallets.positions(account)])),
    wallets: new Map(accounts.map((account) => [account, walletOf(account)])),
    tape: new Map([...symbols.keys()].map((name) => [name, [...trades(name)]])),
  };
}
