import { Decimal } from '@algo/model';
import { BinanceStandIn } from '../binance/binance-stand-in.ts';
import { SPOT_DIALECT } from '../binance/dialect.ts';
import type { StandInOptions } from '../binance/stand-in-options.ts';
import { AccountDesk } from '../binance-account/account-desk.ts';
import { AccountRest } from '../binance-account/account-rest.ts';
import type { KeyOptions } from '../binance-account/api-keys.ts';
import { fixed } from '../binance-account/fixed-text.ts';
import type { OrderLimit } from '../binance-account/order-counts.ts';
import { SocketSessions } from '../binance-account/socket-sessions.ts';
import { type ExchangeClock, WALL_CLOCK } from '../exchange/exchange-clock.ts';
import type { Fault } from '../exchange/fault-plan.ts';
import type { Holding } from '../exchange/ledger.ts';
import type { RequestJournal } from '../exchange/request-journal.ts';
import type { FlowTrade } from '../exchange/symbol-market.ts';
import { answersTruth } from '../exchange/truth-door.ts';
import { SPOT_ORDER_LIMITS, SpotBooks } from './spot-books.ts';
import { SOCKET_NAMES, spotEndpoints } from './spot-endpoints.ts';
import { accountPosition, balanceUpdate, externalLockUpdate, type SpotEvent } from './spot-events.ts';
import { SpotLists } from './spot-lists.ts';
import type { SpotFill, SpotOrder } from './spot-order.ts';
import { SpotReads } from './spot-reads.ts';
import type { SpotSymbol, SymbolStatus } from './spot-symbol.ts';
import { SpotTrading } from './spot-trading.ts';
import { type SpotTruth, truthOf } from './spot-truth.ts';
import { SpotWallet, type Transfer } from './spot-wallet.ts';

/** An account of the spot exchange. *Shape*: amounts and rates as decimals as text. */
export interface SpotAccountOptions {
  readonly name: string;
  readonly balances: Readonly<Record<string, string>>;
  readonly keys: readonly KeyOptions[];
  readonly fees?: { readonly maker?: string; readonly taker?: string; readonly burnsBnb?: boolean };
}

export interface SpotExchangeOptions {
  readonly symbols: readonly SpotSymbol[];
  readonly accounts: readonly SpotAccountOptions[];
  readonly clock?: ExchangeClock;
  /** What a BNB costs, by the asset that it is priced in. */
  readonly bnbPrices?: Readonly<Record<string, string>>;
  readonly orderLimits?: readonly OrderLimit[];
  readonly weightMax?: number;
  /** 0: any that is free. */
  readonly port?: number;
}

const FEE = '0.001';

/** Binance's spot exchange as documented: market, accounts and orders over HTTP and WebSocket. */
export class BinanceSpotExchange implements AsyncDisposable {
  /** The public side: its tape, its streams, and how they fail. */
  readonly market: BinanceStandIn;
  readonly sessions: SocketSessions;
  readonly #books: SpotBooks;
  readonly #wallet = new SpotWallet();
  readonly #desk: AccountDesk;

  private constructor(market: BinanceStandIn, options: SpotExchangeOptions) {
    const { clock = WALL_CLOCK, symbols, weightMax = SPOT_DIALECT.weightMax } = options;
    this.market = market;
    const nowMs = () => clock.nowMs();
    this.#books = new SpotBooks({
      ...{ symbols, nowMs, orderLimits: options.orderLimits ?? SPOT_ORDER_LIMITS },
      book: (symbol, of) => market.book(symbol, of),
      trades: (symbol) => market.tape.trades(symbol)!,
      emit: (account, event) => this.sessions.emit(account, event),
    });
    const take = (weight: number) => market.charge(weight);
    this.#desk = new AccountDesk({
      ...{ clock, counts: this.#books.counts, windowPlaces: 3, take, weightMax },
      tradingRight: 'spotTrading',
    });
    const emit = (account: string, event: SpotEvent) => this.sessions.emit(account, event);
    const lists = new SpotLists(this.#books, () => this.#desk, emit);
    const trading = new SpotTrading(
      this.#books,
      () => this.#desk,
      (order, cancelId) => lists.cancelOne(order, cancelId),
    );
    const endpoints = spotEndpoints(trading, lists, new SpotReads(this.#books, weightMax), this.#wallet);
    const used = () => market.usedWeight;
    const bySocket = Object.entries(SOCKET_NAMES).map(([name, of]) => [name, endpoints[of]!] as const);
    this.sessions = new SocketSessions(this.#desk, {
      ...{ path: '/ws-api/v3', endpoints: Object.fromEntries(bySocket), hasStreams: true, usedWeight: used },
    });
    const rest = new AccountRest(this.#desk, endpoints, used);
    market.desk = {
      reply: (request) => answersTruth(request, () => this.truth()) ?? rest.reply(request),
      dial: (url) => this.sessions.dial(url),
    };
    for (const [asset, price] of Object.entries(options.bnbPrices ?? {}))
      this.#books.settlement.bnbPrices.set(asset, price);
    for (const account of options.accounts) this.#openAccount(account);
  }

  static async open(options: SpotExchangeOptions): Promise<BinanceSpotExchange> {
    return new BinanceSpotExchange(await BinanceStandIn.start(marketOf(options)), options);
  }

  /** Opens it without a server: only who has it reaches it, by the door of its market. */
  static unplugged(options: SpotExchangeOptions): BinanceSpotExchange {
    return new BinanceSpotExchange(BinanceStandIn.unplugged(marketOf(options)), options);
  }

  get restUrl(): string {
    return this.market.restUrl;
  }

  /** Where market data streams. */
  get streamUrl(): string {
    return this.market.url;
  }

  /** Where the WebSocket API is. */
  get socketUrl(): string {
    return `${this.market.url}/ws-api/v3`;
  }

  get journal(): RequestJournal {
    return this.#desk.journal;
  }

  /**
   * The `nth` request to an endpoint from now on goes wrong (`POST /api/v3/order`, `order.place`), or the
   * `nth` event of a kind (`event executionReport`).
   */
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

  setStatus(symbol: string, status: SymbolStatus): void {
    this.#books.statuses.set(symbol, status);
  }

  /** The price that filters and the price range look at, in place of an average of trades. */
  setReferencePrice(symbol: string, price: string): void {
    this.#books.referencePrices.set(symbol, price);
  }

  /** The venue goes down, or comes back: nobody is connected then, and nothing is answered but 502. */
  down(isDown: boolean): void {
    this.market.down(isDown);
    if (isDown) this.sessions.cut();
  }

  setMaintenance(isMaintained: boolean): void {
    this.#desk.isMaintained = isMaintained;
  }

  addKey(account: string, key: KeyOptions): void {
    this.#desk.keys.add(account, key, this.#books.nowMs());
  }

  revokeKey(apiKey: string): void {
    this.#desk.keys.revoke(apiKey);
  }

  /** Coins come from outside, or go there. */
  transfer(account: string, asset: string, amount: string): void {
    this.#move(account, asset, amount, false);
  }

  /** The venue itself gives coins: an airdrop, interest. */
  reward(account: string, asset: string, amount: string): void {
    this.#move(account, asset, amount, true);
  }

  /** A person asks for coins to be sent away. Returns false where less is free, and nothing moves then. */
  withdraw(account: string, asset: string, amount: string): boolean {
    if (this.holding(account, asset).free.lessThan(Decimal.of(amount))) return false;
    this.#move(account, asset, `-${amount}`, false);
    return true;
  }

  #move(account: string, asset: string, amount: string, isReward: boolean): void {
    const { ledger, nowMs } = this.#books;
    const delta = Decimal.of(amount);
    ledger.move(account, asset, delta);
    this.#wallet.note({ account, asset, amount: delta, timeMs: nowMs(), isReward });
    const sign = delta.isNegative() ? '-' : '';
    this.sessions.emit(account, balanceUpdate(nowMs(), asset, `${sign}${fixed(delta.abs())}`));
    this.#tellPosition(account, asset);
  }

  /** Another system locks coins of an account, or unlocks them with an amount below nothing. */
  lockOutside(account: string, asset: string, amount: string): void {
    const { ledger, nowMs } = this.#books;
    const delta = Decimal.of(amount);
    if (delta.isNegative()) ledger.unlock(account, asset, delta.abs());
    else if (!ledger.lock(account, asset, delta))
      throw new Error(`${account} has less than ${amount} ${asset}`);
    const sign = delta.isNegative() ? '-' : '';
    this.sessions.emit(account, externalLockUpdate(nowMs(), asset, `${sign}${fixed(delta.abs())}`));
    this.#tellPosition(account, asset);
  }

  setTrading(account: string, canTrade: boolean): void {
    this.#books.accounts.get(account)!.canTrade = canTrade;
  }

  /** The venue ends an order by itself. */
  expire(orderId: number): void {
    this.#books.engine.expire(this.#books.orders.get(orderId)!, 'EXCHANGE_CANCELED');
  }

  /** Returns what is really so, whatever reads and streams show. */
  truth(): SpotTruth {
    return truthOf(this.#books, (symbol) => this.market.tape.trades(symbol)!);
  }

  /** All fills, oldest first: a list that grows. */
  get fills(): readonly SpotFill[] {
    return this.#books.orders.fills;
  }

  /** Returns an account's orders, oldest first. */
  ordersOf(account: string): readonly SpotOrder[] {
    return this.#books.orders.of(account);
  }

  /** Returns what came from outside, or went there, oldest first. */
  transfersOf(account: string): readonly Transfer[] {
    return this.#wallet.of(account);
  }

  holding(account: string, asset: string): Holding {
    return this.#books.ledger.holding(account, asset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sessions.close();
    await this.market[Symbol.asyncDispose]();
  }

  #openAccount({ name, balances, keys, fees }: SpotAccountOptions): void {
    const { ledger, accounts } = this.#books;
    const { maker = FEE, taker = FEE, burnsBnb = false } = fees ?? {};
    accounts.set(name, { fees: { maker, taker, burnsBnb }, uid: 1_000 + accounts.size, canTrade: true });
    ledger.open(name);
    for (const [asset, amount] of Object.entries(balances)) ledger.move(name, asset, Decimal.of(amount));
    for (const key of keys) this.addKey(name, key);
  }

  #tellPosition(account: string, asset: string): void {
    const { ledger, nowMs } = this.#books;
    const rows = [[asset, ledger.holding(account, asset)]] as const;
    this.sessions.emit(account, accountPosition(nowMs(), rows));
  }
}

function marketOf({ clock = WALL_CLOCK, symbols, weightMax, port }: SpotExchangeOptions): StandInOptions {
  return {
    ...{ dialect: SPOT_DIALECT, symbols: symbols.map(({ symbol }) => symbol) },
    ...{ nowMs: () => Math.floor(clock.nowMs()), every: clock.every.bind(clock) },
    ...(weightMax === undefined ? {} : { weightMax }),
    ...(port === undefined ? {} : { port }),
  };
}
