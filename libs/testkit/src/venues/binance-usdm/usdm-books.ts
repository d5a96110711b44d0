import type { Decimal } from '@algo/model';
import { OrderCounts, type OrderLimit } from '../binance-account/order-counts.ts';
import type { MarketOptions, SymbolMarket } from '../exchange/symbol-market.ts';
import { UsdmAlgos } from './usdm-algos.ts';
import { EXPIRED_BY, UsdmEngine } from './usdm-engine.ts';
import type { UsdmEvent } from './usdm-events.ts';
import { type AlgoOrder, isWorking, NumberedRows, type UsdmFill, type UsdmOrder } from './usdm-order.ts';
import { UsdmRisk } from './usdm-risk.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';
import { UsdmWallets } from './usdm-wallets.ts';

/** Orders of an account. COIN-M's count too, since 2026-06-30. */
export const USDM_ORDER_LIMITS: readonly OrderLimit[] = [
  { interval: 'SECOND', intervalNum: 10, limit: 300 },
  { interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
];
const FIRST_ALGO_ID = 1_000_001;
const isWaiting = ({ status }: AlgoOrder) => status === 'NEW' || status === 'TRIGGERED';

export interface UsdmBooksOptions {
  readonly symbols: readonly UsdmSymbol[];
  readonly nowMs: () => number;
  readonly orderLimits: readonly OrderLimit[];
  /** The one book of a symbol. */
  readonly book: (symbol: string, options: MarketOptions) => SymbolMarket;
  readonly emit: (account: string, event: UsdmEvent) => void;
}

/** All that the USD-M exchange keeps. */
export class UsdmBooks {
  readonly nowMs: () => number;
  readonly symbols: ReadonlyMap<string, UsdmSymbol>;
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly orders: NumberedRows<UsdmOrder>;
  readonly algos: NumberedRows<AlgoOrder>;
  readonly fills: UsdmFill[] = [];
  readonly wallets: UsdmWallets;
  readonly counts: OrderCounts;
  readonly engine: UsdmEngine;
  readonly conditional: UsdmAlgos;
  readonly risk: UsdmRisk;
  readonly statuses = new Map<string, string>();
  readonly fees = new Map<string, { readonly maker: string; readonly taker: string }>();
  /** When all orders of a symbol are canceled unless somebody says to wait on. */
  readonly countdowns = new Map<string, number>();
  readonly #printed = new Map<string, readonly [low: Decimal, high: Decimal]>();
  #ids = 0;

  constructor({ symbols, nowMs, orderLimits, book, emit }: UsdmBooksOptions) {
    this.nowMs = () => Math.floor(nowMs());
    this.symbols = new Map(symbols.map((of) => [of.symbol, of]));
    this.orders = new NumberedRows<UsdmOrder>(this.nowMs, 1, isWorking);
    this.algos = new NumberedRows<AlgoOrder>(this.nowMs, FIRST_ALGO_ID, isWaiting);
    this.counts = new OrderCounts(orderLimits);
    this.markets = new Map(
      symbols.map(({ symbol, price, firstTradeId, depth }) => [
        ...([symbol, book(symbol, { tick: price.step, firstTradeId, depth })] as const),
      ]),
    );
    const { orders, algos, fills, markets } = this;
    const last = (symbol: string) => markets.get(symbol)!.last;
    this.wallets = new UsdmWallets(this.symbols, this.nowMs, last);
    const wallets = this.wallets;
    this.engine = new UsdmEngine({
      ...{ nowMs: this.nowMs, orders, fills, wallets, symbols: this.symbols, markets, emit },
      fees: (account) => this.fees.get(account)!,
      settled: (symbol) => this.#settled(symbol),
      over: (order) => this.conditional.childOver(order),
    });
    for (const [symbol, market] of markets)
      market.accounts = {
        printed: (price) => this.#note(symbol, price),
        filled: (orderId, trade) => this.engine.fill(orderId, trade, true),
        settled: () => this.#settled(symbol),
      };
    this.conditional = new UsdmAlgos({
      ...{ nowMs: this.nowMs, algos, orders, symbols: this.symbols, emit, engine: () => this.engine },
      priceOf: (symbol, type) => (type === 'MARK_PRICE' ? wallets.mark(symbol) : last(symbol)),
    });
    const engine = this.engine;
    this.risk = new UsdmRisk({
      ...{ nowMs: this.nowMs, wallets, orders, engine, symbols: this.symbols, markets, emit },
    });
  }

  readonly freshId = (): string => `standIn${String(++this.#ids).padStart(15, '0')}`;

  /** A mark price, for all that looks at it. */
  setMark(symbol: string, price: Decimal): void {
    this.wallets.marks.set(symbol, price);
    this.conditional.look(symbol, 'MARK_PRICE', price, price);
    this.risk.look();
  }

  /** Does what time alone does. */
  tick(): void {
    const nowMs = this.nowMs();
    for (const [key, atMs] of [...this.countdowns])
      if (nowMs >= atMs) {
        this.countdowns.delete(key);
        const [account, symbol] = key.split('/') as [string, string];
        for (const order of this.engine.open(symbol, account)) this.engine.cancel(order);
        // unverified: whether conditional orders go too; the document speaks of open orders.
      }
    for (const order of this.orders.live())
      if (order.goodTillMs > 0 && nowMs >= order.goodTillMs) this.engine.expire(order, EXPIRED_BY.goodTill);
  }

  #note(symbol: string, price: Decimal): void {
    const [low, high] = this.#printed.get(symbol) ?? [price, price];
    this.#printed.set(symbol, [price.lessThan(low) ? price : low, price.greaterThan(high) ? price : high]);
  }

  #settled(symbol: string): void {
    for (let pair = this.#printed.get(symbol); pair !== undefined; pair = this.#printed.get(symbol)) {
      this.#printed.delete(symbol);
      const [low, high] = pair;
      this.conditional.look(symbol, 'CONTRACT_PRICE', low, high);
      if (!this.wallets.marks.has(symbol)) this.conditional.look(symbol, 'MARK_PRICE', low, high);
      this.risk.look();
    }
  }
}
