import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { DialAnswer, HeardAnswer, HeardRequest } from '../exchange/stand-in-door.ts';

const BODY_MAX = 1 << 20;

/** What a server hands on. `upgrade`: a dial that is nobody's of the door. */
export interface ServedBy {
  readonly reply: (request: HeardRequest) => Promise<HeardAnswer>;
  readonly dial: (url: URL) => DialAnswer | undefined;
  readonly upgrade: (request: IncomingMessage, line: Duplex, head: Buffer) => void;
}

/** The loopback of a stand-in: turns what comes over HTTP and WebSocket into its own words, and back. */
export class StandInServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  private constructor(server: Server, by: ServedBy) {
    this.#server = server;
    server.on('upgrade', (request, line, head) => this.#upgrade(by, request, line, head));
    server.on('request', (request, response) => {
      void heard(request, async (plain) => send(await by.reply(plain), response));
    });
  }

  /** *Units*: `port` 0 is any that is free. */
  static async listen(port: number, by: ServedBy): Promise<StandInServer> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return new StandInServer(server, by);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #upgrade(by: ServedBy, request: IncomingMessage, line: Duplex, head: Buffer): void {
    const met = by.dial(new URL(request.url ?? '', 'http://stand-in'));
    if (met === undefined) by.upgrade(request, line, head);
    else if (met === 'cut') line.destroy();
    else
      this.#sockets.handleUpgrade(request, line, head, (socket) =>
        met(socket, request.socket.remoteAddress ?? ''),
      );
  }
}

/** Hands a request on when all of it has come: one without a body at once. */
async function heard(request: IncomingMessage, take: (plain: HeardRequest) => unknown): Promise<void> {
  const { headers, method = '', socket, url = '' } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const body = hasBody ? await bodyOf(request) : '';
  take({ method, url, headers, body, address: socket.remoteAddress ?? '' });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size <= BODY_MAX) parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(answer: HeardAnswer, response: ServerResponse): void {
  if (answer === null) return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.text);
}
