import {
  type ClientOrderId,
  InputError,
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
import { notAnswered, outcomeOf } from '../binance/outcomes.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { rowOf, textOf, wholeOf } from '../binance/rows.ts';
import { bodyIn, type Verdict, verdictOf } from '../binance/verdict.ts';
import type { OrderRef, SendTerms } from '../port.ts';
import { USDM_TABLE } from './usdm-codes.ts';
import type { UsdmLink } from './usdm-link.ts';
import type { UsdmReads } from './usdm-reads.ts';

const [ORDER, ALGO] = ['/fapi/v1/order', '/fapi/v1/algoOrder'] as const;
const SENT_MAX = 20_000;
/** Behind a clock that is off, or a stop that can't be looked at. */
const LATER_MS = 1_000;
const GONE: Verdict = {
  ...{ type: 'refused', isFault: false, retryAfterMs: null },
  reason: 'the stop that it was to replace was over before',
};

/** Orders and cancels of USD-M on their way out, each once. Stops have an endpoint of their own. */
export class UsdmWrites {
  readonly #link: UsdmLink;
  readonly #reads: UsdmReads;
  /** When each order left, by the monotonic clock. */
  readonly sentMs = new RecentMap<number>(SENT_MAX);

  constructor(link: UsdmLink, reads: UsdmReads) {
    this.#link = link;
    this.#reads = reads;
  }

  async submit(order: OrderRequest, terms: SendTerms): Promise<SubmitOutcome> {
    const { clientOrderId: id } = order;
    const { sentUs } = terms;
    if (this.sentMs.get(id) !== undefined)
      return this.#outcome(
        id,
        { type: 'unknown', reason: 'its id was sent before, and goes out once' },
        sentUs,
      );
    const isEntry = !order.reduceOnly && order.type !== 'stop';
    const trouble = isEntry ? this.#link.time.trouble() : undefined;
    if (trouble !== undefined)
      return this.#outcome(id, { ...GONE, reason: trouble, retryAfterMs: LATER_MS } as Verdict, sentUs);
    this.sentMs.set(id, this.#link.parts.clock.monotonicMs());
    this.#link.touched.add(symbolOf(order.instrument));
    const path = order.type === 'stop' ? ALGO : ORDER;
    const call = { method: 'POST', path, parameters: parametersOf(order), isOrder: true } as const;
    const answer = await this.#ask(call, isEntry ? 'entry' : 'exit', terms);
    if (answer.type !== 'answered' && answer.type !== 'lost') this.sentMs.delete(id);
    return this.#told(id, answer, sentUs);
  }

  /** An order that is not among the plain ones may be among the conditional ones. */
  async cancel({ clientOrderId: id, instrument }: OrderRef, terms: SendTerms): Promise<SubmitOutcome> {
    const [, orderId] = /^binance-(\d+)$/.exec(id) ?? [];
    const name: Parameters = orderId === undefined ? { origClientOrderId: id } : { orderId };
    const parameters = { symbol: symbolOf(instrument), ...name };
    const plain = await this.#ask({ method: 'DELETE', path: ORDER, parameters }, 'cancel', terms);
    const outcome = this.#told(id, plain, terms.sentUs);
    if (outcome.type !== 'refused' || plain.type !== 'answered' || !plain.text.includes('-2011'))
      return outcome;
    return this.#cancelStop(id, terms);
  }

  /**
   * Places, and when that stands cancels the stop: what only reduces locks nothing, so that both may stand
   * for a moment, and none never does. A stop that is over before is replaced by nothing. Where it can't be
   * looked at, an exit goes out all the same, and a stop that was to be moved stands.
   */
  async replace(stop: OrderRef, order: OrderRequest, terms: SendTerms): Promise<ReplaceOutcome> {
    const { sentUs } = terms;
    const [id, old] = [order.clientOrderId, stop.clientOrderId];
    const seen = await this.#seen(stop);
    const refusal = seen === 'over' ? GONE : order.type === 'stop' && seen !== 'open' ? notSeen(seen) : null;
    if (refusal !== null)
      return { placed: this.#outcome(id, refusal, sentUs), replaced: this.#outcome(old, refusal, sentUs) };
    const placed = await this.submit(order, terms);
    if (placed.type === 'confirmed') return { placed, replaced: await this.#cancelStop(old, terms) };
    const reason = 'it stands: the order in its place was not confirmed';
    return { placed, replaced: this.#outcome(old, { ...GONE, reason } as Verdict, sentUs) };
  }

  /** Returns whether a stop still works; an error where that can't be read. */
  async #seen(stop: OrderRef): Promise<'open' | 'over' | Error> {
    try {
      const { value } = await this.#reads.order(stop);
      return value.type === 'found' && value.order.status === 'open' ? 'open' : 'over';
    } catch (error) {
      return error as Error;
    }
  }

  async #cancelStop(id: ClientOrderId, terms: SendTerms): Promise<SubmitOutcome> {
    const call = { method: 'DELETE', path: ALGO, parameters: { clientAlgoId: id } } as const;
    return this.#told(id, await this.#ask(call, 'cancel', terms), terms.sentUs);
  }

  #ask(
    call: Pick<AccountCall, 'method' | 'path' | 'parameters' | 'isOrder'>,
    purpose: Purpose,
    { sendByMs, left }: SendTerms,
  ): Promise<AccountAnswer> {
    // An order weighs nothing, it is counted; an entry is reckoned as if it did.
    const weight = purpose === 'exit' ? 0 : 1;
    return this.#link.http.ask({
      ...call,
      weight,
      purpose,
      sendByMs,
      left: call.isOrder === true ? left : undefined,
    });
  }

  #told(id: ClientOrderId, answer: AccountAnswer, sentUs: TimeUs): SubmitOutcome {
    if (answer.type !== 'answered') return this.#outcome(id, notAnswered(answer), sentUs);
    const { status, text, retryAfterS } = answer;
    const done = status === 200 ? doneIn(text, id) : undefined;
    if (done === undefined)
      return this.#outcome(id, verdictOf(USDM_TABLE, status, text, retryAfterS), sentUs);
    if (done.orderId !== undefined) this.#link.named(done.orderId, id);
    const name = venueOrderId(done.orderId ?? `algo-${done.algoId}`);
    const timeUs = Math.max(sentUs, done.timeUs ?? this.#link.nowUs());
    return { type: 'confirmed', clientOrderId: id, venueOrderId: name, timeUs };
  }

  #outcome(id: ClientOrderId, verdict: Verdict, sentUs: TimeUs): SubmitOutcome {
    return outcomeOf(this.#link, id, verdict, sentUs);
  }
}

/** Nothing has left, so that it may be tried again. */
function notSeen({ message }: Error): Verdict {
  const reason = `it stands: whether it still works could not be read: ${message}`;
  return { type: 'refused', isFault: false, retryAfterMs: LATER_MS, reason };
}

interface Done {
  readonly orderId: string | undefined;
  readonly algoId: number | undefined;
  readonly timeUs: TimeUs | undefined;
}

/** Returns what a success says; undefined where it can't be read, or speaks of another order. */
function doneIn(text: string, id: ClientOrderId): Done | undefined {
  try {
    const row = rowOf(bodyIn(text));
    const isAlgo = row.algoId !== undefined;
    const name = textOf(row, isAlgo ? 'clientAlgoId' : 'clientOrderId');
    if (name !== id && !id.startsWith('binance-')) return undefined;
    return {
      orderId: isAlgo ? undefined : `${wholeOf(row, 'orderId')}`,
      algoId: isAlgo ? wholeOf(row, 'algoId') : undefined,
      timeUs: row.updateTime === undefined ? undefined : wholeOf(row, 'updateTime') * US_PER_MS,
    };
  } catch {
    return undefined;
  }
}

function parametersOf(order: OrderRequest): Parameters {
  const { clientOrderId, instrument, side, quantity, reduceOnly, type, timeInForce } = order;
  const common = {
    ...{ symbol: symbolOf(instrument), side: side === 'buy' ? 'BUY' : 'SELL', quantity: `${quantity}` },
    ...(reduceOnly ? { reduceOnly: 'true' } : {}),
    // Where two orders of ours meet, what only reduces stays.
    selfTradePreventionMode: reduceOnly ? 'EXPIRE_MAKER' : 'EXPIRE_TAKER',
  };
  switch (type) {
    case 'market':
      return { ...common, type: 'MARKET', newClientOrderId: clientOrderId };
    case 'limit': {
      const word = timeInForce === 'post_only' ? 'GTX' : timeInForce.toUpperCase();
      const price = needed(order.limitPrice, order, 'limitPrice');
      return { ...common, type: 'LIMIT', timeInForce: word, price, newClientOrderId: clientOrderId };
    }
    case 'stop': {
      const triggerPrice = needed(order.triggerPrice, order, 'triggerPrice');
      const kind = { algoType: 'CONDITIONAL', type: 'STOP_MARKET', workingType: 'CONTRACT_PRICE' };
      return { ...common, ...kind, triggerPrice, clientAlgoId: clientOrderId };
    }
    default:
      return type satisfies never;
  }
}

function needed(price: { toString(): string } | null, order: OrderRequest, field: string): string {
  if (price !== null) return price.toString();
  throw new InputError({
    ...{ field, value: order.clientOrderId, because: `an order of the kind ${order.type} has none` },
    remedy: 'Report this: orders are made with the prices of their kind.',
  });
}
