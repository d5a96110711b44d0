import { createHmac, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** How a client proves who it is: by a secret, or by an Ed25519 key. */
export interface ClientKey {
  readonly apiKey: string;
  readonly secret: string | KeyObject;
}

export type Sent = Readonly<Record<string, string | number>>;

/** Returns a signature as Binance's documents have it. */
export function signatureOf(secret: ClientKey['secret'], payload: string): string {
  return typeof secret === 'string'
    ? createHmac('sha256', secret).update(payload).digest('hex')
    : sign(null, Buffer.from(payload), secret).toString('base64');
}

/** A plain client of Binance's REST, written from its documents. */
export class SignedClient {
  readonly #url: string;
  readonly #key: ClientKey;
  readonly #nowMs: () => number;

  constructor(url: string, key: ClientKey, nowMs: () => number) {
    this.#url = url;
    this.#key = key;
    this.#nowMs = nowMs;
  }

  /** Asks with a signature; what is sent may name another time. Returns status, headers and body. */
  async ask(method: string, path: string, sent: Sent = {}) {
    const parameters = { ...sent, timestamp: sent.timestamp ?? this.#nowMs() };
    const texts = Object.entries(parameters).map(
      ([name, value]) => [name, String(value)] as [string, string],
    );
    const query = new URLSearchParams(texts).toString();
    const signature = encodeURIComponent(signatureOf(this.#key.secret, query));
    return this.raw(method, `${path}?${query}&signature=${signature}`);
  }

  /** Asks without a signature. */
  async raw(method: string, path: string) {
    const headers = { 'X-MBX-APIKEY': this.#key.apiKey };
    const response = await fetch(`${this.#url}${path}`, { method, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const body = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  }
}

/** A plain client of Binance's WebSocket API: requests by id, events as they come. */
export class SocketClient implements AsyncDisposable {
  readonly events: { readonly subscriptionId?: number; readonly event: Readonly<Record<string, unknown>> }[] =
    [];
  readonly #socket: WebSocket;
  readonly #key: ClientKey;
  readonly #nowMs: () => number;
  readonly #waiting = new Map<number, (reply: Awaited<ReturnType<SocketClient['call']>>) => void>();
  /** When the connection is over. */
  readonly closed: Promise<unknown>;
  #id = 0;

  private constructor(socket: WebSocket, key: ClientKey, nowMs: () => number) {
    this.#socket = socket;
    this.#key = key;
    this.#nowMs = nowMs;
    this.closed = once(socket, 'close');
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      if (frame.id === undefined) this.events.push(frame);
      else this.#waiting.get(frame.id)?.(frame);
    });
  }

  static async open(url: string, key: ClientKey, nowMs: () => number): Promise<SocketClient> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new SocketClient(socket, key, nowMs);
  }

  /** Asks as it is. */
  call(
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ): Promise<{
    readonly status: number;
    readonly result: Readonly<Record<string, unknown>>;
    readonly error: { readonly code: number; readonly msg: string };
    readonly rateLimits: readonly Readonly<Record<string, unknown>>[];
  }> {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ id, method, ...(params === undefined ? {} : { params }) }));
    return new Promise((answered) => this.#waiting.set(id, answered));
  }

  /** Asks with key and signature. */
  signed(method: string, sent: Sent = {}) {
    const params = { timestamp: this.#nowMs(), ...sent, apiKey: this.#key.apiKey };
    const payload = Object.entries(params)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    return this.call(method, { ...params, signature: signatureOf(this.#key.secret, payload) });
  }

  /** Returns the events of a kind. */
  of(kind: string): readonly Readonly<Record<string, unknown>>[] {
    return this.events.map(({ event }) => event).filter(({ e }) => e === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
  }
}
