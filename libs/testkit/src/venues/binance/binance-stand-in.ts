import { Decimal } from '@algo/model';
import { fixed } from '../binance-account/fixed-text.ts';
import { WALL_CLOCK } from '../exchange/exchange-clock.ts';
import type { EngineMatch, EngineOrder } from '../exchange/public-order.ts';
import type { DialAnswer, HeardAnswer, HeardRequest, StandInDesk } from '../exchange/stand-in-door.ts';
import { type MarketOptions, SymbolMarket } from '../exchange/symbol-market.ts';
import { DialMeter } from './dial-meter.ts';
import { INTERVALS_MS, klineRows } from './kline-rows.ts';
import { answerRest, type ListedRules } from './rest-side.ts';
import type { ReadFault, StandInOptions } from './stand-in-options.ts';
import { StandInServer } from './stand-in-server.ts';
import { aggregateFrame, klineFrame, tradeFrame } from './stream-frames.ts';
import { type DialRefusal, type StandInClient, StreamSide } from './stream-side.ts';
import { Tape, type TapeAggregate, type TapeTrade } from './tape.ts';
import { type Refusal, WeightMeter } from './weight-meter.ts';

const MINUTE_MS = INTERVALS_MS['1m']!;
/** How often it looks whether a minute is over. */
const LOOK_EVERY_MS = 10;
/** A market in which only those trade who place orders. */
const UNQUOTED: MarketOptions = {
  ...{ tick: '0.01', firstTradeId: 1, depth: { levels: 0, quantity: '0', ticksApart: 1 } },
};

/**
 * A market of Binance over HTTP and WebSocket, as documented, whose trades a test tells one by one, and which
 * breaks when it is told to.
 */
export class BinanceStandIn implements AsyncDisposable {
  readonly tape: Tape;
  /** Where accounts are kept, if there are any. */
  desk: StandInDesk | undefined;
  /** Whether requests over the socket are answered, and new connections let in. */
  answers = true;
  refuses: boolean | DialRefusal = false;
  /** What was asked by REST, and in what unit of time. */
  readonly asked: URL[] = [];
  readonly askedUnits: unknown[] = [];
  /** How a read from an id on fails; it doesn't where this returns nothing. */
  readFault: (symbol: string, fromId: number, url: URL) => ReadFault | undefined = () => undefined;
  /** No read is answered before this has settled. */
  held: Promise<unknown> = Promise.resolve();
  /** The first id that a read of a symbol from an id on doesn't show yet. */
  historyEnd: (symbol: string, fromId: number) => number = () => Number.POSITIVE_INFINITY;
  /** The id that a read from an id on begins at in truth: another one is a lie. */
  pageStart: (symbol: string, fromId: number) => number = (_symbol, fromId) => fromId;
  /** How far the venue's clock is ahead of the true one. *Units*: ms. */
  skewMs = 0;
  /** By which rules orders of a symbol are taken, where not by the usual ones; null: it is delisted. */
  readonly rules = new Map<string, Partial<ListedRules> | null>();
  /** Ids that no read shows, of any symbol. */
  readonly lost = new Set<number>();
  /** Streams that are taken, answered for, and never have data. */
  readonly silent = new Set<string>();
  readonly #options: StandInOptions;
  readonly #nowMs: () => number;
  readonly #meter: WeightMeter;
  /** Who tried to connect, as far as five minutes go. */
  readonly dials: DialMeter;
  /** Undefined: nobody reaches it but who has it. */
  #server: StandInServer | undefined;
  readonly #streams: StreamSide;
  readonly #books = new Map<string, SymbolMarket>();
  #isDown = false;
  readonly #stopLooking: () => void;
  /** Bars of a minute that opened before it are told. */
  #barsUntilMs: number;

  private constructor(options: StandInOptions) {
    const { dialect, symbols, nowMs = Date.now, weightMax = dialect.weightMax } = options;
    const { every = WALL_CLOCK.every } = options;
    this.#options = options;
    this.#nowMs = () => nowMs() + this.skewMs;
    this.#meter = new WeightMeter(weightMax);
    this.dials = new DialMeter(dialect.dialsMax);
    this.tape = new Tape(dialect.mergeUs);
    for (const symbol of symbols) this.tape.list(symbol);
    this.#streams = new StreamSide({
      ...{ dialect, nowMs: this.#nowMs, answers: () => this.answers, every },
      isKnown: (stream) => this.tape.trades(stream.split('@')[0]!.toUpperCase()) !== undefined,
      refusal: () => {
        if (this.dials.take(this.#nowMs())) return { status: 429, body: 'Too many connection attempts' };
        if (this.#isDown || this.refuses === true) return 'cut';
        return this.refuses === false ? undefined : this.refuses;
      },
    });
    this.#barsUntilMs = minuteOf(this.#nowMs());
    this.#stopLooking = every(LOOK_EVERY_MS, () => this.#tellBars());
  }

  static async start(options: StandInOptions): Promise<BinanceStandIn> {
    const standIn = new BinanceStandIn(options);
    standIn.#server = await StandInServer.listen(options.port ?? 0, {
      ...{ reply: (request) => standIn.reply(request), dial: (url) => standIn.dial(url) },
      upgrade: (request, line, head) => standIn.#streams.upgrade(request, line, head),
    });
    return standIn;
  }

  /** Opens it without a server: it is asked by `reply` and `dial` alone. */
  static unplugged(options: StandInOptions): BinanceStandIn {
    return new BinanceStandIn(options);
  }

  /** Answers a request. */
  reply(request: HeardRequest): Promise<HeardAnswer> {
    return (this.#isDown ? undefined : this.desk?.reply(request)) ?? this.#reply(request);
  }

  /** Meets a dial of an account's socket; undefined where it is of market data, or nobody is at home. */
  dial(url: URL): DialAnswer | undefined {
    return this.#isDown ? undefined : this.desk?.dial(url);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  get restUrl(): string {
    return this.url.replace('ws:', 'http:');
  }

  get clients(): readonly StandInClient[] {
    return this.#streams.clients;
  }

  get open(): readonly StandInClient[] {
    return this.clients.filter(({ isOpen }) => isOpen);
  }

  /** Whether the address is banned just now. */
  get isBanned(): boolean {
    return this.#meter.isBanned(this.#nowMs());
  }

  /** What the address has used of the running minute. */
  get usedWeight(): number {
    return this.#meter.used(this.#nowMs());
  }

  /** Requests that asked too much, whoever made them. */
  get refusedRequests(): number {
    return this.#meter.refusedInAll;
  }

  /** Another client of the same address asks for so much. Returns whether it was turned away. */
  use(weight: number): boolean {
    return this.charge(weight) !== undefined;
  }

  /** Takes weight of the address. Returns how a request is refused, if it is. */
  charge(weight: number): Refusal | undefined {
    return this.#meter.take(weight, this.#nowMs());
  }

  /** Returns the one book of a symbol. Who asks first says what it is like; otherwise nobody quotes. */
  book(symbol: string, options: MarketOptions = UNQUOTED): SymbolMarket {
    const known = this.#books.get(symbol);
    if (known !== undefined) return known;
    const book = new SymbolMarket(options, () => Math.floor(this.#nowMs() * 1_000), {
      print: (trade) => {
        const [price, quantity] = [trade.price, trade.quantity].map((text) => fixed(Decimal.of(text)));
        this.tell(symbol, [{ ...trade, price: price!, quantity: quantity! }]);
      },
      lastId: () => this.tape.trades(symbol)?.at(-1)?.id ?? 0,
    });
    this.#books.set(symbol, book);
    return book;
  }

  /**
   * Places an order in the one book of a symbol. What it meets is told at once, as any trade; whose orders
   * those were stands in what is returned, and nowhere else.
   */
  place(symbol: string, order: EngineOrder): readonly EngineMatch[] {
    return this.book(symbol).place(order);
  }

  /** The venue goes down, or comes back: nobody is connected then, and no read is answered. */
  down(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) for (const client of this.open) client.cut();
  }

  /** Lets trades of one symbol happen: whoever listens to it hears them, and they are in the history. */
  tell(symbol: string, trades: readonly TapeTrade[]): void {
    const merged = this.happen(symbol, trades);
    this.stream(symbol, trades);
    this.streamMerged(symbol, merged);
  }

  /** Lets trades of one symbol happen that nobody hears. Returns them as the venue merges them. */
  happen(symbol: string, trades: readonly TapeTrade[]): TapeAggregate[] {
    return this.tape.happen(symbol, trades);
  }

  /** Tells trades one by one to whoever listens to their symbol. */
  stream(symbol: string, trades: readonly TapeTrade[]): void {
    const stream = `${symbol.toLowerCase()}@trade`;
    if (this.silent.has(stream)) return;
    // Futures say of each trade whether it was one of the book.
    const kind = this.#options.dialect.wantsKey ? { kind: 'MARKET' } : {};
    for (const trade of trades)
      this.#streams.tell(stream, tradeFrame({ ...kind, ...trade }, { symbol, perMs: this.#perMs }));
  }

  /** Tells merged trades to whoever listens to those of their symbol. */
  streamMerged(symbol: string, rows: readonly TapeAggregate[]): void {
    const stream = `${symbol.toLowerCase()}@aggTrade`;
    if (this.silent.has(stream)) return;
    for (const row of rows) this.#streams.tell(stream, aggregateFrame(row, { symbol, perMs: this.#perMs }));
  }

  /** Tells a bar of a minute, as far as it has come, to whoever listens to those of its symbol. */
  streamBar(symbol: string, openMs: number): void {
    const stream = `${symbol.toLowerCase()}@kline_1m`;
    if (this.silent.has(stream) || !this.#streams.isHeard(stream)) return;
    const wanted = { intervalMs: MINUTE_MS, fromMs: openMs, toMs: openMs, limit: 1 };
    const [row] = klineRows(this.tape.trades(symbol)!, wanted, this.#perMs);
    const isClosed = openMs + MINUTE_MS <= this.#nowMs();
    if (row !== undefined) this.#streams.tell(stream, klineFrame(row, '1m', isClosed, { symbol }));
  }

  /** Pings everybody. */
  ping(): void {
    this.#streams.ping();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopLooking();
    this.#streams.close();
    await this.#server?.[Symbol.asyncDispose]();
  }

  get #perMs(): number {
    return this.#options.dialect.hasMicroseconds ? 1_000 : 1;
  }

  #tellBars(): void {
    const untilMs = minuteOf(this.#nowMs());
    // A clock that leaps leaves bars behind that nobody waits for.
    const fromMs = Math.max(this.#barsUntilMs, untilMs - MINUTE_MS);
    for (let openMs = fromMs; openMs < untilMs; openMs += MINUTE_MS)
      for (const symbol of this.tape.symbols) this.streamBar(symbol, openMs);
    this.#barsUntilMs = untilMs;
  }

  async #reply(request: HeardRequest): Promise<HeardAnswer> {
    const { dialect } = this.#options;
    const url = new URL(request.url, this.restUrl);
    const unit = request.headers['x-mbx-time-unit'];
    this.asked.push(url);
    this.askedUnits.push(unit);
    const market = {
      tape: this.tape,
      nowMs: this.#nowMs,
      historyEnd: (symbol: string, fromId: number) => this.historyEnd(symbol, fromId),
      weightMax: this.#options.weightMax ?? dialect.weightMax,
      rules: this.rules,
      isLost: (_symbol: string, id: number) => this.lost.has(id),
      pageStart: (symbol: string, fromId: number) => this.pageStart(symbol, fromId),
    };
    const answer = answerRest(dialect, market, {
      path: url.pathname,
      query: url.searchParams,
      wantsMicroseconds: String(unit).toUpperCase() === 'MICROSECOND',
      hasKey: request.headers['x-mbx-apikey'] !== undefined,
    });
    const refusal = this.#meter.take(answer.weight, this.#nowMs());
    const msg = `Too much request weight used; current limit is ${dialect.weightMax}.`;
    const gone = { status: 502, body: '<html><head><title>502 Bad Gateway</title></head></html>' };
    const fault: ReadFault | undefined = this.#isDown
      ? gone
      : refusal === undefined
        ? this.readFault(url.searchParams.get('symbol') ?? '', Number(url.searchParams.get('fromId')), url)
        : { ...refusal, body: JSON.stringify({ code: -1003, msg }) };
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const headers = {
      'Content-Type': typeof answer.body === 'string' ? 'text/html' : 'application/json',
      'X-MBX-USED-WEIGHT-1M': `${this.usedWeight}`,
      ...(fault?.retryAfterS === undefined ? {} : { 'Retry-After': `${fault.retryAfterS}` }),
    };
    await this.held;
    return { status: fault?.status ?? answer.status, headers, text: fault?.body ?? text };
  }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
