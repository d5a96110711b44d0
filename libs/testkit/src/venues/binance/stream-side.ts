import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { BinanceDialect } from './dialect.ts';

const SECOND_MS = 1_000;

/** One client of a stand-in, as the stand-in sees it. */
export interface StandInClient {
  readonly path: string;
  readonly streams: ReadonlySet<string>;
  /** How many frames it has sent, and how many answers to pings. */
  frames: number;
  pongs: number;
  isOpen: boolean;
  /** Open for the client, dead in truth: nothing goes out, nothing is answered. */
  isMuted: boolean;
  send(frame: string | Buffer): void;
  /** Keeps what is sent, and sends it all when it goes on. */
  stall(isStalled: boolean): void;
  /** Cuts the line without a word. */
  cut(): void;
  /** Ends it as the venue does, with a code. */
  close(code: number, reason: string): void;
}

/** How a connection is turned away before it is one. */
export interface DialRefusal {
  readonly status: number;
  readonly body: string;
}

/** What the stand-in says of dials, names and requests. */
export interface StreamRules {
  readonly dialect: BinanceDialect;
  readonly isKnown: (stream: string) => boolean;
  readonly nowMs: () => number;
  /** Whether requests are answered. */
  readonly answers: () => boolean;
  /** Undefined lets a connection in; `cut` ends it without a word. */
  readonly refusal: () => DialRefusal | 'cut' | undefined;
  /** Does something again and again; returns what ends it. */
  readonly every: (ms: number, run: () => void) => () => void;
}

/** The WebSocket side of a stand-in. */
export class StreamSide {
  readonly clients: StandInClient[] = [];
  readonly #rules: StreamRules;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false });
  readonly #sockets = new Map<StandInClient, WebSocket>();
  readonly #stopPinging: () => void;

  constructor(rules: StreamRules) {
    this.#rules = rules;
    this.#stopPinging = rules.every(rules.dialect.pingEveryMs, () => this.ping());
  }

  /** Pings everybody, as the venue does from time to time. */
  ping(): void {
    for (const [client, socket] of this.#sockets) if (client.isOpen && !client.isMuted) socket.ping();
  }

  upgrade(request: IncomingMessage, line: Duplex, head: Buffer): void {
    const refusal = this.#rules.refusal();
    if (refusal === 'cut') {
      line.destroy();
      return;
    }
    if (refusal !== undefined) {
      const length = `Content-Length: ${Buffer.byteLength(refusal.body)}`;
      line.end(`HTTP/1.1 ${refusal.status} -\r\nConnection: close\r\n${length}\r\n\r\n${refusal.body}`);
      return;
    }
    this.#server.handleUpgrade(request, line, head, (socket) => this.#open(socket, request.url ?? ''));
  }

  /** Whoever listens to a stream gets a frame. */
  tell(stream: string, frame: string): void {
    const route = this.#rules.dialect.routeOf(stream.split('@')[1] ?? '');
    for (const client of this.clients) {
      if (!client.isOpen || !client.streams.has(stream)) continue;
      // A path of another kind takes the name, answers, and never has data.
      if (route === undefined || client.path.startsWith(route)) client.send(frame);
    }
  }

  /** Whether anybody listens to a stream. */
  isHeard(stream: string): boolean {
    return this.clients.some(({ isOpen, streams }) => isOpen && streams.has(stream));
  }

  close(): void {
    this.#stopPinging();
    for (const socket of this.#sockets.values()) socket.terminate();
    this.#server.close();
  }

  #open(socket: WebSocket, path: string): void {
    const url = new URL(path, 'http://stand-in');
    const single = /\/ws\/([^/]+)$/.exec(url.pathname)?.[1];
    const streams = new Set(
      (url.searchParams.get('streams') ?? single ?? '').split('/').filter((s) => s !== ''),
    );
    let stalled: (string | Buffer)[] | undefined;
    const client: StandInClient = {
      ...{ path, streams, frames: 0, pongs: 0, isOpen: true },
      // One name that it doesn't know, and the whole connection is silent: the worst that was seen.
      isMuted: [...streams].some((stream) => !this.#rules.isKnown(stream)),
      send: (frame) => {
        if (client.isMuted) return;
        if (stalled !== undefined) stalled.push(frame);
        else if (socket.readyState === WebSocket.OPEN)
          socket.send(frame, { binary: typeof frame !== 'string' });
      },
      stall: (isStalled) => {
        const kept = stalled ?? [];
        stalled = isStalled ? kept : undefined;
        if (!isStalled) for (const frame of kept) client.send(frame);
      },
      cut: () => socket.terminate(),
      close: (code, reason) => socket.close(code, reason),
    };
    this.clients.push(client);
    this.#sockets.set(client, socket);
    if (streams.size > this.#rules.dialect.streamsMax) client.close(1008, 'Too many streams');
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      client.isOpen = false;
      this.#sockets.delete(client);
    });
    const isAnswered = () => this.#rules.answers() && !client.isMuted && stalled === undefined;
    socket.on('ping', (data) => {
      if (isAnswered()) socket.pong(data);
    });
    socket.on('pong', () => client.pongs++);
    const sentMs: number[] = [];
    socket.on('message', (data) => {
      client.frames++;
      const now = this.#rules.nowMs();
      sentMs.push(now);
      while (now - sentMs[0]! >= SECOND_MS) sentMs.shift();
      if (sentMs.length > this.#rules.dialect.framesPerSecond) client.close(1008, 'Too many requests');
      else if (isAnswered()) client.send(answerOf(streams, String(data)));
    });
  }
}

function answerOf(streams: Set<string>, text: string): string {
  try {
    const {
      method,
      params = [],
      id,
    } = JSON.parse(text) as { method: string; params?: string[]; id: unknown };
    if (method === 'SUBSCRIBE') for (const stream of params) streams.add(stream);
    if (method === 'UNSUBSCRIBE') for (const stream of params) streams.delete(stream);
    return JSON.stringify({ result: method === 'LIST_SUBSCRIPTIONS' ? [...streams] : null, id });
  } catch {
    return JSON.stringify({ error: { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' } });
  }
}
