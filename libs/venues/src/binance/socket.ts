import { type DialledSocket, NETWORK, type Transport } from '../transport.ts';
import { wordsOfError, wordsOfStatus } from './failure-words.ts';

/** `readyState` of a WebSocket that stands. */
const OPEN = 1;
/** More of an answer in place of a connection isn't read. */
const BODY_BYTES_MAX = 2_000;
const LAST_WORD_MS = 500;

/** Why a socket ended. *Shape*: `status` where HTTP answered in its place, with what the venue wants then. */
export interface SocketEnd {
  readonly reason: string;
  readonly status?: number;
  readonly retryAfter?: string | undefined;
}

/** Who is told what becomes of a socket. */
export interface SocketHearer {
  readonly open: (socket: StreamSocket) => void;
  readonly frame: (socket: StreamSocket, text: string) => void;
  readonly end: (socket: StreamSocket, end: SocketEnd) => void;
}

/**
 * One WebSocket from the moment it is dialled to its end. It ends once; nothing is heard of it afterwards.
 * Pings of the other side are answered by themselves.
 */
export class StreamSocket {
  readonly dialledMs: number;
  /** When it opened, and when it was last heard of; undefined while dialling. */
  openedMs: number | undefined;
  heardMs: number;
  /** When it was asked for a sign of life that hasn't come yet. */
  askedMs: number | undefined;
  readonly #transport: Transport;
  readonly #socket: DialledSocket;
  readonly #nowMs: () => number;
  readonly #on: SocketHearer;
  #ended = false;

  constructor(url: string, nowMs: () => number, on: SocketHearer, transport: Transport = NETWORK) {
    this.#transport = transport;
    this.#nowMs = nowMs;
    this.#on = on;
    this.dialledMs = nowMs();
    this.heardMs = this.dialledMs;
    this.#socket = transport.dial(url);
    this.#socket.on('open', () => {
      if (this.#ended) return;
      this.openedMs = nowMs();
      this.heardMs = this.openedMs;
      on.open(this);
    });
    this.#socket.on('message', (data, isBinary) => {
      if (this.#ended) return;
      this.#alive();
      // Whoever reads it counts bytes as what they are: no trade.
      on.frame(this, isBinary ? '' : data.toString());
    });
    this.#socket.on('ping', () => this.#alive());
    this.#socket.on('unexpected-response', (_request, response) => {
      let body = '';
      const over = () =>
        this.#end({
          reason: wordsOfStatus(response.statusCode ?? 0, body),
          ...{ status: response.statusCode ?? 0, retryAfter: textOf(response.headers['retry-after']) },
        });
      response.on('data', (bytes: Buffer) => {
        body += bytes.toString('latin1');
        if (body.length > BODY_BYTES_MAX) response.destroy();
      });
      response.on('close', over);
    });
    this.#socket.on('error', (error) => this.#end({ reason: wordsOfError(error) }));
    this.#socket.on('close', (code, reason) =>
      this.#end({ reason: code === 1006 ? 'the connection broke off' : closed(code, reason) }),
    );
  }

  /** Sends a request that the other side answers whatever the market does. */
  ask(request: string): void {
    this.askedMs = this.#nowMs();
    this.send(request);
  }

  /** Sends a request whose answer nobody waits for. */
  send(request: string): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(request);
  }

  /** Ends it from our side, without another word. */
  abandon(): void {
    this.#ended = true;
    if (this.#socket.readyState !== OPEN) {
      this.#socket.terminate();
      return;
    }
    this.#socket.close();
    // One that is dead doesn't answer: nobody waits for it.
    this.#transport.after(LAST_WORD_MS, () => this.#socket.terminate());
  }

  #alive(): void {
    this.heardMs = this.#nowMs();
    this.askedMs = undefined;
  }

  #end(end: SocketEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.terminate();
    this.#on.end(this, end);
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function closed(code: number, reason: Buffer): string {
  return `the connection was closed with code ${code}${reason.length === 0 ? '' : `: ${reason}`}`;
}
