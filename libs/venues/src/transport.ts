import { createRequire } from 'node:module';
import type { Dispatcher } from 'undici';

// Loaded with the first connection: a hundred modules, and a third of the start of every command and service,
// most of which never talk to an exchange.
const require = createRequire(import.meta.url);
const undici = () => require('undici') as typeof import('undici');
const ws = () => require('ws') as typeof import('ws');

/** Of reads, and as many of writes; what waits for one is refused when its time is over. */
const CONNECTIONS = 8;
/** Longer than between two measurings of the time, which keep a connection open. */
const KEEP_ALIVE_MS = 240_000;
const NO_ANSWER_MS = 10_000;

/** Connections to one address over which requests go, each once. *Shape*: a part of undici's `Dispatcher`. */
export interface RequestConnections {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
  destroy(): Promise<void>;
}

/** A response in the place of a connection, as far as anybody reads it. */
export interface DialAnswer {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  on(event: 'data', hear: (bytes: Buffer) => void): unknown;
  on(event: 'close', hear: () => void): unknown;
  destroy(): unknown;
}

/** One WebSocket that was dialled. *Shape*: a part of the class of `ws`. */
export interface DialledSocket {
  readonly readyState: number;
  on(event: 'open' | 'ping', hear: () => void): unknown;
  on(event: 'message', hear: (data: { toString(): string }, isBinary: boolean) => void): unknown;
  on(event: 'unexpected-response', hear: (request: unknown, response: DialAnswer) => void): unknown;
  on(event: 'error', hear: (error: Error) => void): unknown;
  on(event: 'close', hear: (code: number, reason: Buffer) => void): unknown;
  send(text: string): void;
  close(): void;
  terminate(): void;
}

/**
 * How an account's adapter reaches its venue, and how it waits: whoever opens a venue may bring another one,
 * and nothing above it knows. Requests, answers and frames pass it as the text that they are on the wire.
 */
export interface Transport {
  /** Opens connections to an address; those of one call are nobody else's. */
  connect(url: string): RequestConnections;
  /** Dials a WebSocket. */
  dial(url: string): DialledSocket;
  /** Runs something once, that much later; returns what cancels it. *Units*: monotonic ms. */
  after(ms: number, run: () => void): () => void;
}

/** The network, and the time of this machine. */
export const NETWORK: Transport = {
  connect: (url) =>
    new (undici().Pool)(url, {
      ...{ connections: CONNECTIONS, pipelining: 1 },
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS },
    }),
  dial: (url) => new (ws().WebSocket)(url, { perMessageDeflate: false, handshakeTimeout: NO_ANSWER_MS }),
  after(ms, run) {
    // Waiting alone keeps no process alive; the connections that it waits for do.
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Runs something again and again, the first time after one pause; returns what ends it. *Units*: ms. */
export function repeat(on: Pick<Transport, 'after'>, everyMs: number, run: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = on.after(everyMs, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
}
