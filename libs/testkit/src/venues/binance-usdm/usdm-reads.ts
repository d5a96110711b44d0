import { Decimal } from '@algo/model';
import type { Asked } from '../binance-account/endpoint.ts';
import { fixed } from '../binance-account/fixed-text.ts';
import { pageOf } from '../binance-account/page.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import { Refused } from '../binance-account/refused.ts';
import { algoBody, incomeBody, queriedBody, tradeBody } from './usdm-bodies.ts';
import type { UsdmBooks } from './usdm-books.ts';
import { contractOf } from './usdm-entry.ts';
import { isWorking, type UsdmOrder } from './usdm-order.ts';
import { contractBody } from './usdm-symbol.ts';
import { needOne } from './usdm-trading.ts';
import type { Position } from './usdm-wallets.ts';

const DAY_MS = 86_400_000;
/** So long are orders kept that nothing filled. */
const UNFILLED_KEPT_MS = 3 * DAY_MS;
/** Reads of more than a week are refused; of fills and orders the last one shows where none is asked for. */
const PAGE = {
  ...{ timeOf: ({ timeMs }: { readonly timeMs: number }) => timeMs, standard: 500, longestMs: 7 * DAY_MS },
  tooLong: () => new Refused(-4165, 'Invalid time interval: the maximum is 7 days.'),
};

/** What the USD-M exchange tells of its rules and of an account. */
export class UsdmReads {
  readonly #books: UsdmBooks;
  readonly #weightMax: number;

  constructor(books: UsdmBooks, weightMax: number) {
    this.#books = books;
    this.#weightMax = weightMax;
  }

  readonly exchangeInfo = (): unknown => {
    const { symbols, counts, statuses, nowMs } = this.#books;
    const assets = new Set([...symbols.values()].map(({ quote }) => quote));
    return {
      ...{ timezone: 'UTC', serverTime: nowMs(), futuresType: 'U_MARGINED' },
      rateLimits: [
        { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: this.#weightMax },
        ...counts.limits.map((limit) => ({ rateLimitType: 'ORDERS', ...limit })),
      ],
      exchangeFilters: [],
      assets: [...assets].map((asset) => ({ asset, marginAvailable: true, autoAssetExchange: '0' })),
      symbols: [...symbols.values()].map((of) => contractBody(of, statuses.get(of.symbol) ?? 'TRADING')),
    };
  };

  readonly order = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const orderId = parameters.whole('orderId');
    const clientOrderId = parameters.text('origClientOrderId');
    needOne(orderId, clientOrderId, 'origClientOrderId', 'orderId');
    const order = this.#shown(account, symbol, viewMs).findLast((one) =>
      orderId === undefined ? one.clientOrderId === clientOrderId : one.orderId === orderId,
    );
    if (order === undefined) throw new Refused(-2013, 'Order does not exist.');
    return queriedBody(order);
  };

  readonly openOrders = ({ account, parameters, viewMs }: Asked): unknown => {
    const symbol = this.#symbolIfAny(parameters);
    return this.#books.orders
      .of(account, viewMs)
      .filter((order) => isWorking(order) && (symbol === undefined || order.symbol === symbol))
      .map(queriedBody);
  };

  readonly allOrders = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const fromId = parameters.whole('orderId');
    const rows = this.#shown(account, symbol, viewMs).filter(({ orderId }) => orderId >= (fromId ?? 0));
    return pageOf(rows, parameters, fromId !== undefined, this.#window()).map(queriedBody);
  };

  readonly algo = ({ account, parameters, viewMs }: Asked): unknown => {
    const algoId = parameters.whole('algoId');
    const clientAlgoId = parameters.text('clientAlgoId');
    needOne(algoId, clientAlgoId, 'clientAlgoId', 'algoId');
    const algo = this.#books.algos
      .of(account, viewMs)
      .findLast((one) => (algoId === undefined ? one.clientAlgoId === clientAlgoId : one.algoId === algoId));
    if (algo === undefined) throw new Refused(-2013, 'Order does not exist.');
    return algoBody(algo, algo.childId === null ? undefined : this.#books.orders.get(algo.childId));
  };

  readonly openAlgos = ({ account, parameters, viewMs }: Asked): unknown => {
    const symbol = this.#symbolIfAny(parameters);
    return this.#books.algos
      .of(account, viewMs)
      .filter(({ status }) => status === 'NEW')
      .filter((algo) => symbol === undefined || algo.symbol === symbol)
      .map((algo) => algoBody(algo));
  };

  readonly trades = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const orderId = parameters.whole('orderId');
    const fromId = parameters.whole('fromId');
    const rows = this.#books.fills.filter(
      (fill) =>
        fill.account === account &&
        fill.symbol === symbol &&
        fill.bookedMs <= viewMs &&
        (orderId === undefined || fill.orderId === orderId) &&
        fill.tradeId >= (fromId ?? 0),
    );
    return pageOf(rows, parameters, fromId !== undefined, this.#window()).map(tradeBody);
  };

  readonly income = ({ account, parameters, viewMs }: Asked): unknown => {
    const symbol = this.#symbolIfAny(parameters);
    const type = parameters.text('incomeType');
    const rows = this.#books.wallets.incomes.filter(
      (row) =>
        row.account === account &&
        row.timeMs <= viewMs &&
        (symbol === undefined || row.symbol === symbol) &&
        (type === undefined || row.type === type),
    );
    return pageOf(rows, parameters, false, { ...PAGE, standard: 100 }).map(incomeBody);
  };

  /** Since version 3 only what is held, or has orders. */
  readonly positions = ({ account, parameters, viewMs }: Asked): unknown => {
    const symbol = this.#symbolIfAny(parameters);
    return this.#books.wallets
      .positions(account, viewMs)
      .filter((held) => symbol === undefined || held.symbol === symbol)
      .filter((held) => !held.amount.isZero() || this.#books.engine.open(held.symbol, account).length > 0)
      .map((position) => this.#positionBody(account, position));
  };

  readonly balances = ({ account, viewMs }: Asked): unknown => {
    const { wallets, nowMs } = this.#books;
    return wallets.assets(account).map((asset) => {
      const balance = wallets.balance(account, asset, viewMs);
      const unrealized = wallets.health(account, asset).margin.minus(wallets.balance(account, asset));
      const available = fixed(atLeastNothing(wallets.available(account, asset)));
      return {
        ...{ accountAlias: `alias-${account}`, asset, balance: fixed(balance) },
        ...{ crossWalletBalance: fixed(balance), crossUnPnl: signed(unrealized) },
        ...{ availableBalance: available, maxWithdrawAmount: available },
        ...{ marginAvailable: true, updateTime: nowMs() },
      };
    });
  };

  readonly account = ({ account, viewMs }: Asked): unknown => {
    const { wallets, nowMs } = this.#books;
    const assets = wallets.assets(account).map((asset) => {
      const balance = wallets.balance(account, asset, viewMs);
      const { margin, maintenance } = wallets.health(account, asset);
      const available = atLeastNothing(wallets.available(account, asset));
      const initial = margin.minus(wallets.available(account, asset));
      return {
        ...{ asset, walletBalance: fixed(balance), unrealizedProfit: signed(margin.minus(balance)) },
        ...{ marginBalance: signed(margin), maintMargin: fixed(maintenance), initialMargin: fixed(initial) },
        ...{ positionInitialMargin: fixed(initial), openOrderInitialMargin: fixed(Decimal.zero) },
        ...{ crossWalletBalance: fixed(balance), crossUnPnl: signed(margin.minus(balance)) },
        ...{ availableBalance: fixed(available), maxWithdrawAmount: fixed(available), updateTime: nowMs() },
      };
    });
    const held = wallets.positions(account, viewMs).filter(({ amount }) => !amount.isZero());
    return { assets, positions: held.map((position) => this.#positionBody(account, position)) };
  };

  readonly commission = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const { maker, taker } = this.#books.fees.get(account)!;
    return { symbol, makerCommissionRate: maker, takerCommissionRate: taker, rpiCommissionRate: '0' };
  };

  readonly time = (): unknown => ({ serverTime: this.#books.nowMs() });

  /** Leverage and margin type, which positions don't tell any more. */
  readonly symbolConfig = ({ account, parameters }: Asked): unknown => {
    const named = this.#symbolIfAny(parameters);
    const { isolated } = this.#books.wallets.settings.get(account)!;
    const rows = [...this.#books.symbols.keys()].filter((symbol) => (named ?? symbol) === symbol);
    return rows.map((symbol) => ({
      ...{ symbol, marginType: isolated.has(symbol) ? 'ISOLATED' : 'CROSSED', isAutoAddMargin: false },
      ...{ leverage: this.#books.wallets.leverage(account, symbol), maxNotionalValue: '1000000' },
    }));
  };

  readonly accountConfig = ({ account }: Asked): unknown => ({
    ...{ feeTier: 0, canTrade: true, canDeposit: true, canWithdraw: true },
    dualSidePosition: this.#books.wallets.settings.get(account)!.isHedged,
    multiAssetsMargin: this.#books.wallets.settings.get(account)!.isMultiAssets,
    ...{ updateTime: 0, tradeGroupId: -1 },
  });

  /** The stand-in takes no commission in BNB here. */
  readonly feeBurn = (): unknown => ({ feeBurn: false });

  readonly markPrice = ({ parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const mark = fixed(this.#books.wallets.mark(symbol));
    const time = this.#books.nowMs();
    const rates = { lastFundingRate: '0.00010000', interestRate: '0.00010000', nextFundingTime: 0, time };
    return { symbol, markPrice: mark, indexPrice: mark, estimatedSettlePrice: mark, ...rates };
  };

  /** *Shape*: one bracket a symbol; the venue has more. */
  readonly brackets = ({ parameters }: Asked): unknown => {
    const named = this.#symbolIfAny(parameters);
    const rows = [...this.#books.symbols.values()].filter(({ symbol }) => (named ?? symbol) === symbol);
    return rows.map(({ symbol, maintenance }) => ({
      symbol,
      brackets: [
        {
          ...{ bracket: 1, initialLeverage: 125, notionalCap: 1_000_000, notionalFloor: 0 },
          ...{ maintMarginRatio: Number(maintenance), cum: 0 },
        },
      ],
    }));
  };

  /** unverified: that a start without an end shows a week of it. */
  #window() {
    return { ...PAGE, nowMs: this.#books.nowMs() };
  }

  #symbolIfAny(parameters: Parameters): string | undefined {
    return parameters.has('symbol') ? contractOf(parameters, this.#books.symbols).symbol : undefined;
  }

  /** Orders that reads still show: those that nothing filled are gone after three days. */
  #shown(account: string, symbol: string, viewMs: number): UsdmOrder[] {
    const isKept = (order: UsdmOrder) =>
      isWorking(order) || order.executed.isPositive() || order.timeMs + UNFILLED_KEPT_MS >= viewMs;
    return this.#books.orders.of(account, viewMs).filter((order) => order.symbol === symbol && isKept(order));
  }

  #positionBody(account: string, position: Position): unknown {
    const { wallets, symbols } = this.#books;
    const initial = fixed(wallets.initialMargin(account, position));
    const isIsolated = wallets.settings.get(account)!.isolated.has(position.symbol);
    return {
      ...{ symbol: position.symbol, positionSide: position.side, positionAmt: position.amount.toString() },
      ...{ entryPrice: fixed(position.entryPrice), breakEvenPrice: fixed(position.entryPrice) },
      ...{ markPrice: fixed(wallets.mark(position.symbol)) },
      ...{ unRealizedProfit: signed(wallets.unrealized(position)), liquidationPrice: '0' },
      ...{ isolatedMargin: isIsolated ? initial : '0', notional: signed(wallets.notional(position)) },
      ...{ marginAsset: symbols.get(position.symbol)!.quote, isolatedWallet: isIsolated ? initial : '0' },
      ...{ initialMargin: initial, maintMargin: fixed(wallets.maintenance(position)) },
      ...{ positionInitialMargin: initial, openOrderInitialMargin: '0', adl: 1 },
      ...{ bidNotional: '0', askNotional: '0', updateTime: position.updateMs },
    };
  }
}

function atLeastNothing(value: Decimal): Decimal {
  return value.isNegative() ? Decimal.zero : value;
}

function signed(value: Decimal): string {
  return `${value.isNegative() ? '-' : ''}${fixed(value.abs())}`;
}
