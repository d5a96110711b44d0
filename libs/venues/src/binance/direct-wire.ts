import { type Dispatcher, Pool } from 'undici';
import {
  type AccountAnswer,
  type AccountCall,
  type AccountWire,
  ANSWER_MAX_MS,
  type AskedAt,
  AUTHORITY,
  UNREACHED_MS,
  type WireAnswer,
  type WireHeaders,
} from './account-wire.ts';
import { type ApiKey, queryOf, signedQuery } from './api-key.ts';
import { wordsOfError } from './failure-words.ts';
import { retryAfterOf } from './request-budget.ts';

const BODY_CHARACTERS_MAX = 64_000_000;
/** Of reads, and as many of writes; what waits for one is refused when its time is over. */
const CONNECTIONS = 8;
/** Longer than between two measurings of the time, which keep a connection open. */
const KEEP_ALIVE_MS = 240_000;

/**
 * Requests over connections that stay open. Each goes out once; nothing is tried again. Reads that nobody
 * answers hold up no order: those have connections of their own, which the reads of the time keep open.
 */
export class DirectWire implements AccountWire {
  readonly name = 'direct';
  readonly #key: ApiKey;
  readonly #monotonicMs: () => number;
  readonly #reads: Pool;
  readonly #writes: Pool;

  constructor(parts: { readonly url: string; readonly key: ApiKey; readonly monotonicMs: () => number }) {
    this.#key = parts.key;
    this.#monotonicMs = parts.monotonicMs;
    const url = parts.url.replace(/\/$/, '');
    const bounds = {
      ...{ connections: CONNECTIONS, pipelining: 1 },
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS },
    };
    this.#reads = new Pool(url, bounds);
    this.#writes = new Pool(url, bounds);
  }

  send(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    const { method, path, parameters, isPublic, isUnsigned } = call;
    const isPlain = isPublic === true || isUnsigned === true;
    const query = isPlain ? queryOf(parameters) : signedQuery({ ...parameters, ...at }, this.#key);
    const headers = isPublic === true ? {} : { [AUTHORITY]: this.#key.name };
    return new Promise((done) => {
      const exchange = new OneExchange(this.#monotonicMs, call, (answer, told) => {
        clearTimeout(timer);
        done({ answer, headers: told });
      });
      const timer = setTimeout(() => exchange.giveUp(), ANSWER_MAX_MS);
      const pool = method === 'GET' && isPublic !== true ? this.#reads : this.#writes;
      pool.dispatch(
        {
          ...{ method, path: query === '' ? path : `${path}?${query}`, headers, idempotent: false },
          ...{ headersTimeout: 0, bodyTimeout: 0 },
        },
        exchange,
      );
    });
  }

  async ready(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#reads.destroy(), this.#writes.destroy()]);
  }
}

/** One request on its way, from the moment at which its bytes would leave. */
class OneExchange implements Dispatcher.DispatchHandler {
  readonly #monotonicMs: () => number;
  readonly #call: Pick<AccountCall, 'left' | 'sendByMs'>;
  readonly #done: (answer: AccountAnswer, headers: WireHeaders) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #hasLeft = false;
  #isOver = false;
  #status = 0;
  #headers: WireHeaders = {};
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    monotonicMs: () => number,
    call: Pick<AccountCall, 'left' | 'sendByMs'>,
    done: (answer: AccountAnswer, headers: WireHeaders) => void,
  ) {
    this.#monotonicMs = monotonicMs;
    this.#call = call;
    this.#done = done;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const lateMs = this.#monotonicMs() - (this.#call.sendByMs ?? Number.POSITIVE_INFINITY);
    if (lateMs >= 0) this.#end({ type: 'too late', lateMs });
    if (this.#isOver) controller.abort(new Error('not sent'));
    else {
      this.#hasLeft = true;
      this.#call.left?.();
    }
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: WireHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > BODY_CHARACTERS_MAX) controller.abort(new Error('the answer is too long'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString();
    const retryAfter = this.#headers['retry-after'];
    const retryAfterS = retryAfterOf(typeof retryAfter === 'string' ? retryAfter : undefined);
    this.#end({ type: 'answered', status: this.#status, text, retryAfterS });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#failed(wordsOfError(error));
  }

  /** Nobody waits any longer; where it still waits for a connection, it doesn't leave. */
  giveUp(): void {
    this.#failed(`no answer within ${ANSWER_MAX_MS} ms`);
    this.#controller?.abort(new Error('no answer'));
  }

  #failed(reason: string): void {
    if (this.#hasLeft) this.#end({ type: 'lost', reason });
    else this.#end({ type: 'not sent', reason, retryAfterMs: UNREACHED_MS });
  }

  #end(answer: AccountAnswer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(answer, this.#headers);
  }
}
