import { AsyncLocalStorage } from 'node:async_hooks';
import { InputError } from '@algo/model';
import {
  type AccountAnswer,
  type AccountCall,
  type AccountWire,
  ANSWER_MAX_MS,
  type AskedAt,
  heldBack,
  UNREACHED_MS,
  type WireAnswer,
  type WireHeaders,
} from './account-wire.ts';
import type { ApiKey } from './api-key.ts';
import { retryAfterOf } from './request-budget.ts';

/** What our paths begin with, and ccxt's names of the same: without a signature, and with one. */
const APIS: readonly (readonly [prefix: string, open: string, signed: string])[] = [
  ['/api/v3/', 'public', 'private'],
  ['/fapi/v1/', 'fapiPublic', 'fapiPrivate'],
  ['/fapi/v3/', 'fapiPublic', 'fapiPrivateV3'],
  ['/sapi/v1/', 'sapi', 'sapi'],
];

/** Of these nothing has left: there was nobody to send to. */
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** One request on its way through ccxt. */
interface Leaving {
  readonly sendByMs: number;
  readonly left: (() => void) | undefined;
  hasLeft: boolean;
  lateMs: number;
  readonly pausedMs: () => number;
}

/** The venue wants no request. */
class HeldBack extends Error {
  readonly pausedMs: number;

  constructor(pausedMs: number) {
    super('held back');
    this.pausedMs = pausedMs;
  }
}

/** What ccxt's transport hands on. */
interface RawResponse {
  readonly status: number;
  readonly headers: WireHeaders;
  text(): Promise<string>;
}

/** As much of ccxt as is used here. */
export interface CcxtModule {
  readonly default: { readonly binance: new (options: object) => object };
}

/** As much of ccxt's client as is used here. */
interface CcxtClient {
  urls: { api: unknown };
  hmac: (payload: Uint8Array | string) => string;
  handleRestResponse: (response: RawResponse) => unknown;
  undiciRequest: (url: string, parameters: unknown) => Promise<RawResponse>;
  undiciModule?: unknown;
  loadFetchImplementation(): Promise<void>;
  request(path: string, api: string, method: string, parameters: object): Promise<unknown>;
  close?(): Promise<void>;
  fetchDispatcher?: { destroy(): Promise<void> };
}

/** What requests by ccxt need. *Shape*: `loadCcxt` as in `RequestPaths`. */
export interface CcxtWireParts {
  readonly url: string;
  readonly key: ApiKey;
  readonly monotonicMs: () => number;
  readonly loadCcxt?: () => Promise<object>;
}

/**
 * Requests by ccxt: its addresses, its signing of parameters, its transport. When and whether one goes out is
 * decided here, and what an answer means too: ccxt neither waits, nor tries again, nor judges. It is loaded
 * when the first request needs it. *Shape*: the secret never comes near it.
 */
export class CcxtWire implements AccountWire {
  readonly name = 'ccxt';
  readonly #parts: CcxtWireParts;
  readonly #leaving = new AsyncLocalStorage<Leaving>();
  #loading: Promise<CcxtClient> | undefined;

  constructor(parts: CcxtWireParts) {
    this.#parts = parts;
  }

  /** Loading takes most of a second. */
  async ready(): Promise<void> {
    await this.#client().catch(() => undefined);
  }

  async send(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    const leaving: Leaving = {
      ...{ sendByMs: call.sendByMs ?? Number.POSITIVE_INFINITY, left: call.left },
      pausedMs: call.pausedMs ?? (() => 0),
      ...{ hasLeft: false, lateMs: 0 },
    };
    try {
      const client = await this.#client();
      const { api, path } = ccxtNameOf(call);
      const isPlain = call.isPublic === true || call.isUnsigned === true;
      const parameters = isPlain ? { ...call.parameters } : { ...call.parameters, ...at };
      const asked = () => client.request(path, api, call.method, parameters);
      const response = (await this.#leaving.run(leaving, asked)) as RawResponse;
      const text = await response.text();
      const retryAfter = response.headers['retry-after'];
      const retryAfterS = retryAfterOf(typeof retryAfter === 'string' ? retryAfter : undefined);
      return {
        answer: { type: 'answered', status: response.status, text, retryAfterS },
        headers: response.headers,
      };
    } catch (error) {
      return { answer: failed(error as Error, leaving), headers: {} };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#loading?.catch(() => undefined);
    await client?.fetchDispatcher?.destroy();
  }

  #client(): Promise<CcxtClient> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<CcxtClient> {
    const { key, url, monotonicMs, loadCcxt = () => import('ccxt') } = this.#parts;
    const { default: ccxt } = (await loadCcxt()) as CcxtModule;
    const client: object = new ccxt.binance({
      ...{ apiKey: key.name, secret: 'not here', enableRateLimit: false, timeout: ANSWER_MAX_MS },
      options: { maxRetriesOnFailure: 0 },
    });
    if (!isKnown(client)) throw new Error('this ccxt has not what is asked of it here');
    client.urls.api = redirected(client.urls.api, url.replace(/\/$/, ''));
    // What is signed is ccxt's; who signs holds the secret. Ed25519 is base64, which a query must encode.
    client.hmac = (payload) =>
      encodeURIComponent(key.sign(typeof payload === 'string' ? payload : new TextDecoder().decode(payload)));
    // What an answer means is said by its code and its words, here, never by a class of ccxt's.
    client.handleRestResponse = (response) => response;
    await client.loadFetchImplementation();
    if (client.undiciModule === undefined)
      throw new Error('ccxt has not found undici, and can not be bounded');
    const request = client.undiciRequest.bind(client);
    client.undiciRequest = async (to, parameters) => {
      const leaving = this.#leaving.getStore()!;
      leaving.lateMs = monotonicMs() - leaving.sendByMs;
      if (leaving.lateMs >= 0) throw new Error('too late');
      const pausedMs = leaving.pausedMs();
      if (pausedMs > 0) throw new HeldBack(pausedMs);
      leaving.hasLeft = true;
      leaving.left?.();
      try {
        return await request(to, parameters);
      } catch (error) {
        if (UNREACHED.has((error as NodeJS.ErrnoException).code ?? '')) leaving.hasLeft = false;
        throw error;
      }
    };
    return client;
  }
}

function failed(error: Error, { hasLeft, lateMs }: Leaving): AccountAnswer {
  if (error instanceof HeldBack) return heldBack(error.pausedMs);
  const { message } = error;
  // ccxt's words may hold the address with the query, and that holds a signature.
  const reason = `by ccxt: ${message.replace(/\?\S*/g, '').slice(0, 300)}`;
  if (hasLeft) return { type: 'lost', reason };
  if (lateMs >= 0 && message === 'too late') return { type: 'too late', lateMs };
  return { type: 'not sent', reason, retryAfterMs: UNREACHED_MS };
}

/** *Errors*: InputError for a path that ccxt has no name of here. */
function ccxtNameOf({ path, isPublic }: AccountCall): { readonly api: string; readonly path: string } {
  const found = APIS.find(([prefix]) => path.startsWith(prefix));
  if (found !== undefined)
    return { api: isPublic === true ? found[1] : found[2], path: path.slice(found[0].length) };
  throw new InputError({
    ...{ field: 'path', value: path, because: 'ccxt is asked for no such path here' },
    remedy: 'Report this: a new endpoint needs its name in ccxt-wire.ts.',
  });
}

/** Returns addresses with another host: paths stay as they are. */
function redirected(addresses: unknown, url: string): unknown {
  return JSON.parse(JSON.stringify(addresses), (_, address: unknown) =>
    typeof address === 'string' ? address.replace(/^\w+:\/\/[^/]+/, url) : address,
  );
}

/** Whether ccxt's client has what is used of it. */
function isKnown(client: object): client is CcxtClient {
  const needed = ['hmac', 'handleRestResponse', 'undiciRequest', 'loadFetchImplementation', 'request'];
  return needed.every((name) => typeof Reflect.get(client, name) === 'function');
}
