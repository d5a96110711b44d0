import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ConnectionTimings } from '../connection.ts';
import { TRADES_PER_REQUEST_MAX } from '../http.ts';
import { BinanceSpotFeed } from '../market-data.ts';
import { RequestBudget } from '../request-budget.ts';

const HANDSHAKE_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Waits short enough for a test, but for those after which a silent connection is given up or replaced. */
const QUICK: ConnectionTimings = {
  silenceMs: 30_000,
  rotateMs: 3_600_000,
  overlapMs: 60,
  retryFirstMs: 5,
  retryMaxMs: 20,
  lookMs: 2,
};

/** One client of the fake server, as the server sees it. */
export interface FakeClient {
  readonly path: string;
  /** How many frames it has sent. */
  frames: number;
  isOpen: boolean;
  /** Open for the client, dead in truth: nothing goes out, no request is answered. */
  isMuted: boolean;
  send(text: string): void;
  /** Keeps what is sent back, and sends it all when it goes on. */
  stall(isStalled: boolean): void;
  /** Cuts the line without a word. */
  cut(): void;
}

/** One trade of a market that is told trade by trade. *Units*: `timeUs` µs. */
export interface FakeTrade {
  readonly id: number;
  readonly timeUs: number;
  readonly price: string;
  readonly quantity: string;
  readonly isBuyerMaker: boolean;
}

/** How a read fails. *Units*: `retryAfterS` s. */
export interface ReadFault {
  readonly status: number;
  readonly retryAfterS?: number;
}

/** Returns a budget that is never used up, for what takes seconds instead of hours. */
export function unboundedBudget(): RequestBudget {
  return new RequestBudget(Number.POSITIVE_INFINITY);
}

/** Time of trade number 0. *Units*: µs. */
export const TRADES_FROM_US = 1_750_507_467_000_000;

/** Returns a trade as the stream tells it; trade `id` comes `id` ms after TRADES_FROM_US. */
export function streamTrade(id: number, more: Readonly<Record<string, unknown>> = {}): string {
  const T = TRADES_FROM_US + id * 1_000;
  const trade = { e: 'trade', E: T, s: 'LTCUSDT', t: id, p: '83.50', q: '0.10', T, m: id % 2 === 0, M: true };
  return JSON.stringify({ stream: 'ltcusdt@trade', data: { ...trade, ...more } });
}

/** Returns the same trade as REST tells it. */
export function restTrade(id: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const trade = { id, price: '83.50', qty: '0.10', quoteQty: '8.35', time: TRADES_FROM_US + id * 1_000 };
  return { ...trade, isBuyerMaker: id % 2 === 0, isBestMatch: true, ...more };
}

/**
 * A WebSocket server that says what the test makes it say: text out, nothing understood, every request
 * answered or not. Its REST side has what `tell` told of a symbol, else trades of LTCUSDT up to `newestId`.
 */
export class FakeBinance implements AsyncDisposable {
  readonly clients: FakeClient[] = [];
  /** Whether requests are answered and new connections let in. */
  answers = true;
  refuses = false;
  /** REST: what was asked for, how it answers, how far its history goes. */
  readonly asked: URL[] = [];
  readonly askedUnits: unknown[] = [];
  status = 200;
  body: string | undefined;
  newestId = 0;
  /** REST: what the address has used of its weight, as it tells with each answer. */
  usedWeight: number | undefined;
  /** REST: how a read from an id on fails; it doesn't where this returns nothing. */
  readFault: (symbol: string, fromId: number) => ReadFault | undefined = () => undefined;
  /** REST: the first id that a read of a symbol from an id on doesn't show yet. */
  historyEnd: (symbol: string, fromId: number) => number = () => Number.POSITIVE_INFINITY;
  /** Trades that its history lacks. */
  readonly lost = new Set<number>();
  /** By symbol, what was told of it; ids rise. */
  readonly #told = new Map<string, FakeTrade[]>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('upgrade', (request, socket: Socket) => this.#upgrade(request, socket));
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<FakeBinance> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new FakeBinance(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get restUrl(): string {
    return this.url.replace('ws:', 'http:');
  }

  get open(): FakeClient[] {
    return this.clients.filter(({ isOpen }) => isOpen);
  }

  /** Returns a feed that is connected to this server, with short waits. */
  feed(
    timings: Partial<ConnectionTimings> = {},
    monotonicMs = () => performance.now(),
    budget = new RequestBudget(),
  ): BinanceSpotFeed {
    return new BinanceSpotFeed({
      binanceUrl: this.url,
      binanceRestUrl: this.restUrl,
      monotonicMs,
      random: () => 0.5,
      timings: { ...QUICK, ...timings },
      budget,
    });
  }

  /** Lets a trade happen: whoever is connected hears it, and it is in the history. */
  trade(id: number): void {
    this.newestId = Math.max(this.newestId, id);
    for (const client of this.open) client.send(streamTrade(id));
  }

  /** Lets trades of one symbol happen: whoever listens to it hears them, and they are in the history. */
  tell(symbol: string, trades: readonly FakeTrade[]): void {
    this.happen(symbol, trades);
    this.stream(symbol, trades);
  }

  /** Lets trades of one symbol happen that nobody hears: they are in the history. */
  happen(symbol: string, trades: readonly FakeTrade[]): void {
    const told = this.#told.get(symbol) ?? [];
    this.#told.set(symbol, told);
    for (const trade of trades) told.push(trade);
  }

  /** Tells trades to whoever listens to their symbol. */
  stream(symbol: string, trades: readonly FakeTrade[]): void {
    const stream = `${symbol.toLowerCase()}@trade`;
    const listening = this.open.filter(({ path }) => path.includes(stream));
    for (const trade of trades) {
      const { id: t, timeUs: T, price: p, quantity: q, isBuyerMaker: m } = trade;
      const frame = JSON.stringify({ stream, data: { e: 'trade', E: T, s: symbol, t, p, q, T, m, M: true } });
      for (const client of listening) client.send(frame);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.open) client.cut();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.restUrl);
    this.asked.push(url);
    this.askedUnits.push(request.headers['x-mbx-time-unit']);
    const known = url.pathname === '/api/v3/historicalTrades';
    const query = url.searchParams;
    const fault = this.readFault(query.get('symbol') ?? '', Number(query.get('fromId')));
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (this.usedWeight !== undefined) headers['X-MBX-USED-WEIGHT-1M'] = `${this.usedWeight}`;
    if (fault?.retryAfterS !== undefined) headers['Retry-After'] = `${fault.retryAfterS}`;
    response.writeHead(known ? (fault?.status ?? this.status) : 404, headers);
    response.end(this.body ?? JSON.stringify(this.#history(url.searchParams)));
  }

  #history(query: URLSearchParams): unknown[] {
    const rows: unknown[] = [];
    const most = Math.min(TRADES_PER_REQUEST_MAX, Number(query.get('limit')));
    const symbol = query.get('symbol') ?? '';
    const told = this.#told.get(symbol);
    const fromId = query.get('fromId');
    const endId = this.historyEnd(symbol, Number(fromId));
    if (told !== undefined) return toldRows(told, fromId, most, endId);
    for (let id = Number(query.get('fromId')); id <= this.newestId && rows.length < most; id++)
      if (!this.lost.has(id)) rows.push(restTrade(id));
    return rows;
  }

  #upgrade(request: IncomingMessage, socket: Socket): void {
    if (this.refuses) {
      socket.destroy();
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${HANDSHAKE_KEY}`)
      .digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
    let stalled: string[] | undefined;
    const client: FakeClient = {
      path: request.url ?? '',
      frames: 0,
      isOpen: true,
      isMuted: false,
      send: (text) => {
        if (client.isMuted) return;
        if (stalled !== undefined) stalled.push(text);
        else socket.write(textFrame(text));
      },
      stall: (isStalled) => {
        const kept = stalled ?? [];
        stalled = isStalled ? kept : undefined;
        if (!isStalled) for (const text of kept) client.send(text);
      },
      cut: () => socket.destroy(),
    };
    this.clients.push(client);
    const gone = () => {
      client.isOpen = false;
    };
    socket.on('close', gone);
    socket.on('error', gone);
    socket.on('data', (bytes) => {
      // Clients only send short requests and the closing frame, each in one piece.
      const isClose = (bytes[0]! & 15) === 8;
      if (isClose) socket.end(Buffer.of(0x88, 0));
      else client.frames++;
      if (!isClose && this.answers) client.send('{"result":[],"id":1}');
    });
  }
}

/** Returns rows from an id on, or without one the newest; none that the history doesn't show yet. */
function toldRows(told: readonly FakeTrade[], fromId: string | null, most: number, endId: number): unknown[] {
  const end = rowOf(told, endId);
  const from = fromId === null ? Math.max(0, end - most) : rowOf(told, Number(fromId));
  return told
    .slice(from, Math.min(end, from + most))
    .map(({ id, timeUs: time, price, quantity: qty, isBuyerMaker }) => ({
      id,
      price,
      qty,
      time,
      isBuyerMaker,
    }));
}

/** Returns the first row whose id is not below one. */
function rowOf(told: readonly FakeTrade[], id: number): number {
  let [low, high] = [0, told.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (told[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126
      ? Buffer.of(payload.length)
      : Buffer.of(126, payload.length >> 8, payload.length & 255);
  return Buffer.concat([Buffer.of(0x81), length, payload]);
}
