/**
 * One WebSocket from the moment it is dialled to its end. It ends once; nothing is heard of it afterwards.
 */
export class StreamSocket {
  readonly dialledMs: number;
  /** When it opened, and when it was last heard of; undefined while dialling. */
  openedMs: number | undefined;
  heardMs: number;
  /** When it was asked for a sign of life that hasn't come yet. */
  askedMs: number | undefined;
  readonly #socket: WebSocket;
  readonly #nowMs: () => number;
  #ended = false;

  constructor(
    url: string,
    nowMs: () => number,
    on: {
      readonly open: (socket: StreamSocket) => void;
      readonly frame: (socket: StreamSocket, text: string) => void;
      readonly end: (socket: StreamSocket, reason: string) => void;
    },
  ) {
    this.#nowMs = nowMs;
    this.dialledMs = nowMs();
    this.heardMs = this.dialledMs;
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener('open', () => {
      if (this.#ended) return;
      this.openedMs = nowMs();
      this.heardMs = this.openedMs;
      on.open(this);
    });
    this.#socket.addEventListener('message', ({ data }) => {
      if (this.#ended) return;
      this.heardMs = nowMs();
      this.askedMs = undefined;
      on.frame(this, typeof data === 'string' ? data : '');
    });
    const end = (reason: string) => {
      if (this.#ended) return;
      this.#ended = true;
      on.end(this, reason);
    };
    this.#socket.addEventListener('error', () =>
      end(this.openedMs === undefined ? 'no connection could be made' : 'the connection broke'),
    );
    this.#socket.addEventListener('close', ({ code, reason }) =>
      end(`the connection was closed with code ${code}${reason === '' ? '' : `: ${reason}`}`),
    );
  }

  /** Sends a request that the other side answers whatever the market does. */
  ask(request: string): void {
    this.askedMs = this.#nowMs();
    this.#socket.send(request);
  }

  /** Ends it from our side, without another word. */
  abandon(): void {
    this.#ended = true;
    this.#socket.close();
  }
}
