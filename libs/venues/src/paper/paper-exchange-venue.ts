import {
  type AccountRequest,
  type AccountRequestKind,
  codecs,
  type FillsReply,
  type MessageCodec,
  type OrderLookupReply,
  subjects,
} from '@algo/contracts';
import {
  type Absence,
  type AccountId,
  type AccountSetup,
  type CashMove,
  type ClientOrderId,
  type Fill,
  isoTime,
  type OrderLookup,
  type OrderRequest,
  orderReason,
  RecentMap,
  type ReplaceOutcome,
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
import { provePaperAbsence } from './paper-absence.ts';

const TIMEOUT_MS = 2_000;
/** A read is asked so often; the pause before the next try doubles. */
const READ_TRIES = 4;
const PAUSE_FIRST_MS = 200;
/** Pages of fills asked for at most; a page holds thousands. */
const FILL_PAGES_MAX = 100;
/** Orders whose sending is remembered. */
const SENT_MAX = 1_000;

/** Asks the process that plays the exchange. *Errors*: rejects when no usable answer came in time. */
export type AskPaper = (
  subject: string,
  type: string,
  data: Uint8Array,
  timeoutMs: number,
) => Promise<{ readonly data: Uint8Array }>;

/** What the paper exchange can do, however it is asked. */
export const PAPER_CAPABILITIES: VenueCapabilities = {
  fillIds: true,
  reduceOnly: true,
  stopTrigger: 'last',
  clientIdLookUp: true,
  // Its own books are never old; it claims what exchanges do, so that paper shows how long one waits there.
  readsSettleMs: 10_000,
};

/** The paper exchange of an account, as execution and reconcile see it. */
export class PaperExchangeVenue implements ExchangeVenue {
  readonly name = 'paper';
  readonly capabilities = PAPER_CAPABILITIES;
  readonly #account: AccountId;
  readonly #ask: AskPaper;
  readonly #clock: VenueClock;
  readonly #openedMs: number;
  /** When each order left, by the monotonic clock. */
  readonly #sentMs = new RecentMap<number>(SENT_MAX);
  /** The newest books that were shown. */
  #newestUs: TimeUs = 0;

  constructor(account: AccountId, ask: AskPaper, clock: VenueClock) {
    this.#account = account;
    this.#ask = ask;
    this.#clock = clock;
    this.#openedMs = clock.monotonicMs();
  }

  submit(order: OrderRequest, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { sentUs, epoch } = terms;
    const wanted = { order, sentUs, epoch };
    this.#sentMs.set(order.clientOrderId, this.#clock.monotonicMs());
    this.#write(
      terms,
      () => this.#once('submit', codecs.SubmitOrderRequest, wanted, codecs.SubmitOutcomeReply),
      done,
      (failed) => done(failed(order.clientOrderId)),
    );
  }

  cancel(order: OrderRef, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { account, instrument, clientOrderId } = order;
    const { sentUs, epoch } = terms;
    const wanted = { account, instrument, clientOrderId, sentUs, epoch };
    this.#write(
      terms,
      () => this.#once('cancel', codecs.CancelOrderRequest, wanted, codecs.SubmitOutcomeReply),
      done,
      (failed) => done(failed(clientOrderId)),
    );
  }

  /** One request of the exchange, that does both or neither. */
  replace(
    { clientOrderId: replaces }: OrderRef,
    order: OrderRequest,
    terms: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void {
    const { sentUs, epoch } = terms;
    const wanted = { order, replaces, sentUs, epoch };
    this.#sentMs.set(order.clientOrderId, this.#clock.monotonicMs());
    this.#write(
      terms,
      () => this.#once('replace', codecs.ReplaceOrderRequest, wanted, codecs.ReplaceOutcomeReply),
      ({ placed, replaced }) => done({ placed, replaced: believed(replaced) }),
      (failed) => done({ placed: failed(order.clientOrderId), replaced: failed(replaces) }),
    );
  }

  order(order: OrderRef, done: (lookup: OrderLookup) => void): void {
    this.#lookUp(order).then(
      ({ lookup }) => done(lookup),
      (error: Error) => done({ type: 'failed', reason: error.message }),
    );
  }

  proveAbsence(order: OrderRef, sentUs: TimeUs, done: (absence: Absence) => void): void {
    const looks = {
      clock: this.#clock,
      lookUp: () => this.#lookUp(order),
      fills: () => this.#allFills(sentUs),
    };
    const sentMs = this.#sentMs.get(order.clientOrderId) ?? this.#openedMs;
    provePaperAbsence(looks, order, sentUs, sentMs).then(done, (error: Error) =>
      done({ type: 'not proven', reason: error.message }),
    );
  }

  openOrders(_account: AccountId, done: (answer: VenueAnswer<readonly VenueOrder[]>) => void): void {
    answer(this.#whole('open-orders', codecs.OpenOrdersReply), ({ orders }) => orders, done);
  }

  fillsSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly Fill[]>) => void): void {
    answer(this.#allFills(sinceUs), ({ fills }) => fills, done);
  }

  positions(_account: AccountId, done: (answer: VenueAnswer<readonly VenuePosition[]>) => void): void {
    answer(this.#whole('positions', codecs.PositionsReply), ({ positions }) => positions, done);
  }

  balances(_account: AccountId, done: (answer: VenueAnswer<readonly VenueBalance[]>) => void): void {
    answer(this.#whole('balances', codecs.BalancesReply), ({ balances }) => balances, done);
  }

  setup(_account: AccountId, done: (answer: VenueAnswer<AccountSetup>) => void): void {
    answer(this.#whole('setup', codecs.SetupReply), ({ setup }) => setup, done);
  }

  cashSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly CashMove[]>) => void): void {
    answer(this.#whole('cash-since', codecs.CashReply, sinceUs), ({ moves }) => moves, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {} // what it asks through is its owner's

  async #lookUp({ account, instrument, clientOrderId }: OrderRef): Promise<OrderLookupReply> {
    const wanted = { account, instrument, clientOrderId };
    return this.#again(async () =>
      this.#newer(await this.#once('look-up', codecs.LookUpOrderRequest, wanted, codecs.OrderLookupReply)),
    );
  }

  async #allFills(sinceUs: TimeUs): Promise<FillsReply> {
    const fills: Fill[] = [];
    for (let page = 0; page < FILL_PAGES_MAX; page++) {
      // More fills than a page holds may be of one moment: by time alone nobody would get past it.
      const fromUs = fills.at(-1)?.timeUs ?? sinceUs;
      const skipRows = fills.filter(({ timeUs }) => timeUs === fromUs).length;
      const reply = await this.#read('fills-since', { sinceUs: fromUs, skipRows }, codecs.FillsReply);
      fills.push(...reply.fills);
      if (reply.complete) return { ...reply, fills };
    }
    throw new Error(`more than ${FILL_PAGES_MAX} pages of fills since ${sinceUs}`);
  }

  #write<Reply>(
    { sentUs: timeUs, sendByMs, left }: SendTerms,
    send: () => Promise<Reply>,
    done: (reply: Reply) => void,
    fail: (outcomeOf: (clientOrderId: ClientOrderId) => SubmitOutcome) => void,
  ): void {
    const lateMs = this.#clock.monotonicMs() - sendByMs;
    if (lateMs >= 0) {
      const reason = orderReason('TOO_LATE', `late_ms=${Math.round(lateMs)}`);
      const never = { retryAfterMs: null, evidence: ['it was never sent'] } as const;
      fail((clientOrderId) => ({ type: 'refused', clientOrderId, reason, ...never, timeUs }));
      return;
    }
    left?.();
    // Whatever kept the answer from us did not keep the request from the venue.
    send().then(done, ({ message: reason }: Error) =>
      fail((clientOrderId) => ({ type: 'unknown', clientOrderId, reason, timeUs })),
    );
  }

  /** Reads rows that must be all. */
  async #whole<R extends Read>(kind: AccountRequestKind, codec: MessageCodec<R>, sinceUs = 0): Promise<R> {
    const reply = await this.#read(kind, { sinceUs, skipRows: 0 }, codec);
    if (!reply.complete) throw new Error(`the ${kind} it gave are not all`);
    return reply;
  }

  #read<R extends Read>(
    kind: AccountRequestKind,
    from: Pick<AccountRequest, 'sinceUs' | 'skipRows'>,
    codec: MessageCodec<R>,
  ): Promise<R> {
    const request = { account: this.#account, kind, ...from };
    return this.#again(async () =>
      this.#newer(await this.#once('account', codecs.AccountRequest, request, codec)),
    );
  }

  /** From books that are older than those before nothing may be concluded. */
  #newer<Reply extends { readonly asOfUs: TimeUs }>(reply: Reply): Reply {
    if (reply.asOfUs < this.#newestUs)
      throw new Error(`books of ${isoTime(reply.asOfUs)}, after those of ${isoTime(this.#newestUs)}`);
    this.#newestUs = reply.asOfUs;
    return reply;
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
    verb: 'submit' | 'cancel' | 'replace' | 'look-up' | 'account',
    codec: MessageCodec<Request>,
    request: Request,
    reply: MessageCodec<Reply>,
  ): Promise<Reply> {
    const subject = subjects.venueRequest(this.#account, verb);
    return reply.decode((await this.#ask(subject, codec.type, codec.encode(request), TIMEOUT_MS)).data);
  }
}

/** We send an id once. That the exchange has it already says that ours arrived, so the stop may be out. */
function believed(outcome: SubmitOutcome): SubmitOutcome {
  const isCopy = outcome.type === 'refused' && outcome.reason.startsWith('duplicate');
  return isCopy ? { ...outcome, type: 'unknown' } : outcome;
}

/** What every read of an account says of itself. */
interface Read {
  readonly asOfUs: TimeUs;
  readonly complete: boolean;
}

function answer<Reply extends Read, Value>(
  asked: Promise<Reply>,
  of: (reply: Reply) => Value,
  done: (answer: VenueAnswer<Value>) => void,
): void {
  asked.then(
    (reply) => done({ type: 'answered', value: of(reply), asOfUs: reply.asOfUs }),
    (error: Error) => done({ type: 'failed', reason: `paper venue: ${error.message}` }),
  );
}
