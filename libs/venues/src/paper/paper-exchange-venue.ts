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
import type {
  ExchangeVenue,
  OrderRef,
  SendTerms,
  VenueAnswer,
  VenueCapabilities,
  VenueClock,
} from '../port.ts';

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
  readonly #clock: VenueClock;

  constructor(account: AccountId, ask: AskPaper, clock: VenueClock) {
    this.#account = account;
    this.#ask = ask;
    this.#clock = clock;
  }

  submit(order: OrderRequest, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { sentUs, epoch } = terms;
    this.#write('submit', codecs.SubmitOrderRequest, { order, sentUs, epoch }, order, terms, done);
  }

  cancel(order: OrderRef, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { account, instrument, clientOrderId } = order;
    const { sentUs, epoch } = terms;
    const wanted = { account, instrument, clientOrderId, sentUs, epoch };
    this.#write('cancel', codecs.CancelOrderRequest, wanted, order, terms, done);
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

  #write<Request>(
    verb: 'submit' | 'cancel',
    codec: MessageCodec<Request>,
    request: Request,
    { clientOrderId }: OrderRef,
    { sentUs: timeUs, sendByMs }: SendTerms,
    done: (outcome: SubmitOutcome) => void,
  ): void {
    const lateMs = this.#clock.monotonicMs() - sendByMs;
    if (lateMs >= 0) {
      done({ type: 'refused', clientOrderId, reason: `not sent: ${Math.round(lateMs)} ms too late`, timeUs });
      return;
    }
    // Whatever kept the answer from us did not keep the request from the venue.
    this.#once(verb, codec, request, codecs.SubmitOutcomeReply).then(
      (outcome) => done(believed(outcome)),
      ({ message }: Error) => done({ type: 'unknown', clientOrderId, reason: message, timeUs }),
    );
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
        await this.#clock.sleep(PAUSE_FIRST_MS * 2 ** (tries - 1));
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

/** We send an id once. That the exchange has it already says that ours arrived, not that it was refused. */
function believed(outcome: SubmitOutcome): SubmitOutcome {
  return outcome.type === 'refused' && outcome.reason.startsWith('duplicate')
    ? { ...outcome, type: 'unknown' }
    : outcome;
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
