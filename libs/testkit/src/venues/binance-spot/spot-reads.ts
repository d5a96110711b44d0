import { Decimal } from '@algo/model';
import type { Asked } from '../binance-account/endpoint.ts';
import { fixed } from '../binance-account/fixed-text.ts';
import { pageOf } from '../binance-account/page.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import { Refused } from '../binance-account/refused.ts';
import { queriedBody, tradeBody } from './spot-bodies.ts';
import type { SpotBooks } from './spot-books.ts';
import { symbolOf } from './spot-entry.ts';
import { isOpen } from './spot-order.ts';
import { symbolBody } from './spot-symbol.ts';

/** Reads of more than a day are refused. */
const PAGE = {
  ...{ timeOf: ({ timeMs }: { readonly timeMs: number }) => timeMs, standard: 500, longestMs: 86_400_000 },
  tooLong: () => new Refused(-1127, 'More than 24 hours between startTime and endTime.'),
};

/** What the spot exchange tells of its rules and of an account. */
export class SpotReads {
  readonly #books: SpotBooks;
  readonly #weightMax: number;

  constructor(books: SpotBooks, weightMax: number) {
    this.#books = books;
    this.#weightMax = weightMax;
  }

  readonly exchangeInfo = ({ parameters }: Asked): unknown => {
    const { symbols, counts, nowMs } = this.#books;
    const named = namesOf(parameters) ?? [...symbols.keys()];
    return {
      ...{ timezone: 'UTC', serverTime: nowMs() },
      rateLimits: [
        { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: this.#weightMax },
        ...counts.limits.map((limit) => ({ rateLimitType: 'ORDERS', ...limit })),
        { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
      ],
      exchangeFilters: [],
      symbols: named.map((name) => {
        const of = symbols.get(name);
        if (of === undefined) throw new Refused(-1121, 'Invalid symbol.');
        return symbolBody(of, this.#books.status(name));
      }),
    };
  };

  readonly executionRules = ({ parameters }: Asked): unknown => {
    const { symbols } = this.#books;
    const named = namesOf(parameters) ?? [...symbols.keys()];
    const ruled = named.filter((name) => symbols.get(name)?.priceRange != null);
    return {
      symbolRules: ruled.map((symbol) => {
        const { bidUp, bidDown, askUp, askDown } = symbols.get(symbol)!.priceRange!;
        const multipliers = { bidLimitMultUp: bidUp, bidLimitMultDown: bidDown };
        const others = { askLimitMultUp: askUp, askLimitMultDown: askDown };
        return { symbol, rules: [{ ruleType: 'PRICE_RANGE', ...multipliers, ...others }] };
      }),
    };
  };

  readonly account = ({ account, parameters, viewMs }: Asked): unknown => {
    const { ledger, accounts } = this.#books;
    const { fees, uid, canTrade } = accounts.get(account)!;
    const omits = parameters.flag('omitZeroBalances') ?? false;
    const rows = ledger
      .assets(account)
      .map((asset) => ({ asset, ...ledger.holdingAt(account, asset, viewMs) }))
      .filter(({ free, locked }) => !omits || free.isPositive() || locked.isPositive());
    const rate = (text: string) => fixed(Decimal.of(text));
    const basisPoints = (text: string) => Number(text) * 10_000;
    return {
      ...{ makerCommission: basisPoints(fees.maker), takerCommission: basisPoints(fees.taker) },
      ...{ buyerCommission: 0, sellerCommission: 0 },
      commissionRates: {
        ...{ maker: rate(fees.maker), taker: rate(fees.taker), buyer: rate('0'), seller: rate('0') },
      },
      ...{ canTrade, canWithdraw: true, canDeposit: true, brokered: false },
      ...{ requireSelfTradePrevention: false, preventSor: false },
      ...{ updateTime: Math.floor(viewMs), accountType: 'SPOT' },
      balances: rows.map(({ asset, free, locked }) => ({
        ...{ asset, free: fixed(free), locked: fixed(locked) },
      })),
      ...{ permissions: ['SPOT'], uid },
    };
  };

  readonly commission = ({ account, parameters }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const { fees } = this.#books.accounts.get(account)!;
    const rates = (maker: string, taker: string) => ({
      ...{ maker: fixed(Decimal.of(maker)), taker: fixed(Decimal.of(taker)) },
      ...{ buyer: fixed(Decimal.zero), seller: fixed(Decimal.zero) },
    });
    return {
      ...{ symbol, standardCommission: rates(fees.maker, fees.taker) },
      ...{ specialCommission: rates('0', '0'), taxCommission: rates('0', '0') },
      discount: {
        ...{ enabledForAccount: fees.burnsBnb, enabledForSymbol: true },
        ...{ discountAsset: 'BNB', discount: '0.25000000' },
      },
    };
  };

  readonly order = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const orderId = parameters.whole('orderId');
    const clientOrderId = parameters.text('origClientOrderId');
    if (orderId === undefined && clientOrderId === undefined)
      throw new Refused(
        -1102,
        "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
      );
    const order = this.#books.orders.find(account, { symbol, orderId, clientOrderId }, viewMs);
    if (order === undefined) throw new Refused(-2013, 'Order does not exist.');
    return queriedBody(order);
  };

  readonly openOrders = ({ account, parameters, viewMs }: Asked): unknown => {
    const symbol = parameters.has('symbol') ? symbolOf(parameters, this.#books.symbols).symbol : undefined;
    return this.#books.orders
      .of(account, viewMs)
      .filter((order) => isOpen(order) && (symbol === undefined || order.symbol === symbol))
      .map(queriedBody);
  };

  readonly allOrders = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const fromId = parameters.whole('orderId');
    const rows = this.#books.orders
      .of(account, viewMs)
      .filter((order) => order.symbol === symbol && (fromId === undefined || order.orderId >= fromId));
    return pageOf(rows, parameters, fromId !== undefined, PAGE).map(queriedBody);
  };

  readonly myTrades = ({ account, parameters, viewMs }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const orderId = parameters.whole('orderId');
    const fromId = parameters.whole('fromId');
    const hasTime = parameters.has('startTime') || parameters.has('endTime');
    if (hasTime && (fromId !== undefined || orderId !== undefined))
      throw new Refused(-1128, 'Combination of optional parameters invalid.');
    const rows = this.#books.orders.fills.filter(
      (fill) =>
        fill.account === account &&
        fill.symbol === symbol &&
        fill.bookedMs <= viewMs &&
        (orderId === undefined || fill.orderId === orderId) &&
        (fromId === undefined || fill.tradeId >= fromId),
    );
    return pageOf(rows, parameters, fromId !== undefined, PAGE).map(tradeBody);
  };

  readonly orderCounts = ({ account }: Asked): unknown => {
    const { counts, nowMs } = this.#books;
    const used = counts.counts(account, nowMs());
    return counts.limits.map((limit, i) => ({ rateLimitType: 'ORDERS', ...limit, count: used[i] }));
  };

  readonly time = (): unknown => ({ serverTime: this.#books.nowMs() });

  readonly bnbBurn = ({ account }: Asked): unknown => ({
    ...{ spotBNBBurn: this.#books.accounts.get(account)!.fees.burnsBnb, interestBNBBurn: false },
  });

  readonly averagePrice = ({ parameters }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const { last } = this.#books.markets.get(symbol)!;
    const price = this.#books.reference(symbol, 5) ?? Decimal.zero;
    const closeTime = this.#books.nowMs();
    return { mins: 5, price: fixed(last === null ? Decimal.zero : price), closeTime };
  };

  readonly bookTicker = ({ parameters }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const { book } = this.#books.markets.get(symbol)!;
    const [bid, ask] = [book.side('BUY')[0], book.side('SELL')[0]];
    const text = (value: Decimal | undefined) => fixed(value ?? Decimal.zero);
    const bids = { bidPrice: text(bid?.price), bidQty: text(bid?.open) };
    return { symbol, ...bids, askPrice: text(ask?.price), askQty: text(ask?.open) };
  };
}

function namesOf(parameters: Parameters): string[] | undefined {
  const one = parameters.text('symbol');
  if (one !== undefined) return [one];
  const several = parameters.text('symbols');
  if (several === undefined) return undefined;
  try {
    return JSON.parse(several) as string[];
  } catch {
    throw new Refused(-1135, "JSON sent for parameter 'symbols' is not valid");
  }
}
