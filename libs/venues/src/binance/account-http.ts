import { type Dispatcher, Pool } from 'undici';
import { type ApiKey, type Parameters, queryOf, signedQuery } from './api-key.ts';
import { isTurnedAway } from './errors.ts';
import { wordsOfError } from './failure-words.ts';
import type { OrderCounts } from './order-counts.ts';
import { type Purpose, type RequestBudget, retryAfterOf } from './request-budget.ts';
import type { VenueTime } from './venue-time.ts';

/** How long a request is good behind its timestamp. *Units*: ms. */
export const RECV_WINDOW_MS = 5_000;
/** The venue gives up on its own engine after 10 s, and says so. */
const ANSWER_MAX_MS = 12_000;
const BODY_CHARACTERS_MAX = 64_000_000;
/** One for each request that may be under way; what waits is refused when its time is over. */
const CONNECTIONS = 8;
/** Longer than between two measurings of the time, which keep a connection open. */
const KEEP_ALIVE_MS = 240_000;
/** Behind a connection that did not come about. */
const UNREACHED_MS = 1_000;

/** A request. *Shape*: `isOrder` where it makes an order; unsigned where `isPublic`. */
export interface AccountCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly parameters: Parameters;
  readonly weight: number;
  readonly purpose: Purpose;
  readonly isOrder?: boolean;
  readonly isPublic?: boolean;
  /** The key is named, and nothing is signed. */
  readonly isUnsigned?: boolean;
  /** Monotonic moment from which on it must not leave. */
  readonly sendByMs?: number;
}

/** What came of a request. `not sent`: surely no byte of it left. `lost`: it may have arrived. */
export type AccountAnswer =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly text: string;
      readonly retryAfterS: number | undefined;
    }
  | { readonly type: 'not sent'; readonly reason: string; readonly retryAfterMs: number }
  | { readonly type: 'too late'; readonly lateMs: number }
  | { readonly type: 'lost'; readonly reason: string };

export interface AccountHttpParts {
  readonly url: string;
  readonly key: ApiKey;
  readonly time: Pick<VenueTime, 'nowMs' | 'ready' | 'measure'>;
  readonly budget: RequestBudget;
  readonly counts: OrderCounts;
  readonly monotonicMs: () => number;
}

/** Requests of an account over connections that stay open. Each goes out once; nothing is tried again. */
export class AccountHttp implements AsyncDisposable {
  readonly #parts: AccountHttpParts;
  readonly #pool: Pool;

  constructor(parts: AccountHttpParts) {
    this.#parts = parts;
    this.#pool = new Pool(parts.url.replace(/\/$/, ''), {
      ...{ connections: CONNECTIONS, pipelining: 1 },
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS },
    });
  }

  /** Asks once. Never rejects. */
  async ask(call: AccountCall): Promise<AccountAnswer> {
    const { budget, counts, monotonicMs, time } = this.#parts;
    const lateMs = monotonicMs() - (call.sendByMs ?? Number.POSITIVE_INFINITY);
    if (lateMs >= 0) return { type: 'too late', lateMs };
    const { purpose, weight } = call;
    const waitMs =
      budget.take(weight, monotonicMs(), purpose) ||
      (call.isOrder === true ? counts.take(purpose, monotonicMs()) : 0);
    if (waitMs > 0) {
      const reason = `the budget of requests for ${purpose} is used up for ${Math.ceil(waitMs)} ms`;
      return { type: 'not sent', reason, retryAfterMs: Math.ceil(waitMs) };
    }
    let venueMs = time.nowMs();
    if (venueMs === undefined && call.isPublic !== true)
      try {
        venueMs = await time.ready();
      } catch (error) {
        return { type: 'not sent', reason: (error as Error).message, retryAfterMs: UNREACHED_MS };
      }
    const answer = await this.#send(call, venueMs ?? 0);
    if (answer.type === 'answered' && answer.status === 400 && answer.text.includes('-1021'))
      void time.measure();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }

  #send(call: AccountCall, venueMs: number): Promise<AccountAnswer> {
    const { key, monotonicMs } = this.#parts;
    const { method, path, parameters, isPublic, isUnsigned } = call;
    const timed = {
      ...parameters,
      ...{ recvWindow: `${RECV_WINDOW_MS}`, timestamp: `${Math.floor(venueMs)}` },
    };
    const query = isPublic === true || isUnsigned === true ? queryOf(parameters) : signedQuery(timed, key);
    const headers = isPublic === true ? {} : { 'X-MBX-APIKEY': key.name };
    return new Promise((done) => {
      const exchange = new OneExchange(monotonicMs, call.sendByMs, (answer, told) => {
        clearTimeout(timer);
        this.#heard(answer, told);
        done(answer);
      });
      const timer = setTimeout(() => exchange.giveUp(), ANSWER_MAX_MS);
      this.#pool.dispatch(
        {
          ...{ method, path: query === '' ? path : `${path}?${query}`, headers, idempotent: false },
          ...{ headersTimeout: 0, bodyTimeout: 0 },
        },
        exchange,
      );
    });
  }

  /** Takes what an answer tells of budgets. */
  #heard(answer: AccountAnswer, headers: Headers): void {
    if (answer.type !== 'answered') return;
    const { budget, counts, monotonicMs } = this.#parts;
    const used = headers['x-mbx-used-weight-1m'];
    if (typeof used === 'string' && used !== '') budget.used(Number(used), monotonicMs());
    counts.told(headers, monotonicMs());
    if (!isTurnedAway(answer.status)) return;
    // Too many orders of one account, and the address may go on.
    if (answer.text.includes('-1015')) counts.pause((answer.retryAfterS ?? 1) * 1_000, monotonicMs());
    else budget.refused(answer.retryAfterS, monotonicMs());
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One request on its way, from the moment at which its bytes would leave. */
class OneExchange implements Dispatcher.DispatchHandler {
  readonly #monotonicMs: () => number;
  readonly #sendByMs: number;
  readonly #done: (answer: AccountAnswer, headers: Headers) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #hasLeft = false;
  #isOver = false;
  #status = 0;
  #headers: Headers = {};
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    monotonicMs: () => number,
    sendByMs: number | undefined,
    done: (answer: AccountAnswer, headers: Headers) => void,
  ) {
    this.#monotonicMs = monotonicMs;
    this.#sendByMs = sendByMs ?? Number.POSITIVE_INFINITY;
    this.#done = done;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const lateMs = this.#monotonicMs() - this.#sendByMs;
    if (lateMs >= 0) this.#end({ type: 'too late', lateMs });
    if (this.#isOver) controller.abort(new Error('not sent'));
    else this.#hasLeft = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
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
