import type { BinanceStream, StreamRow } from './binance-stream.ts';
import type { DialGate } from './dial-gate.ts';
import { isTurnedAway } from './errors.ts';
import { binanceFrameIn } from './frames.ts';
import { type RequestBudget, retryAfterOf } from './request-budget.ts';
import { type SocketEnd, StreamSocket } from './socket.ts';

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
  retryFirstMs: 1_000,
  retryMaxMs: 60_000,
  lookMs: 250,
};

/** Rows of a new connection that are kept while the old one still runs; with more, it takes over at once. */
const OVERLAP_ROWS_MAX = 50_000;
const SIGN_OF_LIFE = '{"method":"LIST_SUBSCRIPTIONS","id":1}';

export interface ConnectionSink<Row> {
  row(row: Row): void;
  malformed(frame: string): void;
  connected(): void;
  disconnected(reason: string): void;
}

export interface ConnectionOptions<Row extends StreamRow> {
  readonly url: string;
  readonly stream: BinanceStream<Row>;
  readonly symbols: readonly string[];
  /** Both shared by all that goes out to the venue from this process. */
  readonly gate: DialGate;
  readonly budget: RequestBudget;
  /** Dials that it leaves to the others. */
  readonly keptDials?: number;
  readonly timings: ConnectionTimings;
  readonly nowMs: () => number;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly sink: ConnectionSink<Row>;
}

/**
 * Keeps one set of streams connected for ever: dials again with growing, jittered waits, replaces a
 * connection before the venue cuts it, and one that has gone silent. It never misorders rows: a new
 * connection's wait until the old one is closed.
 */
export class BinanceConnection<Row extends StreamRow> implements Disposable {
  readonly #options: ConnectionOptions<Row>;
  readonly #symbols: Set<string>;
  readonly #timer: NodeJS.Timeout;
  readonly #lastIds = new Map<string, number>();
  #active: StreamSocket | undefined;
  #standby: { readonly socket: StreamSocket; readonly rows: Row[] } | undefined;
  #tries = 0;
  #nextTryMs = 0;
  /** Why it is down, as it was told; undefined while it is up. */
  #downBecause: string | undefined;
  /** The server said that it will close. */
  #isLeaving = false;

  constructor(options: ConnectionOptions<Row>) {
    this.#options = options;
    this.#symbols = new Set(options.symbols);
    this.#timer = setInterval(() => this.#look(), options.timings.lookMs);
    this.#look();
  }

  /** How many streams it has. */
  get size(): number {
    return this.#symbols.size;
  }

  /** Takes one more stream, for which it is dialled again. */
  add(symbol: string, reason: string): void {
    this.#symbols.add(symbol);
    // It was dialled without this stream.
    this.#dropStandby();
    this.redial(reason);
  }

  /** Leaves a stream to another connection. */
  drop(symbol: string): void {
    this.#symbols.delete(symbol);
    const params = [this.#streamOf(symbol)];
    this.#active?.send(JSON.stringify({ method: 'UNSUBSCRIBE', params, id: 2 }));
  }

  /** Ends it, to make another one. */
  redial(reason: string): void {
    if (this.#active !== undefined) this.#lost(this.#active, { reason });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#active?.abandon();
    this.#dropStandby();
  }

  #look(): void {
    const { timings, nowMs } = this.#options;
    const now = nowMs();
    if (this.#active === undefined) {
      this.#active = this.#dialInTime(now);
      return;
    }
    if (this.#isDead(this.#active, now))
      this.#lost(this.#active, { reason: `silent for ${timings.silenceMs} ms` });
    else if (this.#standby === undefined) this.#replaceWhenOld(this.#active, now);
    else {
      const { socket, rows } = this.#standby;
      if (this.#isDead(socket, now)) this.#lost(socket, { reason: 'silent' });
      else if (this.#isOverlapDone(socket.openedMs, rows.length, now)) this.#switch();
    }
  }

  #replaceWhenOld({ openedMs }: StreamSocket, now: number): void {
    const { rotateMs } = this.#options.timings;
    if (openedMs === undefined || (now - openedMs < rotateMs && !this.#isLeaving)) return;
    const { gate } = this.#options;
    // Whoever has to wait is replaced a few seconds later: the venue's cut is an hour away.
    if (!gate.beginOverlap()) return;
    const socket = this.#dialInTime(now);
    if (socket === undefined) gate.endOverlap();
    else this.#standby = { socket, rows: [] };
  }

  #isOverlapDone(openedMs: number | undefined, rows: number, now: number): boolean {
    if (openedMs === undefined) return false;
    return now - openedMs >= this.#options.timings.overlapMs || rows >= OVERLAP_ROWS_MAX;
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

  /** Dials, unless it is too early for it: by our own pauses, by the venue's, by the bound on dials. */
  #dialInTime(now: number): StreamSocket | undefined {
    const { budget, gate, keptDials, stream, nowMs, url } = this.#options;
    if (now < this.#nextTryMs || budget.pauseMs(now) > 0 || this.#symbols.size === 0) return undefined;
    if (gate.take(now, keptDials) > 0) return undefined;
    const streams = [...this.#symbols].map((symbol) => this.#streamOf(symbol)).join('/');
    const address = `${url.replace(/\/$/, '')}${stream.path}?streams=${streams}${stream.query}`;
    return new StreamSocket(encodeURI(address), nowMs, {
      open: (socket) => this.#opened(socket),
      frame: (socket, text) => this.#frame(socket, text),
      end: (socket, end) => this.#lost(socket, end),
    });
  }

  #streamOf(symbol: string): string {
    return `${symbol.toLowerCase()}@${this.#options.stream.name}`;
  }

  #opened(socket: StreamSocket): void {
    if (socket !== this.#active) return;
    this.#downBecause = undefined;
    this.#isLeaving = false;
    this.#options.sink.connected();
  }

  #frame(socket: StreamSocket, text: string): void {
    const row = binanceFrameIn(text, this.#options.stream);
    if (row === 'nothing') return;
    if (row === undefined) this.#options.sink.malformed(text);
    else if (row === 'ending') this.#isLeaving ||= socket === this.#active;
    else if (socket === this.#standby?.socket) this.#standby.rows.push(row);
    else if (socket === this.#active) this.#pass(row);
  }

  #pass(row: Row): void {
    if (row.id > (this.#lastIds.get(row.symbol) ?? 0)) this.#lastIds.set(row.symbol, row.id);
    this.#options.sink.row(row);
  }

  /** The new connection takes over; what both have told is told once. */
  #switch(): void {
    const { socket, rows } = this.#standby!;
    this.#active?.abandon();
    this.#active = socket;
    this.#endOverlap();
    this.#isLeaving = false;
    for (const row of rows) if (!(row.id <= (this.#lastIds.get(row.symbol) ?? 0))) this.#pass(row);
  }

  #lost(socket: StreamSocket, end: SocketEnd): void {
    socket.abandon();
    const { budget, nowMs } = this.#options;
    if (isTurnedAway(end.status ?? 0)) budget.refused(retryAfterOf(end.retryAfter), nowMs());
    if (socket === this.#standby?.socket) {
      this.#endOverlap();
      this.#waitBeforeNextTry(socket);
    } else if (socket === this.#active) this.#lostActive(socket, end.reason);
  }

  #lostActive(socket: StreamSocket, reason: string): void {
    if (this.#standby?.socket.openedMs !== undefined) {
      this.#switch();
      return;
    }
    this.#active = undefined;
    this.#dropStandby();
    this.#waitBeforeNextTry(socket);
    // Each reason is told once, however often it is tried.
    if (this.#downBecause !== reason) this.#options.sink.disconnected(reason);
    this.#downBecause = reason;
  }

  #dropStandby(): void {
    this.#standby?.socket.abandon();
    this.#endOverlap();
  }

  #endOverlap(): void {
    if (this.#standby !== undefined) this.#options.gate.endOverlap();
    this.#standby = undefined;
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
