import type { Bus, Clock, Driven, Requests, Subscription, Ticket } from '@algo/bus';
import { type AccountRequest, codecs, type MessageCodec, subjects } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { PaperOutcome, PaperView } from '@algo/simulation';
import type { Asked, VenueRequest } from '../domain/index.ts';
import { AccountStreams } from './account-streams.ts';

/** An answer holds at most this many fills, to stay below the server's payload limit. */
const FILLS_PER_REPLY = 2_000;
/** Questions that wait for their answer; beyond it nothing more is taken, and whoever asks hears so. */
const WAITING_MAX = 1_000;

/** What the desk needs of the driver of its machine. */
type PaperDriven = Pick<Driven<Asked>, 'restored' | 'epoch' | 'inject'>;

/** What the desk shows of its machine. */
interface Exchange {
  readonly view: PaperView;
  /** False while the sockets of accounts are broken. */
  isSocketUp(): boolean;
}

interface Reply {
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * Answers the requests of the venue port. What changes the books goes to the log and through the machine
 * before it is answered; what reads them waits until all that was asked before is in them, so that
 * "absent" is proof.
 */
export class QuestionDesk implements Requests<VenueRequest, Asked> {
  readonly #streams: AccountStreams;
  readonly #waiting = new Map<string, PromiseWithResolvers<PaperOutcome>>();
  /** Those of them that the books don't have yet. */
  readonly #underWay = new Map<string, PromiseWithResolvers<void>>();
  #number = 0;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#streams = new AccountStreams(clock);
  }

  /** Answers leave as they come, events in their order; nobody withdraws one. */
  terms(request: VenueRequest) {
    const key = 'ask' in request ? request.ask : 'stream';
    return { key, priority: 0, effect: 'again', withdraws: false } as const;
  }

  withdrawn(): Asked[] {
    return [];
  }

  /**
   * Whoever asked an earlier life has heard silence, and looks the order up; to say it again does no harm.
   */
  carryOut(request: VenueRequest, ticket: Ticket<Asked>): void {
    this.#tell(request);
    ticket.settle([]);
  }

  #tell(request: VenueRequest): void {
    switch (request.type) {
      case 'Told':
        this.#streams.tell(request.event);
        break;
      case 'SocketBroke':
        this.#streams.breakAll();
        break;
      default: {
        const { ask } = request;
        this.#underWay.get(ask)?.resolve();
        this.#underWay.delete(ask);
        if (request.type === 'Answer') this.#waiting.get(ask)?.resolve(request.outcome);
        if (request.type === 'Answer' || !request.isLate) this.#waiting.delete(ask);
      }
    }
  }

  /** Opens the desk of an account. */
  async serve(
    bus: Bus,
    account: AccountId,
    { view, isSocketUp }: Exchange,
    driven: PaperDriven,
  ): Promise<readonly Subscription[]> {
    const reads = async <Request>(
      codec: MessageCodec<Request>,
      data: Uint8Array,
      read: (r: Request) => Reply,
    ) => {
      const request = codec.decode(data);
      await driven.restored;
      await Promise.all([...this.#underWay.values()].map(({ promise }) => promise));
      return read(request);
    };
    return Promise.all([
      bus.serve(subjects.venueRequest(account, 'submit'), async (_type, data) => {
        const body = codecs.SubmitOrderRequest.decode(data);
        return this.#ask(driven, (ask) => ({ name: 'OrderAsked', body: { ...body, ask } }));
      }),
      bus.serve(subjects.venueRequest(account, 'cancel'), async (_type, data) => {
        const body = codecs.CancelOrderRequest.decode(data);
        return this.#ask(driven, (ask) => ({ name: 'CancelAsked', body: { ...body, ask } }));
      }),
      bus.serve(subjects.venueRequest(account, 'replace'), async (_type, data) => {
        const body = codecs.ReplaceOrderRequest.decode(data);
        return this.#ask(driven, (ask) => ({ name: 'ReplaceAsked', body: { ...body, ask } }));
      }),
      bus.serve(subjects.venueRequest(account, 'look-up'), (_type, data) =>
        reads(codecs.LookUpOrderRequest, data, (request) =>
          reply(codecs.OrderLookupReply, {
            lookup: view.order(request.account, request.clientOrderId),
            asOfUs: view.asOfUs(request.account),
          }),
        ),
      ),
      bus.serve(subjects.venueRequest(account, 'events'), async (_type, data) => {
        const request = codecs.AccountEventsRequest.decode(data);
        await driven.restored;
        if (!isSocketUp()) throw new Error('the socket is broken');
        return reply(codecs.AccountEventsReply, await this.#streams.ask(request, String(driven.epoch)));
      }),
      bus.serve(subjects.venueRequest(account, 'account'), (_type, data) =>
        reads(codecs.AccountRequest, data, (request) => accountReply(view, request)),
      ),
    ]);
  }

  async #ask(driven: PaperDriven, asked: (ask: string) => Asked): Promise<Reply> {
    if (this.#waiting.size >= WAITING_MAX) throw new Error(`not taken: ${WAITING_MAX} questions are waiting`);
    await driven.restored;
    const ask = `${driven.epoch}:${++this.#number}`;
    const answer = Promise.withResolvers<PaperOutcome>();
    this.#waiting.set(ask, answer);
    this.#underWay.set(ask, Promise.withResolvers<void>());
    driven.inject(asked(ask));
    const outcome = await answer.promise;
    return 'placed' in outcome
      ? reply(codecs.ReplaceOutcomeReply, outcome)
      : reply(codecs.SubmitOutcomeReply, outcome);
  }
}

function reply<Value>(codec: MessageCodec<Value>, value: Value): Reply {
  return { type: codec.type, data: codec.encode(value) };
}

function accountReply(view: PaperView, { account, kind, sinceUs, skipRows }: AccountRequest): Reply {
  switch (kind) {
    case 'open-orders': {
      const { rows: orders, ...read } = view.openOrders(account);
      return reply(codecs.OpenOrdersReply, { account, orders, ...read });
    }
    case 'fills-since': {
      const wanted = { sinceUs, skipRows, rowsMax: FILLS_PER_REPLY };
      const { rows: fills, ...read } = view.fillsSince(account, wanted);
      return reply(codecs.FillsReply, { account, fills, ...read });
    }
    case 'positions': {
      const { rows: positions, ...read } = view.positions(account);
      return reply(codecs.PositionsReply, { account, positions, ...read });
    }
    case 'balances': {
      const { rows: balances, ...read } = view.balances(account);
      return reply(codecs.BalancesReply, { account, balances, ...read });
    }
    case 'cash-since': {
      const { rows: moves, ...read } = view.cashSince(account, sinceUs);
      return reply(codecs.CashReply, { account, moves, ...read });
    }
    case 'setup':
      return reply(codecs.SetupReply, { account, ...view.setup(account), complete: true });
    default:
      return kind satisfies never;
  }
}
