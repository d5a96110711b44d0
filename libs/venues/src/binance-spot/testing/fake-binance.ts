import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const HANDSHAKE_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One client of the fake server, as the server sees it. */
export interface FakeClient {
  readonly path: string;
  /** How many frames it has sent. */
  frames: number;
  isOpen: boolean;
  send(text: string): void;
  /** Cuts the line without a word. */
  cut(): void;
}

/**
 * A WebSocket server that says what the test makes it say: text out, nothing understood, every request
 * answered or not.
 */
export class FakeStreamServer implements AsyncDisposable {
  readonly clients: FakeClient[] = [];
  /** Whether requests are answered and new connections let in. */
  answers = true;
  refuses = false;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('upgrade', (request, socket: Socket) => this.#upgrade(request, socket));
  }

  static async start(): Promise<FakeStreamServer> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new FakeStreamServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get open(): FakeClient[] {
    return this.clients.filter(({ isOpen }) => isOpen);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.open) client.cut();
    await new Promise((closed) => this.#server.close(closed));
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
    const client: FakeClient = {
      path: request.url ?? '',
      frames: 0,
      isOpen: true,
      send: (text) => socket.write(textFrame(text)),
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

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126
      ? Buffer.of(payload.length)
      : Buffer.of(126, payload.length >> 8, payload.length & 255);
  return Buffer.concat([Buffer.of(0x81), length, payload]);
}
