import { Decimal } from '@algo/model';
import type { SymbolMarket } from '../exchange/symbol-market.ts';
import { EXPIRED_BY, type UsdmEngine } from './usdm-engine.ts';
import { accountUpdate, marginCall, type UsdmEvent } from './usdm-events.ts';
import { isWorking, type NumberedRows, type UsdmOrder } from './usdm-order.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';
import type { Position, UsdmWallets } from './usdm-wallets.ts';

/** An account is called where its margin is below so many times what must be left. */
const CALL_AT = Decimal.of('1.25');
const PLACES = 8;

/** What risk is watched with. */
export interface RiskParts {
  readonly nowMs: () => number;
  readonly wallets: UsdmWallets;
  readonly orders: NumberedRows<UsdmOrder>;
  readonly engine: UsdmEngine;
  readonly symbols: ReadonlyMap<string, UsdmSymbol>;
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly emit: (account: string, event: UsdmEvent) => void;
}

/** Funding, margin calls, liquidation, and forced reduction. */
export class UsdmRisk {
  readonly #parts: RiskParts;
  readonly #called = new Set<string>();
  #isClosing = false;

  constructor(parts: RiskParts) {
    this.#parts = parts;
  }

  /** Who is long pays who is short so much of a position's worth, or the other way below zero. */
  fund(symbol: string, rate: Decimal): void {
    const { wallets, symbols, emit, nowMs } = this.#parts;
    const { quote: asset } = symbols.get(symbol)!;
    for (const account of wallets.accounts)
      for (const position of wallets.positions(account)) {
        if (position.symbol !== symbol || position.amount.isZero()) continue;
        const amount = wallets.notional(position).times(rate).negated().rounded(PLACES, 'half-even');
        wallets.book(account, { symbol, type: 'FUNDING_FEE', asset, amount, tradeId: '' });
        const news = { account, reason: 'FUNDING_FEE', asset, change: amount, positions: [] };
        emit(account, accountUpdate(wallets, { ...news, nowMs: nowMs() }));
      }
  }

  /** Looks at the margins of all accounts, after a price has moved. */
  look(): void {
    if (this.#isClosing) return;
    const { wallets, symbols, emit, nowMs } = this.#parts;
    const assets = new Set([...symbols.values()].map(({ quote }) => quote));
    for (const account of wallets.accounts)
      for (const asset of assets) {
        const { margin, maintenance } = wallets.health(account, asset);
        const key = `${account}/${asset}`;
        if (maintenance.isZero() || margin.greaterThan(maintenance.times(CALL_AT))) this.#called.delete(key);
        else if (margin.lessThan(maintenance)) this.liquidate(account, asset);
        else if (!this.#called.has(key)) {
          this.#called.add(key);
          emit(account, marginCall(wallets, account, asset, nowMs()));
        }
      }
  }

  /** Closes all that an account holds in an asset, and ends its orders. */
  liquidate(account: string, asset: string): void {
    const { wallets, orders, engine, symbols } = this.#parts;
    this.#isClosing = true;
    for (const order of orders.of(account))
      if (isWorking(order)) engine.expire(order, EXPIRED_BY.liquidation);
    for (const position of wallets.positions(account))
      if (symbols.get(position.symbol)!.quote === asset && !position.amount.isZero())
        this.#close(account, position, position.amount.abs(), 'autoclose-', 'INSURANCE_FUND');
    const left = wallets.balance(account, asset);
    if (left.isNegative())
      wallets.book(account, {
        ...{ symbol: '', type: 'INSURANCE_CLEAR', asset, amount: left.negated(), tradeId: '' },
      });
    this.#isClosing = false;
  }

  /** Takes a part of a position away because somebody else can't pay. */
  reduce(account: string, position: Position, quantity: Decimal): void {
    this.#close(account, position, quantity, 'adl_autoclose', 'ADL');
  }

  #close(account: string, position: Position, quantity: Decimal, id: string, kind: string): void {
    const { wallets, orders, engine, markets, nowMs } = this.#parts;
    const { symbol, amount } = position;
    const side = amount.isNegative() ? 'BUY' : 'SELL';
    const price = wallets.mark(symbol);
    const order = orders.add((orderId) => ({
      ...{ orderId, account, symbol, side, positionSide: position.side, price, quantity },
      ...{ type: 'LIQUIDATION' as const, origType: 'LIQUIDATION' as const, timeInForce: 'IOC' as const },
      ...{ stopPrice: Decimal.zero, reduceOnly: true, closePosition: false, stp: 'NONE' as const },
      clientOrderId: id === 'adl_autoclose' ? id : `${id}${nowMs()}${orderId}`,
      ...{ goodTillMs: 0, timeMs: nowMs(), updateMs: nowMs(), status: 'NEW' as const, expiryReason: 0 },
      ...{ executed: Decimal.zero, quoteFilled: Decimal.zero },
    }));
    engine.announce(order);
    // unverified: at which price, and by how many trades; the mark in one, beside the book.
    const print = markets.get(symbol)!.beside(side, price, quantity, kind);
    engine.fill(order.orderId, print, false);
  }
}
