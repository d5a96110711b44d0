import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountDesk, DeskAnswer } from './account-desk.ts';
import type { Endpoint } from './endpoint.ts';
import { Parameters } from './parameters.ts';
import { Refused } from './refused.ts';
import { restPayload } from './signed-text.ts';

const BODY_MAX = 1 << 20;

/** The REST side of an account desk. */
export class AccountRest {
  readonly #desk: AccountDesk;
  readonly #endpoints: Readonly<Record<string, Endpoint>>;
  readonly #usedWeight: () => number;

  constructor(desk: AccountDesk, endpoints: Readonly<Record<string, Endpoint>>, usedWeight: () => number) {
    this.#desk = desk;
    this.#endpoints = endpoints;
    this.#usedWeight = usedWeight;
  }

  /** Returns whether it answers a request; the market answers all others. */
  answers(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const name = `${request.method} ${path}`;
    const endpoint = this.#endpoints[name];
    if (endpoint === undefined) return false;
    void this.#ask(name, endpoint, query, request).then((answer) => this.#send(answer, response));
    return true;
  }

  async #ask(name: string, endpoint: Endpoint, query: string, request: IncomingMessage): Promise<DeskAnswer> {
    const body = await bodyOf(request);
    try {
      const header = request.headers['x-mbx-apikey'];
      return await this.#desk.ask({
        ...{ name, endpoint, via: 'rest', parameters: Parameters.ofRest(query, body) },
        apiKey: Array.isArray(header) ? header[0] : header,
        payload: restPayload(query, body),
        address: request.socket.remoteAddress ?? '',
        agent: request.headers['user-agent'] ?? '',
      });
    } catch (error) {
      if (error instanceof Refused) return error.reply;
      throw error;
    }
  }

  #send(answer: DeskAnswer, response: ServerResponse): void {
    if (answer === null) return;
    if (answer === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    const isHtml = typeof answer.body === 'string';
    const used = `${this.#usedWeight()}`;
    response.writeHead(answer.status, {
      'Content-Type': isHtml ? 'text/html' : 'application/json;charset=UTF-8',
      ...(isHtml ? {} : { 'X-MBX-USED-WEIGHT': used, 'X-MBX-USED-WEIGHT-1M': used }),
      ...answer.headers,
    });
    response.end(isHtml ? answer.body : JSON.stringify(answer.body));
  }
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
