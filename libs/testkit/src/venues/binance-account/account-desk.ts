import type { Refusal } from '../binance/weight-meter.ts';
import type { ExchangeClock } from '../exchange/exchange-clock.ts';
import { type Fault, FaultPlan, type Reply } from '../exchange/fault-plan.ts';
import { type JournalEntry, RequestJournal } from '../exchange/request-journal.ts';
import { type ApiKey, ApiKeys } from './api-keys.ts';
import type { Endpoint } from './endpoint.ts';
import type { OrderCounts, OrderLimit } from './order-counts.ts';
import type { Parameters } from './parameters.ts';
import { mandatory, NO_KEY_RIGHT, Refused } from './refused.ts';
import { checkTime, requestTime } from './request-time.ts';
import { isSigned } from './signed-text.ts';

/** A request as it reached the exchange, by whatever way. */
export interface DeskRequest {
  /** `POST /api/v3/order`, or `order.place`. */
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly via: 'rest' | 'socket';
  readonly parameters: Parameters;
  readonly apiKey: string | undefined;
  /** What its signature is over; null where its socket was logged on, and nothing is signed. */
  readonly payload: string | null;
  readonly address: string;
  /** What the client says that it is; empty for nothing. */
  readonly agent?: string;
}

/** Null: nothing goes back. `reset`: the line is cut. */
export type DeskAnswer = Reply | 'reset' | null;

/** What the desk needs of an exchange. */
export interface DeskRules {
  readonly clock: ExchangeClock;
  readonly counts: OrderCounts;
  /** Places of a recvWindow. */
  readonly windowPlaces: number;
  /** Takes weight of the address that all requests come from. */
  readonly take: (weight: number) => Refusal | undefined;
  readonly weightMax: number;
  /** Which right of a key trading here wants. */
  readonly tradingRight: 'spotTrading' | 'futures';
}

const HTML = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const USE_STREAMS = 'Please use WebSocket Streams for live updates to avoid';
const JOURNALED_NOT = new Set(['apiKey', 'signature']);

/** Where requests pass before the exchange does anything: faults, weight, key, time, signature, rights. */
export class AccountDesk {
  readonly keys = new ApiKeys();
  readonly faults = new FaultPlan();
  readonly journal = new RequestJournal();
  /** How old reads are, by endpoint. *Units*: ms. */
  readonly readDelayMs = new Map<string, number>();
  /** Nothing is answered but that it is under maintenance. */
  isMaintained = false;
  readonly rules: DeskRules;

  constructor(rules: DeskRules) {
    this.rules = rules;
  }

  async ask(request: DeskRequest): Promise<DeskAnswer> {
    const { agent = '', name, via, parameters } = request;
    const shown = [...parameters.texts].filter(([key]) => !JOURNALED_NOT.has(key));
    const atMs = this.rules.clock.nowMs();
    const sent = Object.fromEntries(shown);
    const entry = this.journal.add({ atMs, endpoint: name, via, agent, parameters: sent });
    const fault = this.faults.next(name);
    const instead = await this.#instead(fault, 'before');
    const answer = instead === undefined ? await this.#passed(request, entry, fault) : instead;
    if (answer !== null && answer !== 'reset') entry.status = answer.status;
    return answer;
  }

  async #passed(request: DeskRequest, entry: JournalEntry, fault: Fault | undefined): Promise<DeskAnswer> {
    const reply = this.#carriedOut(request, entry);
    if (fault?.does === 'duplicate') this.#carriedOut(request, entry);
    const instead = await this.#instead(fault, 'after');
    return instead === undefined ? reply : instead;
  }

  async #instead(fault: Fault | undefined, at: 'before' | 'after'): Promise<DeskAnswer | undefined> {
    if (fault === undefined || fault.does === 'duplicate' || fault.at !== at) return undefined;
    if (fault.does === 'answer') return fault.reply;
    if (fault.does === 'delay') {
      // The request has arrived in time, and is looked at once more when its turn comes.
      await this.rules.clock.sleep(fault.ms);
      return undefined;
    }
    return { hang: null, reset: 'reset' as const, html: { status: 502, body: HTML } }[fault.does];
  }

  #carriedOut(request: DeskRequest, entry: JournalEntry): Reply {
    const { endpoint, parameters } = request;
    const weight = endpoint.weight(parameters);
    const isFree = endpoint.isFreeOnSuccess === true;
    const refusal = this.rules.take(isFree ? 0 : weight);
    try {
      if (refusal !== undefined) throw this.#tooMuch(refusal);
      if (this.isMaintained) throw new Refused(-1000, 'System is under maintenance.', 503);
      const body = this.#answered(request, entry);
      entry.code = null;
      return { status: 200, body, headers: this.headers(request, entry.account) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (isFree) this.rules.take(weight);
      entry.code = error.code;
      const retry = error instanceof Throttled ? { 'Retry-After': `${error.retryAfterS}` } : {};
      return { ...error.reply, headers: { ...this.headers(request, null), ...retry } };
    }
  }

  #answered(request: DeskRequest, entry: JournalEntry): unknown {
    const { endpoint, parameters, name } = request;
    if (endpoint.security === 'NONE') return endpoint.answer({ ...NOBODY, parameters, viewMs: this.#now });
    const key = this.keys.find(request.apiKey, request.address);
    entry.account = key.account;
    if (endpoint.security !== 'KEY') this.#checkSigned(request, key, entry.atMs);
    if (!key.rights.reading || (endpoint.security === 'TRADE' && !key.rights[this.rules.tradingRight]))
      throw NO_KEY_RIGHT();
    if (endpoint.known !== undefined) parameters.onlyThese(endpoint.known);
    const viewMs = this.#now - (this.readDelayMs.get(name) ?? 0);
    return endpoint.answer({ account: key.account, key, parameters, viewMs });
  }

  #checkSigned({ parameters, payload }: DeskRequest, key: ApiKey, arrivedMs: number): void {
    const time = requestTime(parameters, this.rules.windowPlaces);
    checkTime(time, arrivedMs);
    if (payload !== null) {
      const signature = parameters.texts.get('signature');
      if (signature === undefined || signature === '') throw mandatory('signature');
      if (!isSigned(key.proof, payload, signature))
        throw new Refused(-1022, 'Signature for this request is not valid.');
    }
    checkTime(time, this.#now);
  }

  /** Headers that tell what is used up. */
  headers({ endpoint }: Pick<DeskRequest, 'endpoint'>, account: string | null): Record<string, string> {
    if (account === null || endpoint.countsOrders !== true) return {};
    const counts = this.rules.counts.counts(account, this.#now);
    return Object.fromEntries(
      this.rules.counts.limits.map(({ interval, intervalNum }, i) => [
        `X-MBX-ORDER-COUNT-${intervalNum}${interval[0]}`,
        `${counts[i]}`,
      ]),
    );
  }

  /** *Errors*: Refused where an account has sent as many orders as it may. */
  checkOrderCount(account: string): void {
    const limit = this.rules.counts.exceeded(account, this.#now);
    if (limit !== undefined) throw this.tooManyOrders(limit);
  }

  tooManyOrders(limit: OrderLimit): Refused {
    const words = `${limit.limit} orders per ${limit.intervalNum} ${limit.interval}`;
    return new Throttled(
      ...([-1015, `Too many new orders; current limit is ${words}.`, 429] as const),
      this.rules.counts.restS(limit, this.#now),
      this.#now,
    );
  }

  #tooMuch({ status, retryAfterS }: Refusal): Refused {
    const until = Math.floor(this.#now) + retryAfterS * 1_000;
    const most = `current limit is ${this.rules.weightMax} request weight per 1 MINUTE`;
    const words =
      status === 418
        ? `Way too much request weight used; IP banned until ${until}. ${USE_STREAMS} bans.`
        : `Too much request weight used; ${most}. ${USE_STREAMS} polling the API.`;
    return new Throttled(-1003, words, status, retryAfterS, this.#now);
  }

  get #now(): number {
    return this.rules.clock.nowMs();
  }
}

const NOBODY = {
  account: '',
  key: {
    ...{ apiKey: '', account: '', proof: { kind: 'hmac', secret: '' }, ips: null, createdMs: 0 },
    rights: { reading: false, spotTrading: false, futures: false, withdrawals: false },
  } satisfies ApiKey,
};

/** A refusal that says when to come back. */
export class Throttled extends Refused {
  readonly retryAfterS: number;
  readonly serverMs: number;

  constructor(code: number, message: string, status: number, retryAfterS: number, serverMs: number) {
    super(code, message, status);
    this.retryAfterS = retryAfterS;
    this.serverMs = Math.floor(serverMs);
  }
}
