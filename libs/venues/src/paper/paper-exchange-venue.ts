import { type Bus, RequestFailedError } from '@algo/bus';
import {
  type AccountRequestKind,
  type CancelOrderRequest,
  codecs,
  type MessageCodec,
  subjects,
} from '@algo/contracts';
import type {
  AccountId,
  Fill,
  OrderLookup,
  OrderRequest,
  SubmitOutcome,
  TimeUs,
  VenueBalance,
  VenueOrder,
  VenuePosition,
} from '@algo/model';
import { ExponentialBackoff, handleType, type IPolicy, retry } from 'cockatiel';
import { type ExchangeVenue, type OrderRef, type VenueCapabilities, VenueUnavailableError } from '../port.ts';

const TIMEOUT_MS = 2_000;
/** Pages of fills asked for at most; a page holds thousands. */
const FILL_PAGES_MAX = 100;

/**
 * The paper venue as execution and reconcile see it: requests over the bus to the process that plays the
 * exchange. Its books are one process's, so "absent" is proof once nothing is under way.
 */
export class PaperExchangeVenue implements ExchangeVenue {
  readonly name = 'paper';
  readonly capabilities: VenueCapabilities = { authoritativeAbsence: true, fillIds: true };
  readonly #bus: Bus;
  readonly #step: () => number;
  readonly #reads: IPolicy;

  /**
   * `step` returns the step of a replay that the caller is in, so that a venue that was started again answers
   * from where it had been; nobody else needs it.
   */
  constructor(bus: Bus, step: () => number = () => 0) {
    this.#bus = bus;
    this.#step = step;
    this.#reads = retry(handleType(VenueUnavailableError), {
      maxAttempts: 3,
      backoff: new ExponentialBackoff({ initialDelay: 200, exponent: 2, maxDelay: 2_000 }),
    });
  }

  submit(request: OrderRequest, sentUs: TimeUs): Promise<SubmitOutcome> {
    return this.#write(
      'submit',
      codecs.SubmitOrderRequest,
      { order: request, sentUs, step: this.#step() },
      request.clientOrderId,
      sentUs,
    );
  }

  cancel(order: OrderRef, sentUs: TimeUs): Promise<SubmitOutcome> {
    const wanted: CancelOrderRequest = { ...order, sentUs, step: this.#step() };
    return this.#write('cancel', codecs.CancelOrderRequest, wanted, order.clientOrderId, sentUs);
  }

  async order(order: OrderRef): Promise<OrderLookup> {
    try {
      return await this.#reads.execute(() =>
        this.#ask(
          'look-up',
          codecs.LookUpOrderRequest,
          { ...order, step: this.#step() },
          codecs.OrderLookupReply,
        ),
      );
    } catch (error) {
      return { type: 'failed', reason: (error as Error).message };
    }
  }

  async openOrders(account: AccountId): Promise<readonly VenueOrder[]> {
    return (await this.#account(account, 'open-orders', 0, codecs.OpenOrdersReply)).orders;
  }

  async fillsSince(account: AccountId, sinceUs: TimeUs): Promise<readonly Fill[]> {
    const fills = new Map<string, Fill>();
    let fromUs = sinceUs;
    for (let page = 0; page < FILL_PAGES_MAX; page++) {
      const reply = await this.#account(account, 'fills-since', fromUs, codecs.FillsReply);
      for (const fill of reply.fills) fills.set(fill.venueTradeId, fill);
      if (reply.complete) return [...fills.values()];
      fromUs = reply.fills.at(-1)!.timeUs;
    }
    throw new VenueUnavailableError(
      `paper venue: more than ${FILL_PAGES_MAX} pages of fills of ${account} since ${sinceUs}`,
    );
  }

  async positions(account: AccountId): Promise<readonly VenuePosition[]> {
    return (await this.#account(account, 'positions', 0, codecs.PositionsReply)).positions;
  }

  async balances(account: AccountId): Promise<readonly VenueBalance[]> {
    return (await this.#account(account, 'balances', 0, codecs.BalancesReply)).balances;
  }

  async #write<Request>(
    verb: 'submit' | 'cancel',
    codec: MessageCodec<Request>,
    request: Request,
    clientOrderId: OrderRequest['clientOrderId'],
    sentUs: TimeUs,
  ): Promise<SubmitOutcome> {
    try {
      return await this.#ask(verb, codec, request, codecs.SubmitOutcomeReply);
    } catch (error) {
      // Whatever kept the answer from us did not keep the request from the venue.
      return { type: 'unknown', clientOrderId, reason: (error as Error).message, timeUs: sentUs };
    }
  }

  #account<Reply>(
    account: AccountId,
    kind: AccountRequestKind,
    sinceUs: TimeUs,
    reply: MessageCodec<Reply>,
  ): Promise<Reply> {
    return this.#reads.execute(() =>
      this.#ask('account', codecs.AccountRequest, { account, kind, sinceUs }, reply),
    );
  }

  async #ask<Request, Reply>(
    verb: 'submit' | 'cancel' | 'look-up' | 'account',
    codec: MessageCodec<Request>,
    request: Request,
    reply: MessageCodec<Reply>,
  ): Promise<Reply> {
    try {
      const answer = await this.#bus.request(
        subjects.venueRequest('paper', verb),
        codec.type,
        codec.encode(request),
        TIMEOUT_MS,
      );
      return reply.decode(answer.data);
    } catch (cause) {
      if (cause instanceof RequestFailedError)
        throw new VenueUnavailableError(`paper venue: ${cause.message}`, { cause });
      throw cause;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {} // the bus is its owner's
}
