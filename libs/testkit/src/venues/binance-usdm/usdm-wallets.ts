import { Decimal } from '@algo/model';
import { Versions } from '../exchange/versions.ts';
import type { PositionSide } from './usdm-order.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';

const PLACES = 16;
const LEVERAGE = 20;

/** A position. *Shape*: below zero where short. */
export interface Position {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly amount: Decimal;
  readonly entryPrice: Decimal;
  /** What was realized in all. */
  readonly realized: Decimal;
  readonly updateMs: number;
}

export type IncomeType = 'TRANSFER' | 'REALIZED_PNL' | 'COMMISSION' | 'FUNDING_FEE' | 'INSURANCE_CLEAR';

/** A change of a wallet. */
export interface Income {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly type: IncomeType;
  readonly asset: string;
  readonly amount: Decimal;
  readonly timeMs: number;
  /** The trade that it is of; empty for none. */
  readonly tradeId: string;
}

/** Settings of an account. *Shape*: leverage and margin type by symbol. */
export interface UsdmSettings {
  isHedged: boolean;
  /** Assets stand in for each other. The stand-in tells it, and does not do it. */
  isMultiAssets: boolean;
  readonly leverage: Map<string, number>;
  readonly isolated: Set<string>;
}

/** Wallets, positions, and why they changed. */
export class UsdmWallets {
  readonly incomes: Income[] = [];
  readonly settings = new Map<string, UsdmSettings>();
  /** Mark prices that a test has set; the last price stands for all others. */
  readonly marks = new Map<string, Decimal>();
  readonly #balances = new Map<string, Versions<Decimal>>();
  readonly #positions = new Map<string, Map<string, Versions<Position>>>();
  readonly #symbols: ReadonlyMap<string, UsdmSymbol>;
  readonly #nowMs: () => number;
  readonly #last: (symbol: string) => Decimal | null;

  constructor(
    symbols: ReadonlyMap<string, UsdmSymbol>,
    nowMs: () => number,
    last: (symbol: string) => Decimal | null,
  ) {
    this.#symbols = symbols;
    this.#nowMs = nowMs;
    this.#last = last;
  }

  get accounts(): readonly string[] {
    return [...this.settings.keys()];
  }

  open(account: string): void {
    this.settings.set(account, {
      isHedged: false,
      isMultiAssets: false,
      leverage: new Map(),
      isolated: new Set(),
    });
    this.#positions.set(account, new Map());
  }

  /** Returns the assets that an account has ever had. */
  assets(account: string): string[] {
    const start = `${account}/`;
    return [...this.#balances.keys()]
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  }

  balance(account: string, asset: string, atMs = Number.POSITIVE_INFINITY): Decimal {
    return this.#balances.get(`${account}/${asset}`)?.at(atMs) ?? Decimal.zero;
  }

  /** Adds to a wallet, or takes from it, and notes why. */
  book(account: string, income: Omit<Income, 'id' | 'account' | 'timeMs'>, timeMs = this.#nowMs()): Income {
    const key = `${account}/${income.asset}`;
    const known = this.#balances.get(key);
    const next = (known?.now ?? Decimal.zero).plus(income.amount);
    if (known === undefined) this.#balances.set(key, new Versions(timeMs, next));
    else known.set(timeMs, next);
    const row = { ...income, id: this.incomes.length + 1, account, timeMs };
    this.incomes.push(row);
    return row;
  }

  position(account: string, symbol: string, side: PositionSide): Position {
    return (
      this.#positions.get(account)?.get(`${symbol}/${side}`)?.now ?? {
        ...{
          symbol,
          side,
          amount: Decimal.zero,
          entryPrice: Decimal.zero,
          realized: Decimal.zero,
          updateMs: 0,
        },
      }
    );
  }

  /** Returns the positions that an account has or had at a time. */
  positions(account: string, atMs = Number.POSITIVE_INFINITY): Position[] {
    return [...(this.#positions.get(account)?.values() ?? [])]
      .map((versions) => versions.at(atMs))
      .filter((position): position is Position => position !== undefined);
  }

  /** Adds to a position. Returns what that realizes. */
  trade(account: string, symbol: string, side: PositionSide, change: Decimal, price: Decimal): Decimal {
    const before = this.position(account, symbol, side);
    const after = before.amount.plus(change);
    const isClosing = !before.amount.isZero() && before.amount.isNegative() !== change.isNegative();
    const closed = !isClosing ? Decimal.zero : smaller(before.amount.abs(), change.abs());
    const sign = before.amount.isNegative() ? closed.negated() : closed;
    const realized = price.minus(before.entryPrice).times(sign);
    const isTurned = isClosing && before.amount.abs().lessThan(change.abs());
    const worth = before.entryPrice.times(before.amount.abs()).plus(price.times(change.abs()));
    const entryPrice = after.isZero()
      ? Decimal.zero
      : isTurned
        ? price
        : isClosing
          ? before.entryPrice
          : worth.dividedBy(after.abs(), PLACES, 'half-even');
    this.#set(account, {
      ...{ symbol, side, amount: after, entryPrice, realized: before.realized.plus(realized) },
      updateMs: this.#nowMs(),
    });
    return realized;
  }

  mark(symbol: string): Decimal {
    return this.marks.get(symbol) ?? this.#last(symbol) ?? Decimal.zero;
  }

  leverage(account: string, symbol: string): number {
    return this.settings.get(account)?.leverage.get(symbol) ?? LEVERAGE;
  }

  unrealized({ symbol, amount, entryPrice }: Position): Decimal {
    return amount.isZero() ? Decimal.zero : this.mark(symbol).minus(entryPrice).times(amount);
  }

  notional({ symbol, amount }: Position): Decimal {
    return this.mark(symbol).times(amount);
  }

  initialMargin(account: string, position: Position): Decimal {
    const leverage = Decimal.of(`${this.leverage(account, position.symbol)}`);
    return this.notional(position).abs().dividedBy(leverage, PLACES, 'up');
  }

  maintenance(position: Position): Decimal {
    const rate = Decimal.of(this.#symbols.get(position.symbol)!.maintenance);
    return this.notional(position).abs().times(rate);
  }

  /** Returns what an account has of its margin asset with what is not realized yet, and what must be left. */
  health(account: string, asset: string): { readonly margin: Decimal; readonly maintenance: Decimal } {
    const held = this.positions(account).filter(({ symbol }) => this.#symbols.get(symbol)!.quote === asset);
    const margin = held.reduce(
      (sum, position) => sum.plus(this.unrealized(position)),
      this.balance(account, asset),
    );
    const maintenance = held.reduce((sum, position) => sum.plus(this.maintenance(position)), Decimal.zero);
    return { margin, maintenance };
  }

  /** Returns what is free for new orders, without what open ones need. */
  available(account: string, asset: string): Decimal {
    const held = this.positions(account).filter(({ symbol }) => this.#symbols.get(symbol)!.quote === asset);
    return held.reduce(
      (sum, position) => sum.minus(this.initialMargin(account, position)),
      this.health(account, asset).margin,
    );
  }

  #set(account: string, position: Position): void {
    const rows = this.#positions.get(account)!;
    const key = `${position.symbol}/${position.side}`;
    const known = rows.get(key);
    if (known === undefined) rows.set(key, new Versions(this.#nowMs(), position));
    else known.set(this.#nowMs(), position);
  }
}

function smaller(a: Decimal, b: Decimal): Decimal {
  return a.lessThan(b) ? a : b;
}
