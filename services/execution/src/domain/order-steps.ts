import {
  type AccountId,
  type Applied,
  applyToOrder,
  type ClientOrderId,
  type Decimal,
  type FeedTimes,
  type Fill,
  isEnded,
  isOwnClientOrderId,
  type Order,
  type OrderFact,
  orderBehind,
  type QuarantineProblem,
  type RefusedOutcome,
  type TimeUs,
  type TradingModes,
  US_PER_MINUTE,
  type VenueOrderId,
} from '@algo/model';
import { ASK_INTERVAL_US } from './ask-pace.ts';
import type { ExecutionOutput } from './execution-io.ts';
import { latch } from './latch.ts';
import { aboutOrder, detailOf, numberedRefOf, refOf, wouldHaveTaken } from './order-facts.ts';
import { type Closing, type OrderLedger, type Tracked, tracked } from './order-ledger.ts';
import type { ReconciliationGate } from './reconciliation-gate.ts';
import { shutUntilUs } from './reject-watch.ts';

/** Fills are fetched from this long before the order was made: clocks differ. */
export const FILLS_MARGIN_US = 5 * US_PER_MINUTE;

/** Makes the next attempt of a post-only entry that would have taken; returns, in words, what came of it. */
export type PriceAnew = (ended: Tracked, out: ExecutionOutput[]) => string;

/** What those need that change orders by these steps. */
export interface OrderParts {
  readonly account: AccountId;
  readonly ledger: OrderLedger;
  readonly steps: OrderSteps;
  readonly times: FeedTimes;
  readonly gate: Pick<ReconciliationGate, 'state' | 'doubt'>;
}

/**
 * The single steps that an order takes: each changes the ledger and says so. A `Tracked` that is passed in
 * names the order; what is read is always the ledger's present version of it.
 */
export class OrderSteps {
  readonly #account: AccountId;
  readonly #ledger: OrderLedger;
  readonly #modes: TradingModes;
  readonly #priceAnew: PriceAnew;

  constructor(account: AccountId, ledger: OrderLedger, modes: TradingModes, priceAnew: PriceAnew) {
    this.#account = account;
    this.#ledger = ledger;
    this.#modes = modes;
    this.#priceAnew = priceAnew;
  }

  /** Only an order in flight or unknown learns something from being seen at the venue. */
  accepted(t: Tracked, venueOrderId: VenueOrderId, timeUs: TimeUs, out: ExecutionOutput[]): void {
    const { status } = this.now(t).order;
    if (status !== 'submitted' && status !== 'unknown') return;
    const order = this.apply(t, { type: 'Accepted', venueOrderId, timeUs }, out).order;
    out.push({ ...aboutOrder(order, timeUs), type: 'OrderAccepted', venueOrderId });
    if (this.now(t).isCanceling) this.apply(t, { type: 'CancelRequested', timeUs }, out);
  }

  /** Refused for good; a post-only order that would have taken is over as it should be. */
  rejected(
    t: Tracked,
    { reason, retryAfterMs, timeUs }: Pick<RefusedOutcome, 'reason' | 'retryAfterMs' | 'timeUs'>,
    out: ExecutionOutput[],
  ): void {
    if (wouldHaveTaken(t.order, reason)) {
      this.close(t, { type: 'Canceled', reason, timeUs }, t.order.cumulative, out);
      return;
    }
    const { type, order } = this.apply(t, { type: 'Rejected', reason, timeUs }, out);
    if (type === 'applied')
      out.push({ ...aboutOrder(order, timeUs), type: 'OrderRejected', reason, retryAfterMs });
  }

  lost(t: Tracked, reason: string, timeUs: TimeUs, out: ExecutionOutput[]): void {
    if (this.#unknown(t, reason, timeUs, out)) this.lookUp(t, timeUs, out);
  }

  /** Refused, a second copy perhaps not: unknown until looked up behind the pause, which is over then. */
  turnedAway(t: Tracked, { reason, retryAfterMs, timeUs }: RefusedOutcome, out: ExecutionOutput[]): void {
    if (!this.#unknown(t, reason, timeUs, out)) return;
    const turnedAway = { reason, retryAfterMs: retryAfterMs === null ? null : (0 as const) };
    const askedUs = shutUntilUs(timeUs, retryAfterMs ?? 0) - ASK_INTERVAL_US;
    this.change(t, { turnedAway, inDoubt: true, askedUs });
  }

  /** Says that nobody knows where an order stands; returns whether it is open. */
  #unknown(t: Tracked, reason: string, timeUs: TimeUs, out: ExecutionOutput[]): boolean {
    const applied = this.apply(t, { type: 'OutcomeUnknown', timeUs }, out);
    if (applied.type === 'applied')
      out.push({ ...aboutOrder(applied.order, timeUs), type: 'OrderUnknown', reason });
    return !isEnded(applied.order.status);
  }

  close(t: Tracked, closing: Closing, cumulative: Fill['quantity'], out: ExecutionOutput[]): void {
    const { order } = t;
    if (isEnded(order.status) && order.status !== 'rejected') return;
    if (cumulative.lessThan(order.cumulative)) {
      const detail = `venue=${cumulative} booked=${order.cumulative}`;
      this.quarantine(order, 'cumulative_mismatch', false, detail, closing.timeUs, out);
    }
    const venueCumulative = cumulative.greaterThan(t.venueCumulative) ? cumulative : t.venueCumulative;
    this.change(t, { closing, venueCumulative, inDoubt: false });
    this.settle(t, closing.timeUs, out);
  }

  /**
   * Ends an order whose fills have all arrived; until then it stays open and the fills are fetched. So a
   * cancel is announced with its true cumulative, and nobody sizes a next order by fills that are still on
   * their way.
   */
  settle(of: Tracked, timeUs: TimeUs, out: ExecutionOutput[]): void {
    const t = this.now(of);
    if (isEnded(t.order.status) && t.closing === null) return;
    if (t.venueCumulative.greaterThan(t.order.cumulative)) {
      if (!isEnded(t.order.status)) this.fetchFills(t, timeUs, out);
      return;
    }
    if (t.closing === null) return;
    const { type, reason, timeUs: endedUs } = t.closing;
    const applied = this.apply(t, t.closing, out);
    const ended = this.change(t, { closing: null });
    if (applied.type !== 'applied') return;
    const { order } = ended;
    const event = type === 'Canceled' ? ('OrderCanceled' as const) : ('OrderExpired' as const);
    const next: ExecutionOutput[] = [];
    const why = wouldHaveTaken(order, reason) ? `${reason}; ${this.#priceAnew(ended, next)}` : reason;
    out.push(
      { ...aboutOrder(order, endedUs), type: event, cumulative: order.cumulative, reason: why },
      ...next,
    );
  }

  /**
   * Asks for the cancel that somebody wants. Of an order that is still on its way to the wire it is asked as
   * well: that withdraws it, or follows right behind it. One that is unknown may live; asking does no harm.
   */
  sendCancel(id: ClientOrderId, timeUs: TimeUs, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(id);
    if (t === undefined || t.cancelReason === null || t.closing !== null || t.isCanceling) return;
    const { request, status } = t.order;
    if (isEnded(status)) return;
    if (status !== 'submitted') this.apply(t, { type: 'CancelRequested', timeUs }, out);
    this.change(t, { askedUs: timeUs, isCanceling: true });
    out.push({ type: 'CancelAtVenue', account: this.#account, ...refOf(request), timeUs });
  }

  lookUp(t: Tracked, timeUs: TimeUs, out: ExecutionOutput[]): void {
    const { isAsking } = this.now(t);
    this.change(t, { inDoubt: true, askedUs: timeUs, isAsking: true });
    const about = { account: this.#account, ...numberedRefOf(t.order), timeUs };
    if (!isAsking) out.push({ type: 'LookUpOrder', ...about });
  }

  /** Asks for the proof that an order never arrived. */
  proveAbsence(t: Tracked, timeUs: TimeUs, out: ExecutionOutput[]): void {
    if (this.now(t).isProving) return;
    this.change(t, { isProving: true });
    const { request, submittedUs: sentUs } = t.order;
    out.push({ type: 'ProveAbsence', account: this.#account, ...refOf(request), sentUs, timeUs });
  }

  /** Fills of an order are missing. */
  fetchFills(t: Tracked, timeUs: TimeUs, out: ExecutionOutput[]): void {
    this.change(t, { askedUs: timeUs });
    this.#wantFills(t.order.submittedUs, timeUs, out);
  }

  /** Fills may have been missed while nothing was told. */
  fetchMissed(timeUs: TimeUs, out: ExecutionOutput[]): void {
    const knownUs = this.#ledger.fillsKnownUs;
    if (knownUs !== null) this.#wantFills(knownUs, timeUs, out);
  }

  /** Asks for the fills that are wanted, unless a question is under way. */
  fetchWanted(timeUs: TimeUs, out: ExecutionOutput[]): void {
    const { sinceUs, askedSinceUs } = this.#ledger.fillsWanted;
    if (sinceUs === null || askedSinceUs !== null) return;
    this.#ledger.fillsWanted = { sinceUs, askedSinceUs: sinceUs, askedUs: timeUs };
    out.push({ type: 'FetchFills', account: this.#account, sinceUs });
  }

  /**
   * A question for fills is over; what was not answered, or is wanted from earlier on, is asked for again,
   * also while somebody else's fill waits: an answer without what we were told of is an old one.
   */
  fetched(isAnswered: boolean): void {
    const { sinceUs, askedSinceUs, askedUs } = this.#ledger.fillsWanted;
    const isWhole = sinceUs !== null && askedSinceUs !== null && sinceUs >= askedSinceUs;
    const isDone = isAnswered && isWhole && !this.#ledger.isWaiting;
    this.#ledger.fillsWanted = { sinceUs: isDone ? null : sinceUs, askedSinceUs: null, askedUs };
  }

  #wantFills(fromUs: TimeUs, timeUs: TimeUs, out: ExecutionOutput[]): void {
    const wanted = this.#ledger.fillsWanted;
    const sinceUs = Math.min(wanted.sinceUs ?? Infinity, fromUs - FILLS_MARGIN_US);
    this.#ledger.fillsWanted = { ...wanted, sinceUs };
    this.fetchWanted(timeUs, out);
  }

  /**
   * Returns the order that a fill is booked to, or null where it is nobody's of ours; `takesOurs` says of a
   * fill of somebody else whether it can only have taken of what we hold or held.
   */
  orderOf(fill: Fill, cumulative: Decimal, takesOurs: () => boolean, out: ExecutionOutput[]): Tracked | null {
    const known = this.#ledger.get(fill.clientOrderId);
    // Its order has been forgotten since; so old a fill was taken note of before that.
    if (known === undefined && fill.timeUs <= this.#ledger.forgottenUs) return null;
    if (isOwnClientOrderId(fill.clientOrderId)) return known ?? this.#adopt(fill, cumulative, out);
    if (known?.order.fills.some(({ venueTradeId }) => venueTradeId === fill.venueTradeId)) return known;
    return this.#outside(fill, takesOurs(), out);
  }

  /** Makes an order out of a fill of ours whose order we don't hold. */
  #adopt(fill: Fill, cumulative: Fill['quantity'], out: ExecutionOutput[]): Tracked {
    const quantity = cumulative.greaterThan(fill.quantity) ? cumulative : fill.quantity;
    const order = orderBehind(fill, quantity);
    this.quarantine(order, 'orphan_fill', true, detailOf(fill), fill.timeUs, out);
    return this.#follow(order, fill, []);
  }

  /**
   * Takes a fill on our account of an order that isn't ours: the venue's own, such as a liquidation, or a
   * person's. One that takes away from what we hold is returned to be booked, for that is no longer ours to
   * sell; so is one that we hear of behind an exit of ours that has sold the same since. One that may take
   * away what an open entry of ours has filled unheard is waited for with that fill; any other is reported,
   * and booked should it come again when we hold that much. Such an order is as large as what it has filled.
   */
  #outside(fill: Fill, takesOurs: boolean, out: ExecutionOutput[]): Tracked | null {
    const past = this.#ledger.get(fill.clientOrderId)?.order.fills ?? [];
    const order = orderBehind(
      fill,
      past.reduce((sum, { quantity }) => sum.plus(quantity), fill.quantity),
    );
    if (takesOurs) return this.#follow(order, fill, past);
    const { instrument, side, timeUs } = fill;
    const isEarly = this.#ledger
      .orders()
      .some((o) => o.intent === 'entry' && o.request.instrument === instrument && o.request.side !== side);
    if (isEarly) this.#ledger.wait(fill);
    if (isEarly) this.#wantFills(timeUs, timeUs, out);
    else if (this.#ledger.isNewForeign(fill))
      this.quarantine(order, 'foreign_fill', false, detailOf(fill), timeUs, out);
    return null;
  }

  #follow(order: Order, { venueOrderId, timeUs }: Fill, fills: readonly Fill[]): Tracked {
    let known = applyToOrder(order, { type: 'Accepted', venueOrderId, timeUs }).order;
    for (const fill of fills)
      known = applyToOrder(known, { type: 'Filled', fill, timeUs: fill.timeUs }).order;
    const t = tracked(known, { command: null, retryOf: null });
    this.#ledger.put(t);
    return t;
  }

  apply(of: Tracked, fact: OrderFact, out: ExecutionOutput[]): Applied {
    const applied = applyToOrder(this.now(of).order, fact);
    this.change(of, { order: applied.order });
    this.report(applied, fact.timeUs, out);
    return applied;
  }

  report(applied: Applied, timeUs: TimeUs, out: ExecutionOutput[]): void {
    if (applied.type !== 'quarantined') return;
    this.quarantine(applied.order, applied.contradiction, applied.booked, applied.detail, timeUs, out);
  }

  quarantine(
    order: Order,
    problem: QuarantineProblem,
    booked: boolean,
    detail: string,
    timeUs: TimeUs,
    out: ExecutionOutput[],
  ): void {
    const { instrument } = order.request;
    latch(this.#modes, { kind: 'instrument', instrument }, 'reducing', problem, timeUs);
    out.push({ ...aboutOrder(order, timeUs), type: 'OrderQuarantined', problem, booked, detail });
  }

  now(t: Tracked): Tracked {
    return this.#ledger.get(t.order.request.clientOrderId) ?? t;
  }

  change(t: Tracked, change: Partial<Tracked>): Tracked {
    const next = { ...this.now(t), ...change };
    this.#ledger.put(next);
    return next;
  }
}
