import { type AccountRequestKind, codecs, type MessageCodec, subjects } from '@algo/contracts';
import {
  type AccountId,
  type Fill,
  fillKey,
  type OrderLookup,
  type OrderRequest,
  type SubmitOutcome,
  type TimeUs,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import type { ExchangeVenue, OrderRef, SendTerms, VenueAnswer, VenueCapabilities } from '../port.ts';

const TIMEOUT_MS = 2_000;
/** A read is asked so often; the pause before the next try doubles. */
const READ_TRIES = 4;
const PAUSE_FIRST_MS = 200;
/** Pages of fills asked for at most; a page holds thousands. */
const FILL_PAGES_MAX = 100;

/** Asks the process that plays the exchange. *Errors*: rejects when no usable answer came in time. */
export type AskPaper = (
  subject: string,
  type: string,
  data: Uint8Array,
  timeoutMs: number,
) => Promise<{ readonly data: Uint8Array }>;

/**
 * The paper exchange of an account, as execution and reconcile see it. Its books are one process's, so
 * "absent" is proof once nothing is under way.
 */
export class PaperExchangeVenue implements ExchangeVenue {
  readonly name = 'paper';
  readonly capabilities: VenueCapabilities = {
    authoritativeAbsence: true,
    fillIds: true,
    shortSelling: true,
    reduceOnly: true,
    triggerOrders: false,
    clientIdLookUp: true,
  };
  readonly #account: AccountId;
  readonly #ask: AskPaper;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(account: AccountId, ask: AskPaper, sleep: (ms: number) => Promise<void>) {
    this.#account = account;
    this.#ask = ask;
    this.#sleep = sleep;
  }

  submit(order: OrderRequest, { sentUs }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const request = this.#once(
      'submit',
      codecs.SubmitOrderRequest,
      { order, sentUs },
      codecs.SubmitOutcomeReply,
    );
    request.then(done, (error: Error) => done(unknownOutcome(order, sentUs, error)));
  }

  cancel(order: OrderRef, { sentUs }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const wanted = { ...order, sentUs };
    const request = this.#once('cancel', codecs.CancelOrderRequest, wanted, codecs.SubmitOutcomeReply);
    request.then(done, (error: Error) => done(unknownOutcome(order, sentUs, error)));
  }

  order(order: OrderRef, done: (lookup: OrderLookup) => void): void {
    const { account, instrument, clientOrderId } = order;
    const wanted = { account, instrument, clientOrderId };
    this.#again(() => this.#once('look-up', codecs.LookUpOrderRequest, wanted, codecs.OrderLookupReply)).then(
      done,
      (error: Error) => done({ type: 'failed', reason: error.message }),
    );
  }

  openOrders(_account: AccountId, done: (answer: VenueAnswer<readonly VenueOrder[]>) => void): void {
    answer(this.#read('open-orders', 0, codecs.OpenOrdersReply), ({ orders }) => orders, done);
  }

  fillsSince(
    _account: AccountId,
    sinceUs: TimeUs,
    done: (answer: VenueAnswer<readonly Fill[]>) => void,
  ): void {
    answer(this.#allFills(sinceUs), (fills) => fills, done);
  }

  positions(_account: AccountId, done: (answer: VenueAnswer<readonly VenuePosition[]>) => void): void {
    answer(this.#read('positions', 0, codecs.PositionsReply), ({ positions }) => positions, done);
  }

  balances(_account: AccountId, done: (answer: VenueAnswer<readonly VenueBalance[]>) => void): void {
    answer(this.#read('balances', 0, codecs.BalancesReply), ({ balances }) => balances, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {} // what it asks through is its owner's

  async #allFills(sinceUs: TimeUs): Promise<readonly Fill[]> {
    const fills = new Map<string, Fill>();
    let fromUs = sinceUs;
    for (let page = 0; page < FILL_PAGES_MAX; page++) {
      const reply = await this.#read('fills-since', fromUs, codecs.FillsReply);
      for (const fill of reply.fills) fills.set(fillKey(fill), fill);
      if (reply.complete) return [...fills.values()];
      fromUs = reply.fills.at(-1)!.timeUs;
    }
    throw new Error(`more than ${FILL_PAGES_MAX} pages of fills since ${sinceUs}`);
  }

  #read<Reply>(kind: AccountRequestKind, sinceUs: TimeUs, reply: MessageCodec<Reply>): Promise<Reply> {
    const request = { account: this.#account, kind, sinceUs };
    return this.#again(() => this.#once('account', codecs.AccountRequest, request, reply));
  }

  async #again<Reply>(once: () => Promise<Reply>): Promise<Reply> {
    for (let tries = 1; ; tries++)
      try {
        return await once();
      } catch (error) {
        if (tries === READ_TRIES) throw error;
        await this.#sleep(PAUSE_FIRST_MS * 2 ** (tries - 1));
      }
  }

  async #once<Request, Reply>(
    verb: 'submit' | 'cancel' | 'look-up' | 'account',
    codec: MessageCodec<Request>,
    request: Request,
    reply: MessageCodec<Reply>,
  ): Promise<Reply> {
    const subject = subjects.venueRequest(this.#account, verb);
    return reply.decode((await this.#ask(subject, codec.type, codec.encode(request), TIMEOUT_MS)).data);
  }
}

/** Whatever kept the answer from us did not keep the request from the venue. */
function unknownOutcome({ clientOrderId }: OrderRef, timeUs: TimeUs, { message }: Error): SubmitOutcome {
  return { type: 'unknown', clientOrderId, reason: message, timeUs };
}

function answer<Reply, Value>(
  asked: Promise<Reply>,
  of: (reply: Reply) => Value,
  done: (answer: VenueAnswer<Value>) => void,
): void {
  asked.then(
    (reply) => done({ type: 'answered', value: of(reply) }),
    (error: Error) => done({ type: 'failed', reason: `paper venue: ${error.message}` }),
  );
}
