import {
  type Absence,
  type AccountId,
  type AccountSetup,
  type CashMove,
  type ClientOrderId,
  type Fill,
  type OrderLookup,
  type OrderRequest,
  orderReason,
  type ReplaceOutcome,
  type SubmitOutcome,
  type TimeUs,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { type Answer, type Asked, VenueMachine } from '@algo/paper-venue/domain';
import { type Hosted, Wanted } from '@algo/runtime';
import type { PaperOutcome, PaperPage } from '@algo/simulation';
import {
  type ExchangeVenue,
  type OrderRef,
  PAPER_CAPABILITIES,
  type SendTerms,
  type VenueAnswer,
} from '@algo/venues';

/**
 * The paper exchange that is part of the same composition. It answers in the same moment of virtual time, so
 * no write can leave too late; what an order waits for is the exchange's own latency, after which it comes
 * alive.
 */
export class ComposedPaperVenue implements ExchangeVenue {
  readonly name = 'paper';
  readonly capabilities = PAPER_CAPABILITIES;
  readonly #exchange: Hosted;
  /** The exchange has its inputs in order, so one name for all questions is enough. */
  readonly #ask = 'composed';

  constructor(exchange: Hosted) {
    this.#exchange = exchange;
  }

  submit(order: OrderRequest, { sentUs, epoch }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const body = { order, sentUs, epoch, ask: this.#ask };
    done(this.#answer({ name: 'OrderAsked', body }) ?? noAnswer(order.clientOrderId, sentUs));
  }

  cancel(order: OrderRef, { sentUs, epoch }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { account, instrument, clientOrderId } = order;
    const body = { account, instrument, clientOrderId, sentUs, epoch, ask: this.#ask };
    done(this.#answer({ name: 'CancelAsked', body }) ?? noAnswer(clientOrderId, sentUs));
  }

  replace(
    { clientOrderId: replaces }: OrderRef,
    order: OrderRequest,
    { sentUs, epoch }: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void {
    const body = { order, replaces, sentUs, epoch, ask: this.#ask };
    const unknown = {
      placed: noAnswer(order.clientOrderId, sentUs),
      replaced: noAnswer(replaces, sentUs),
    };
    done(this.#answer({ name: 'ReplaceAsked', body }) ?? unknown);
  }

  order({ account, clientOrderId }: OrderRef, done: (lookup: OrderLookup) => void): void {
    done(this.#books.order(account, clientOrderId));
  }

  /** Nothing is ever on its way here. */
  proveAbsence(
    { account, clientOrderId }: OrderRef,
    _sentUs: TimeUs,
    done: (absence: Absence) => void,
  ): void {
    const { type } = this.#books.order(account, clientOrderId);
    if (type === 'absent') done({ type: 'proven', evidence: ['no such order in its books'] });
    else done({ type: 'not proven', reason: `it is ${type}` });
  }

  openOrders(account: AccountId, done: (answer: VenueAnswer<readonly VenueOrder[]>) => void): void {
    done(answered(this.#books.openOrders(account)));
  }

  fillsSince(
    account: AccountId,
    sinceUs: TimeUs,
    done: (answer: VenueAnswer<readonly Fill[]>) => void,
  ): void {
    const all = { sinceUs, skipRows: 0, rowsMax: Number.POSITIVE_INFINITY };
    done(answered(this.#books.fillsSince(account, all)));
  }

  positions(account: AccountId, done: (answer: VenueAnswer<readonly VenuePosition[]>) => void): void {
    done(answered(this.#books.positions(account)));
  }

  balances(account: AccountId, done: (answer: VenueAnswer<readonly VenueBalance[]>) => void): void {
    done(answered(this.#books.balances(account)));
  }

  setup(account: AccountId, done: (answer: VenueAnswer<AccountSetup>) => void): void {
    const { setup, asOfUs } = this.#books.setup(account);
    done({ type: 'answered', value: setup, asOfUs });
  }

  cashSince(
    account: AccountId,
    sinceUs: TimeUs,
    done: (answer: VenueAnswer<readonly CashMove[]>) => void,
  ): void {
    done(answered(this.#books.cashSince(account, sinceUs)));
  }

  async [Symbol.asyncDispose](): Promise<void> {} // the exchange is the composition's

  get #books() {
    // What counts for nothing is given late; books and their time are those of the present moment.
    this.#exchange.beforeInput?.();
    const { machine } = this.#exchange;
    if (!(machine instanceof VenueMachine))
      throw new Error('the paper exchange of this account is not composed');
    return machine.view;
  }

  /** Nobody here waits for a late answer: null when the exchange is silent. */
  #answer<Outcome extends PaperOutcome>(asked: Asked): Outcome | null {
    let answer: Answer | undefined;
    this.#exchange.hear(asked, (work) => {
      if (work instanceof Wanted) answer ??= work.request as Answer;
    });
    return answer?.type === 'Answer' ? (answer.outcome as Outcome) : null;
  }
}

/** An exchange that is silent leaves the outcome unknown. */
function noAnswer(clientOrderId: ClientOrderId, timeUs: TimeUs): SubmitOutcome {
  return { type: 'unknown', clientOrderId, reason: orderReason('VENUE_SILENT'), timeUs };
}

function answered<Row>({ rows, complete, asOfUs }: PaperPage<Row>): VenueAnswer<readonly Row[]> {
  if (complete) return { type: 'answered', value: rows, asOfUs };
  return { type: 'failed', reason: `a page of ${rows.length} rows is not all` };
}
