import {
  type ClientOrderId,
  Decimal,
  type OrderRequest,
  RecentMap,
  type ReplaceOutcome,
  type SubmitOutcome,
  type TimeUs,
  US_PER_MS,
  venueOrderId,
} from '@algo/model';
import type { AccountAnswer, AccountCall } from '../binance/account-http.ts';
import { symbolOf } from '../binance/account-link.ts';
import type { Parameters } from '../binance/api-key.ts';
import { notAnswered, outcomeOf, type Unanswered } from '../binance/outcomes.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { cancelNameOf, type Row, rowOf, textOf, wholeOf } from '../binance/rows.ts';
import { bodyIn, errorIn, type Verdict, verdictOf, verdictOfError } from '../binance/verdict.ts';
import type { OrderRef, SendTerms } from '../port.ts';
import { SPOT_TABLE } from './spot-codes.ts';
import type { SpotLink } from './spot-link.ts';
import { orderParameters, refParameters } from './spot-parameters.ts';

const ORDER = '/api/v3/order';
const CANCEL_REPLACE = '/api/v3/order/cancelReplace';
/** Ids that are known to have gone out. */
const SENT_MAX = 20_000;
/** Entries behind a clock that is off are tried again after so long. */
const CLOCK_MS = 1_000;

/** Orders and cancels of spot on their way out, each once. Nothing here is sent again. */
export class SpotWrites {
  readonly #link: SpotLink;
  /** When each order left, by the monotonic clock. */
  readonly sentMs = new RecentMap<number>(SENT_MAX);

  constructor(link: SpotLink) {
    this.#link = link;
  }

  async submit(order: OrderRequest, terms: SendTerms): Promise<SubmitOutcome> {
    const { clientOrderId: id } = order;
    const { sentUs } = terms;
    const held = this.#held(order, sentUs);
    if (held !== undefined) return held;
    const call = { method: 'POST', path: ORDER, parameters: this.#parametersOf(order) } as const;
    const answer = await this.#ask(call, purposeOf(order), true, terms);
    if (answer.type !== 'answered') return this.#unanswered(id, answer, sentUs);
    const placed = placedIn(bodyIn(answer.text), 'clientOrderId', id);
    if (answer.status === 200 && placed !== undefined) return this.#confirmed(id, placed);
    return outcomeOf(
      this.#link,
      id,
      verdictOf(SPOT_TABLE, answer.status, answer.text, answer.retryAfterS),
      sentUs,
    );
  }

  async cancel({ clientOrderId: id, instrument }: OrderRef, terms: SendTerms): Promise<SubmitOutcome> {
    const newClientOrderId = cancelNameOf(id);
    const parameters = { symbol: symbolOf(instrument), ...refParameters(id), newClientOrderId };
    const answer = await this.#ask({ method: 'DELETE', path: ORDER, parameters }, 'cancel', false, terms);
    if (answer.type !== 'answered') return outcomeOf(this.#link, id, notAnswered(answer), terms.sentUs);
    const canceled = placedIn(bodyIn(answer.text), undefined, id);
    if (answer.status === 200 && canceled !== undefined) return this.#confirmed(id, canceled);
    return outcomeOf(
      this.#link,
      id,
      verdictOf(SPOT_TABLE, answer.status, answer.text, answer.retryAfterS),
      terms.sentUs,
    );
  }

  /**
   * One request that cancels and, where that came true, places. A stop that has begun to fill is not
   * canceled by it: what is left of it would be less than what the new order sells.
   */
  async replace(stop: OrderRef, order: OrderRequest, terms: SendTerms): Promise<ReplaceOutcome> {
    const { sentUs } = terms;
    const [id, old] = [order.clientOrderId, stop.clientOrderId];
    const held = this.#held(order, sentUs);
    if (held !== undefined) return { placed: held, replaced: untouched(old, held) };
    const { origClientOrderId: byName, orderId: byNumber } = refParameters(old);
    const parameters = {
      ...this.#parametersOf(order),
      ...{ cancelReplaceMode: 'STOP_ON_FAILURE', cancelRestrictions: 'ONLY_NEW' },
      cancelNewClientOrderId: cancelNameOf(old),
      ...(byName === undefined ? {} : { cancelOrigClientOrderId: byName }),
      ...(byNumber === undefined ? {} : { cancelOrderId: byNumber }),
    };
    const call = { method: 'POST', path: CANCEL_REPLACE, parameters } as const;
    const answer = await this.#ask(call, 'exit', true, terms);
    const both = (verdict: Verdict) => ({
      placed: outcomeOf(this.#link, id, verdict, sentUs),
      replaced: outcomeOf(this.#link, old, verdict, sentUs),
    });
    if (answer.type !== 'answered')
      return {
        placed: this.#unanswered(id, answer, sentUs),
        replaced: outcomeOf(this.#link, old, notAnswered(answer), sentUs),
      };
    const halves = answer.status < 500 ? halvesIn(bodyIn(answer.text)) : undefined;
    // An error of the whole request says that neither was done; anything else says nothing.
    if (halves === undefined)
      return both(verdictOf(SPOT_TABLE, answer.status, answer.text, answer.retryAfterS));
    return {
      placed: this.#half(id, halves.placed, 'clientOrderId', sentUs),
      replaced: this.#half(old, halves.canceled, 'origClientOrderId', sentUs),
    };
  }

  /** The id of an order that did not leave is as good as new. */
  #unanswered(id: ClientOrderId, answer: Unanswered, sentUs: TimeUs): SubmitOutcome {
    if (answer.type !== 'lost') this.sentMs.delete(id);
    return outcomeOf(this.#link, id, notAnswered(answer), sentUs);
  }

  #parametersOf(order: OrderRequest): Parameters {
    const known = this.#link.instruments.find(({ id }) => id === order.instrument);
    // One that nobody has listed is sent as it is, and refused by the venue.
    return orderParameters(order, known?.priceTick ?? Decimal.scaled(1n, order.triggerPrice?.scale ?? 0));
  }

  #half(id: ClientOrderId, half: Half, field: string, sentUs: TimeUs): SubmitOutcome {
    if (half.result === 'NOT_ATTEMPTED') {
      const reason = 'it was not tried: the order that it was to replace could not be canceled';
      return outcomeOf(
        this.#link,
        id,
        { type: 'refused', reason, retryAfterMs: null, isFault: false },
        sentUs,
      );
    }
    const error = errorIn(half.response);
    if (half.result === 'FAILURE' && error !== undefined)
      return outcomeOf(this.#link, id, verdictOfError(SPOT_TABLE, error), sentUs);
    const done = half.result === 'SUCCESS' ? placedIn(half.response, field, id) : undefined;
    if (done !== undefined) return this.#confirmed(id, done);
    return outcomeOf(
      this.#link,
      id,
      { type: 'unknown', reason: 'half of its answer can not be read' },
      sentUs,
    );
  }

  /** Returns why an order may not go out at all; undefined where it may, which is then written down. */
  #held(order: OrderRequest, timeUs: TimeUs): SubmitOutcome | undefined {
    const { clientOrderId } = order;
    if (this.sentMs.get(clientOrderId) !== undefined)
      return { type: 'unknown', clientOrderId, reason: 'its id was sent before, and goes out once', timeUs };
    const trouble = purposeOf(order) === 'entry' ? this.#link.time.trouble() : undefined;
    if (trouble !== undefined)
      return outcomeOf(
        this.#link,
        clientOrderId,
        { type: 'refused', reason: trouble, retryAfterMs: CLOCK_MS, isFault: false },
        timeUs,
      );
    this.sentMs.set(clientOrderId, this.#link.parts.clock.monotonicMs());
    this.#link.touched.add(symbolOf(order.instrument));
    return undefined;
  }

  #ask(
    call: Pick<AccountCall, 'method' | 'path' | 'parameters'>,
    purpose: Purpose,
    isOrder: boolean,
    { sendByMs, left }: SendTerms,
  ): Promise<AccountAnswer> {
    // What succeeds weighs nothing; an entry is reckoned as if it failed.
    const weight = purpose === 'entry' ? 1 : 0;
    return this.#link.http.ask({ ...call, weight, purpose, isOrder, sendByMs, left });
  }

  #confirmed(id: ClientOrderId, { orderId, timeUs }: Placed): SubmitOutcome {
    this.#link.named(`${orderId}`, id);
    return { type: 'confirmed', clientOrderId: id, venueOrderId: venueOrderId(`${orderId}`), timeUs };
  }
}

/** What an order is for, as far as spot can tell: nothing is sold that is not held. */
function purposeOf({ side, type }: OrderRequest): Purpose {
  return side === 'sell' || type === 'stop' ? 'exit' : 'entry';
}

function untouched(clientOrderId: ClientOrderId, held: SubmitOutcome): SubmitOutcome {
  return { ...held, clientOrderId } as SubmitOutcome;
}

interface Placed {
  readonly orderId: number;
  readonly timeUs: TimeUs;
}

/** Returns what a success says; undefined where it can't be read, or speaks of another order. */
function placedIn(body: unknown, field: string | undefined, id: ClientOrderId): Placed | undefined {
  try {
    const row = rowOf(body);
    if (field !== undefined && !/^binance-\d+$/.test(id) && textOf(row, field) !== id) return undefined;
    return { orderId: wholeOf(row, 'orderId'), timeUs: wholeOf(row, 'transactTime') * US_PER_MS };
  } catch {
    return undefined;
  }
}

interface Half {
  readonly result: unknown;
  readonly response: unknown;
}

/** Returns both halves of a cancelReplace's answer, of a success or within an error. */
function halvesIn(body: unknown): { readonly canceled: Half; readonly placed: Half } | undefined {
  const whole = (body ?? {}) as Row;
  const { cancelResult, newOrderResult, cancelResponse, newOrderResponse } = (whole.data ?? whole) as Row;
  if (typeof cancelResult !== 'string' || typeof newOrderResult !== 'string') return undefined;
  return {
    canceled: { result: cancelResult, response: cancelResponse },
    placed: { result: newOrderResult, response: newOrderResponse },
  };
}
