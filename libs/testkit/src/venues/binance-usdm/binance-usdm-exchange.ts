import { Decimal } from '@algo/model';
import { BinanceStandIn } from '../binance/binance-stand-in.ts';
import { USDM_DIALECT } from '../binance/dialect.ts';
import type { StandInOptions } from '../binance/stand-in-options.ts';
import { AccountDesk } from '../binance-account/account-desk.ts';
import { AccountRest } from '../binance-account/account-rest.ts';
import type { KeyOptions } from '../binance-account/api-keys.ts';
import type { OrderLimit } from '../binance-account/order-counts.ts';
import { SocketSessions } from '../binance-account/socket-sessions.ts';
import { type ExchangeClock, WALL_CLOCK } from '../exchange/exchange-clock.ts';
import type { Fault } from '../exchange/fault-plan.ts';
import type { RequestJournal } from '../exchange/request-journal.ts';
import type { FlowTrade } from '../exchange/symbol-market.ts';
import { answersTruth } from '../exchange/truth-door.ts';
import { ListenKeys } from './listen-keys.ts';
import { USDM_ORDER_LIMITS, UsdmBooks } from './usdm-books.ts';
import { USDM_SOCKET_NAMES, usdmEndpoints } from './usdm-endpoints.ts';
import { accountUpdate, type UsdmEvent } from './usdm-events.ts';
import type { AlgoOrder, PositionSide, UsdmFill, UsdmOrder } from './usdm-order.ts';
import { UsdmReads } from './usdm-reads.ts';
import { UsdmSettingsDesk } from './usdm-settings.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';
import { UsdmTrading } from './usdm-trading.ts';
import { type UsdmTruth, usdmTruthOf } from './usdm-truth.ts';
import type { Income, Position } from './usdm-wallets.ts';

const LOOK_EVERY_MS = 50;
const DAY_MS = 86_400_000;

/** An account of the USD-M exchange. *Shape*: amounts and rates as decimals as text. */
export interface UsdmAccountOptions {
  readonly name: string;
  readonly balances: Readonly<Record<string, string>>;
  readonly keys: readonly KeyOptions[];
  readonly fees?: { readonly maker: string; readonly taker: string };
}

export interface UsdmExchangeOptions {
  readonly symbols: readonly UsdmSymbol[];
  readonly accounts: readonly UsdmAccountOptions[];
  readonly clock?: ExchangeClock;
  readonly orderLimits?: readonly OrderLimit[];
  readonly weightMax?: number;
  /** 0: any that is free. */
  readonly port?: number;
}

/** How an account may be set up. */
export interface UsdmSetUp {
  readonly isHedged?: boolean;
  readonly isMultiAssets?: boolean;
  readonly leverage?: Readonly<Record<string, number>>;
}

/** Binance's USD-M exchange as documented: market, accounts and orders over HTTP and WebSocket. */
export class BinanceUsdmExchange implements AsyncDisposable {
  /** The public side: its tape, its streams, and how they fail. */
  readonly market: BinanceStandIn;
  /** The streams of accounts. */
  readonly streams: ListenKeys;
  /** The WebSocket API: orders alone, no streams. */
  readonly sessions: SocketSessions;
  readonly #books: UsdmBooks;
  readonly #desk: AccountDesk;
  readonly #trading: UsdmTrading;
  readonly #stopLooking: () => void;

  private constructor(market: BinanceStandIn, options: UsdmExchangeOptions) {
    const { clock = WALL_CLOCK, symbols, weightMax = USDM_DIALECT.weightMax } = options;
    this.market = market;
    const emit = (account: string, event: UsdmEvent) => this.streams.emit(account, event);
    this.#books = new UsdmBooks({
      ...{ symbols, nowMs: () => clock.nowMs(), emit },
      orderLimits: options.orderLimits ?? USDM_ORDER_LIMITS,
      book: (symbol, of) => market.book(symbol, of),
    });
    this.#desk = new AccountDesk({
      ...{ clock, counts: this.#books.counts, windowPlaces: 0, weightMax, tradingRight: 'futures' },
      take: (weight) => market.charge(weight),
    });
    this.streams = new ListenKeys(this.#desk);
    this.#trading = new UsdmTrading(this.#books, () => this.#desk);
    const endpoints = usdmEndpoints({
      ...{ trading: this.#trading, keys: this.streams, reads: new UsdmReads(this.#books, weightMax) },
      settings: new UsdmSettingsDesk(this.#books, emit),
    });
    const bySocket = Object.entries(USDM_SOCKET_NAMES).map(([name, of]) => [name, endpoints[of]!] as const);
    this.sessions = new SocketSessions(this.#desk, {
      ...{ path: '/ws-fapi/v1', endpoints: Object.fromEntries(bySocket), hasStreams: false },
      usedWeight: () => market.usedWeight,
    });
    const rest = new AccountRest(this.#desk, endpoints, () => market.usedWeight);
    market.desk = {
      reply: (request) => {
        this.tick();
        return answersTruth(request, () => this.truth()) ?? rest.reply(request);
      },
      dial: (url) => this.streams.dial(url) ?? this.sessions.dial(url),
    };
    for (const account of options.accounts) this.#openAccount(account);
    this.#stopLooking = clock.every(LOOK_EVERY_MS, () => this.tick());
  }

  static async open(options: UsdmExchangeOptions): Promise<BinanceUsdmExchange> {
    return new BinanceUsdmExchange(await BinanceStandIn.start(marketOf(options)), options);
  }

  /** Opens it without a server: only who has it reaches it, by the door of its market. */
  static unplugged(options: UsdmExchangeOptions): BinanceUsdmExchange {
    return new BinanceUsdmExchange(BinanceStandIn.unplugged(marketOf(options)), options);
  }

  get restUrl(): string {
    return this.market.restUrl;
  }

  /** Where streams are: `/public/…`, `/market/…`, `/private/ws?listenKey=…`. */
  get streamUrl(): string {
    return this.market.url;
  }

  /** Where the WebSocket API is. */
  get socketUrl(): string {
    return `${this.market.url}/ws-fapi/v1`;
  }

  get journal(): RequestJournal {
    return this.#desk.journal;
  }

  /** The `nth` request to an endpoint from now on goes wrong, or the `nth` event of a kind. */
  fault(endpoint: string, nth: number, fault: Fault): void {
    this.#desk.faults.set(endpoint, nth, fault);
  }

  /** Reads of an endpoint show the books as they were so long ago. */
  readLate(endpoint: string, delayMs: number): void {
    this.#desk.readDelayMs.set(endpoint, delayMs);
  }

  /** Lets public trades happen, in order. */
  flow(symbol: string, trades: readonly FlowTrade[]): void {
    for (const trade of trades) this.#books.markets.get(symbol)!.flow(trade);
  }

  /** What the public quotes until the next public trade. *Shape*: decimals as text, the best first. */
  quote(
    symbol: string,
    bids: readonly (readonly [price: string, quantity: string])[],
    asks: readonly (readonly [price: string, quantity: string])[],
  ): void {
    const levels = (rows: typeof bids) => rows.map(([p, q]) => [Decimal.of(p), Decimal.of(q)] as const);
    this.#books.markets.get(symbol)!.quote(levels(bids), levels(asks));
  }

  /** Sets a mark price; from then on it does not follow the last one. */
  setMark(symbol: string, price: string): void {
    this.#books.setMark(symbol, Decimal.of(price));
  }

  /** Pays funding: a rate above zero is paid by who is long. */
  fund(symbol: string, rate: string): void {
    this.#books.risk.fund(symbol, Decimal.of(rate));
  }

  /** Closes all of an account by force, whatever its margin. */
  liquidate(account: string, asset = 'USDT'): void {
    this.#books.risk.liquidate(account, asset);
  }

  /** Takes a part of a position because somebody else can't pay. */
  reduce(account: string, symbol: string, quantity: string, side: PositionSide = 'BOTH'): void {
    const position = this.#books.wallets.position(account, symbol, side);
    this.#books.risk.reduce(account, position, Decimal.of(quantity));
  }

  /** Money comes from outside, or goes there. */
  transfer(account: string, asset: string, amount: string): void {
    const { wallets, nowMs } = this.#books;
    const change = Decimal.of(amount);
    wallets.book(account, { symbol: '', type: 'TRANSFER', asset, amount: change, tradeId: '' });
    const reason = change.isNegative() ? 'WITHDRAW' : 'DEPOSIT';
    const news = { account, reason, asset, change, positions: [], nowMs: nowMs() };
    this.streams.emit(account, accountUpdate(wallets, news));
  }

  /** Somebody sets an account up otherwise, on the venue's page. *Shape*: `leverage` by symbol. */
  setUp(account: string, how: UsdmSetUp): void {
    const settings = this.#books.wallets.settings.get(account)!;
    settings.isHedged = how.isHedged ?? settings.isHedged;
    settings.isMultiAssets = how.isMultiAssets ?? settings.isMultiAssets;
    for (const [symbol, leverage] of Object.entries(how.leverage ?? {}))
      settings.leverage.set(symbol, leverage);
  }

  setStatus(symbol: string, status: string): void {
    this.#books.statuses.set(symbol, status);
  }

  /** The venue goes down, or comes back: nobody is connected then, and nothing is answered but 502. */
  down(isDown: boolean): void {
    this.market.down(isDown);
    if (isDown) for (const side of [this.streams, this.sessions]) side.cut();
  }

  setMaintenance(isMaintained: boolean): void {
    this.#desk.isMaintained = isMaintained;
  }

  /** Turns new exposure away with -1008. */
  setOverloaded(isOverloaded: boolean): void {
    this.#trading.isOverloaded = isOverloaded;
  }

  addKey(account: string, key: KeyOptions): void {
    this.#desk.keys.add(account, key, this.#books.nowMs());
  }

  revokeKey(apiKey: string): void {
    this.#desk.keys.revoke(apiKey);
  }

  /** Does what time alone does; it happens by itself too, every 50 ms and before each request. */
  tick(): void {
    this.#books.tick();
    this.streams.tick();
  }

  /** Returns what is really so, whatever reads and streams show. */
  truth(): UsdmTruth {
    return usdmTruthOf(this.#books, (symbol) => this.market.tape.trades(symbol)!);
  }

  /** All fills, oldest first: a list that grows. */
  get fills(): readonly UsdmFill[] {
    return this.#books.fills;
  }

  /** Oldest first; conditional ones stand apart. */
  ordersOf(account: string): readonly UsdmOrder[] {
    return this.#books.orders.of(account);
  }

  algosOf(account: string): readonly AlgoOrder[] {
    return this.#books.algos.of(account);
  }

  /** All changes of wallets, oldest first: a list that grows. */
  get incomes(): readonly Income[] {
    return this.#books.wallets.incomes;
  }

  balanceOf(account: string, asset: string): Decimal {
    return this.#books.wallets.balance(account, asset);
  }

  positionOf(account: string, symbol: string): Position {
    return this.#books.wallets.position(account, symbol, 'BOTH');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopLooking();
    this.streams.close();
    this.sessions.close();
    await this.market[Symbol.asyncDispose]();
  }

  #openAccount({ name, balances, keys, fees }: UsdmAccountOptions): void {
    const { wallets, nowMs } = this.#books;
    this.#books.fees.set(name, fees ?? { maker: '0.0002', taker: '0.0005' });
    wallets.open(name);
    for (const [asset, text] of Object.entries(balances)) {
      const amount = Decimal.of(text);
      const income = { symbol: '', type: 'TRANSFER', asset, amount, tradeId: '' } as const;
      // What an account begins with came long before anybody looks at it.
      wallets.book(name, income, nowMs() - DAY_MS);
    }
    for (const key of keys) this.addKey(name, key);
  }
}

function marketOf({ clock = WALL_CLOCK, symbols, weightMax, port }: UsdmExchangeOptions): StandInOptions {
  return {
    ...{ dialect: USDM_DIALECT, symbols: symbols.map(({ symbol }) => symbol) },
    ...{ nowMs: () => Math.floor(clock.nowMs()), every: clock.every.bind(clock) },
    ...(weightMax === undefined ? {} : { weightMax }),
    ...(port === undefined ? {} : { port }),
  };
}
