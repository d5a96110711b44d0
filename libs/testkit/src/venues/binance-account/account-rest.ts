import type { HeardAnswer, HeardRequest } from '../exchange/stand-in-door.ts';
import type { AccountDesk, DeskAnswer } from './account-desk.ts';
import type { Endpoint } from './endpoint.ts';
import { Parameters } from './parameters.ts';
import { Refused } from './refused.ts';
import { restPayload } from './signed-text.ts';

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

  /** Answers a request; undefined for one that is not its own: the market answers all others. */
  reply(request: HeardRequest): Promise<HeardAnswer> | undefined {
    const [path = '', query = ''] = request.url.split('?');
    const name = `${request.method} ${path}`;
    const endpoint = this.#endpoints[name];
    if (endpoint === undefined) return undefined;
    return this.#ask(name, endpoint, query, request).then((answer) => this.#written(answer));
  }

  async #ask(name: string, endpoint: Endpoint, query: string, request: HeardRequest): Promise<DeskAnswer> {
    const { body, headers, address } = request;
    const [key, agent] = [headers['x-mbx-apikey'], headers['user-agent']];
    try {
      return await this.#desk.ask({
        ...{ name, endpoint, via: 'rest', parameters: Parameters.ofRest(query, body) },
        apiKey: Array.isArray(key) ? key[0] : key,
        payload: restPayload(query, body),
        ...{ address, agent: typeof agent === 'string' ? agent : '' },
      });
    } catch (error) {
      if (error instanceof Refused) return error.reply;
      throw error;
    }
  }

  #written(answer: DeskAnswer): HeardAnswer {
    if (answer === null || answer === 'reset') return answer;
    const isHtml = typeof answer.body === 'string';
    const used = `${this.#usedWeight()}`;
    return {
      status: answer.status,
      headers: {
        'Content-Type': isHtml ? 'text/html' : 'application/json;charset=UTF-8',
        ...(isHtml ? {} : { 'X-MBX-USED-WEIGHT': used, 'X-MBX-USED-WEIGHT-1M': used }),
        ...answer.headers,
      },
      text: isHtml ? (answer.body as string) : JSON.stringify(answer.body),
    };
  }
}
