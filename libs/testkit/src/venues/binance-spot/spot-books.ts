import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { OrderCounts, type OrderLimit } from '../binance-account/order-counts.ts';
import { Ledger } from '../exchange/ledger.ts';
import type { MarketOptions, SymbolMarket } from '../exchange/symbol-market.ts';
import { SpotEngine } from './spot-engine.ts';
import type { SpotEvent } from './spot-events.ts';
import { averagePrice } from './spot-filters.ts';
import { SpotOrders } from './spot-order.ts';
import { type SpotFees, SpotSettlement } from './spot-settlement.ts';
import type { SpotSymbol, SymbolStatus } from './spot-symbol.ts';

/** Orders of an account, as `GET /api/v3/exchangeInfo` tells it. */
export const SPOT_ORDER_LIMITS: readonly OrderLimit[] = [
  { interval: 'SECOND', intervalNum: 10, limit: 100 },
  { interval: 'DAY', intervalNum: 1, limit: 200_000 },
];

/** What the exchange knows of an account beside its coins. */
export interface SpotAccountState {
  readonly fees: SpotFees;
  readonly uid: number;
  canTrade: boolean;
}

/** What books are opened with. */
export interface SpotBooksOptions {
  readonly symbols: readonly SpotSymbol[];
  readonly nowMs: () => number;
  readonly orderLimits: readonly OrderLimit[];
  /** The one book of a symbol. */
  readonly book: (symbol: string, options: MarketOptions) => SymbolMarket;
  readonly trades: (symbol: string) => readonly TapeTrade[];
  readonly emit: (account: string, event: SpotEvent) => void;
}

/** All that the spot exchange keeps: coins, orders, fills, counts, and one market a symbol. */
export class SpotBooks {
  readonly nowMs: () => number;
  readonly ledger: Ledger;
  readonly orders: SpotOrders;
  readonly counts: OrderCounts;
  readonly settlement: SpotSettlement;
  readonly engine: SpotEngine;
  readonly symbols: ReadonlyMap<string, SpotSymbol>;
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly statuses = new Map<string, SymbolStatus>();
  /** Prices that are told in place of an average. */
  readonly referencePrices = new Map<string, string>();
  readonly accounts = new Map<string, SpotAccountState>();
  readonly #trades: SpotBooksOptions['trades'];
  #ids = 0;

  constructor({ symbols, nowMs, orderLimits, book, trades, emit }: SpotBooksOptions) {
    this.nowMs = () => Math.floor(nowMs());
    this.#trades = trades;
    this.symbols = new Map(symbols.map((of) => [of.symbol, of]));
    this.ledger = new Ledger(nowMs);
    this.orders = new SpotOrders(this.nowMs);
    this.counts = new OrderCounts(orderLimits);
    this.settlement = new SpotSettlement(this.ledger, (account) => this.accounts.get(account)!.fees);
    this.markets = new Map(
      symbols.map(({ symbol, price, firstTradeId, depth }) => [
        ...([symbol, book(symbol, { tick: price.step, firstTradeId, depth })] as const),
      ]),
    );
    this.engine = new SpotEngine({
      ...{ nowMs: this.nowMs, ledger: this.ledger, orders: this.orders, counts: this.counts },
      ...{ settlement: this.settlement, symbols: this.symbols, markets: this.markets, emit },
      reference: (symbol) => this.reference(symbol, 5),
    });
    for (const [symbol, market] of this.markets) market.accounts = this.engine.behind(symbol);
  }

  /** Returns an id of the venue's own making, such as orders without one get. */
  readonly freshId = (): string => `standIn${String(++this.#ids).padStart(15, '0')}`;

  status(symbol: string): SymbolStatus {
    return this.statuses.get(symbol) ?? 'TRADING';
  }

  /** Returns the price that filters and the price range look at; null before any trade. */
  reference(symbol: string, minutes: number): Decimal | null {
    const told = this.referencePrices.get(symbol);
    return told === undefined ? averagePrice(this.#trades(symbol), minutes, this.nowMs()) : Decimal.of(told);
  }
}
