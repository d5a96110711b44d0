import { StreamSocket } from './socket.ts';
import { type BinanceTrade, binanceTradeIn } from './trade.ts';

/** *Units*: ms. */
export interface ConnectionTimings {
  /** Silence after which a connection counts as dead; halfway there it is asked for a sign of life. */
  readonly silenceMs: number;
  /** Age at which a connection is replaced; Binance cuts it at 24 h. */
  readonly rotateMs: number;
  /** How long the old and the new one run side by side. */
  readonly overlapMs: number;
  /** First and longest wait before another try; it doubles from one to the other. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How often it looks after all this. */
  readonly lookMs: number;
}

export const BINANCE_TIMINGS: ConnectionTimings = {
  silenceMs: 10_000,
  rotateMs: 23 * 3_600_000,
  overlapMs: 5_000,
  // Binance allows 300 new connections in five minutes.
  retryFirstMs: 1_000,
  retryMaxMs: 60_000,
  lookMs: 250,
};

/**
 * Trades of a new connection that are kept while the old one still runs; with more, it takes over at once.
 */
const OVERLAP_TRADES_MAX = 50_000;
const SIGN_OF_LIFE = '{"method":"LIST_SUBSCRIPTIONS","id":1}';

export interface ConnectionSink {
  trade(trade: BinanceTrade): void;
  malformed(): void;
  connected(): void;
  disconnected(reason: string): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly symbols: readonly string[];
  readonly timings: ConnectionTimings;
  readonly nowMs: () => number;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly sink: ConnectionSink;
}

/**
 * Keeps one set of streams connected for ever: dials again with growing, jittered waits, replaces a
 * connection before the
 * venue cuts it, and one that has gone silent. It never misorders trades: a new connection's wait until the
 * old one is closed.
 */
export class BinanceConnection implements Disposable {
  readonly #options: ConnectionOptions;
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  readonly #lastIds = new Map<string, number>();
  #active: StreamSocket | undefined;
  #standby: { readonly socket: StreamSocket; readonly trades: BinanceTrade[] } | undefined;
  #tries = 0;
  #nextTryMs = 0;
  #isDown = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const streams = options.symbols.map((symbol) => `${symbol.toLowerCase()}@trade`).join('/');
    this.#url = `${options.url.replace(/\/$/, '')}/stream?streams=${streams}&timeUnit=MICROSECOND`;
    this.#timer = setInterval(() => this.#look(), options.timings.lookMs);
    this.#look();
  }

  get isOpen(): boolean {
    return this.#active?.openedMs !== undefined;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#active?.abandon();
    this.#standby?.socket.abandon();
  }

  #look(): void {
    const { timings, nowMs } = this.#options;
    const now = nowMs();
    if (this.#active === undefined) {
      if (now >= this.#nextTryMs) this.#active = this.#dial();
      return;
    }
    if (this.#isDead(this.#active, now)) this.#lost(this.#active, `silent for ${timings.silenceMs} ms`);
    else if (this.#standby === undefined) this.#replaceWhenOld(this.#active, now);
    else {
      const { socket, trades } = this.#standby;
      if (this.#isDead(socket, now)) this.#lost(socket, 'silent');
      else if (this.#isOverlapDone(socket.openedMs, trades.length, now)) this.#switch();
    }
  }

  #replaceWhenOld({ openedMs }: StreamSocket, now: number): void {
    const { rotateMs } = this.#options.timings;
    if (openedMs === undefined || now - openedMs < rotateMs || now < this.#nextTryMs) return;
    this.#standby = { socket: this.#dial(), trades: [] };
  }

  #isOverlapDone(openedMs: number | undefined, trades: number, now: number): boolean {
    if (openedMs === undefined) return false;
    return now - openedMs >= this.#options.timings.overlapMs || trades >= OVERLAP_TRADES_MAX;
  }

  /**
   * Returns whether a connection is to be given up: it has been silent, and has not answered when it was
   * asked.
   * Asking first keeps one that only seems silent because this process itself was held up.
   */
  #isDead(socket: StreamSocket, now: number): boolean {
    const halfMs = this.#options.timings.silenceMs / 2;
    if (socket.openedMs === undefined) return now - socket.dialledMs >= 2 * halfMs;
    if (socket.askedMs !== undefined) return now - socket.askedMs >= halfMs;
    if (now - socket.heardMs >= halfMs) socket.ask(SIGN_OF_LIFE);
    return false;
  }

  #dial(): StreamSocket {
    return new StreamSocket(this.#url, this.#options.nowMs, {
      open: (socket) => this.#opened(socket),
      frame: (socket, text) => this.#frame(socket, text),
      end: (socket, reason) => this.#lost(socket, reason),
    });
  }

  #opened(socket: StreamSocket): void {
    if (socket !== this.#active) return;
    this.#isDown = false;
    this.#options.sink.connected();
  }

  #frame(socket: StreamSocket, text: string): void {
    const trade = binanceTradeIn(text);
    if (trade === 'answer') return;
    if (trade === undefined) this.#options.sink.malformed();
    else if (socket === this.#standby?.socket) this.#standby.trades.push(trade);
    else if (socket === this.#active) this.#pass(trade);
  }

  #pass(trade: BinanceTrade): void {
    if (trade.id > (this.#lastIds.get(trade.symbol) ?? 0)) this.#lastIds.set(trade.symbol, trade.id);
    this.#options.sink.trade(trade);
  }

  /** The new connection takes over; what both have told is told once. */
  #switch(): void {
    const { socket, trades } = this.#standby!;
    this.#active?.abandon();
    this.#active = socket;
    this.#standby = undefined;
    for (const trade of trades) if (!(trade.id <= (this.#lastIds.get(trade.symbol) ?? 0))) this.#pass(trade);
  }

  #lost(socket: StreamSocket, reason: string): void {
    socket.abandon();
    if (socket === this.#standby?.socket) {
      this.#standby = undefined;
      this.#waitBeforeNextTry(socket);
    } else if (socket === this.#active) this.#lostActive(socket, reason);
  }

  #lostActive(socket: StreamSocket, reason: string): void {
    if (this.#standby?.socket.openedMs !== undefined) {
      this.#switch();
      return;
    }
    this.#active = undefined;
    this.#standby?.socket.abandon();
    this.#standby = undefined;
    this.#waitBeforeNextTry(socket);
    if (!this.#isDown) this.#options.sink.disconnected(reason);
    this.#isDown = true;
  }

  /** Waits longer each time, until a connection has held for a while. */
  #waitBeforeNextTry(lost: StreamSocket): void {
    const { timings, nowMs, random } = this.#options;
    const now = nowMs();
    if (lost.openedMs !== undefined && now - lost.openedMs > timings.retryMaxMs) this.#tries = 0;
    const wholeMs = Math.min(timings.retryMaxMs, timings.retryFirstMs * 2 ** Math.min(this.#tries++, 20));
    this.#nextTryMs = now + wholeMs * (0.5 + 0.5 * random());
  }
}
