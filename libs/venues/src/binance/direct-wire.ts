import type { Dispatcher } from 'undici';
import type { RequestConnections, Transport } from '../transport.ts';
import {
  type AccountAnswer,
  type AccountCall,
  type AccountWire,
  ANSWER_MAX_MS,
  type AskedAt,
  AUTHORITY,
  heldBack,
  UNREACHED_MS,
  type WireAnswer,
  type WireHeaders,
} from './account-wire.ts';
import { type ApiKey, queryOf, signedQuery } from './api-key.ts';
import { wordsOfError } from './failure-words.ts';
import { retryAfterOf } from './request-budget.ts';

const BODY_CHARACTERS_MAX = 64_000_000;

/** What requests need to go out. */
export interface DirectWireParts {
  readonly url: string;
  readonly key: ApiKey;
  readonly monotonicMs: () => number;
  readonly transport: Transport;
}

/**
 * Requests over connections that stay open. Each goes out once; nothing is tried again. Reads that nobody
 * answers hold up no order: those have connections of their own, which the reads of the time keep open.
 */
export class DirectWire implements AccountWire {
  readonly name = 'direct';
  readonly #key: ApiKey;
  readonly #monotonicMs: () => number;
  readonly #transport: Transport;
  readonly #reads: RequestConnections;
  readonly #writes: RequestConnections;

  constructor({ url, key, monotonicMs, transport }: DirectWireParts) {
    this.#key = key;
    this.#monotonicMs = monotonicMs;
    this.#transport = transport;
    const address = url.replace(/\/$/, '');
    this.#reads = transport.connect(address);
    this.#writes = transport.connect(address);
  }

  send(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    const { method, path, parameters, isPublic, isUnsigned } = call;
    const isPlain = isPublic === true || isUnsigned === true;
    const query = isPlain ? queryOf(parameters) : signedQuery({ ...parameters, ...at }, this.#key);
    const headers = isPublic === true ? {} : { [AUTHORITY]: this.#key.name };
    return new Promise((done) => {
      const exchange = new OneExchange(this.#monotonicMs, call, (answer, told) => {
        stopWaiting();
        done({ answer, headers: told });
      });
      const stopWaiting = this.#transport.after(ANSWER_MAX_MS, () => exchange.giveUp());
      const connections = method === 'GET' && isPublic !== true ? this.#reads : this.#writes;
      connections.dispatch(
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
  readonly #call: Pick<AccountCall, 'left' | 'pausedMs' | 'sendByMs'>;
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
    call: Pick<AccountCall, 'left' | 'pausedMs' | 'sendByMs'>,
    done: (answer: AccountAnswer, headers: WireHeaders) => void,
  ) {
    this.#monotonicMs = monotonicMs;
    this.#call = call;
    this.#done = done;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const lateMs = this.#monotonicMs() - (this.#call.sendByMs ?? Number.POSITIVE_INFINITY);
    const pausedMs = this.#call.pausedMs?.() ?? 0;
    if (lateMs >= 0) this.#end({ type: 'too late', lateMs });
    else if (pausedMs > 0) this.#end(heldBack(pausedMs));
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
