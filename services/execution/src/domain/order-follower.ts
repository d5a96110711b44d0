import {
  type AccountId,
  applyToOrder,
  type ClientOrderId,
  type FeedTimes,
  type Fill,
  type InstrumentId,
  isEnded,
  leavesOf,
  orderReason,
  type RefusedOutcome,
  type SubmitOutcome,
  type TimeUs,
  type VenueEvent,
  type VenueOrder,
  venueOf,
} from '@algo/model';
import type {
  AbsenceKnown,
  ExecutionInput,
  ExecutionOutput,
  FillsAnswer,
  OrderLookedUp,
  OrderNeverLeft,
} from './execution-io.ts';
import { aboutOrder, detailOf } from './order-facts.ts';
import type { OrderLedger, Tracked } from './order-ledger.ts';
import type { OrderParts, OrderSteps } from './order-steps.ts';
import { takesOf } from './outside-fill.ts';
import type { PositionBook } from './position-book.ts';
import type { ReconciliationGate } from './reconciliation-gate.ts';
import { shutUntilUs } from './reject-watch.ts';

/** What comes of an order that has been made. */
export type OrderReport = Extract<
  ExecutionInput,
  {
    type:
      | 'VenueFilled'
      | VenueEnded['type']
      | 'SubmitOutcomeKnown'
      | 'CancelOutcomeKnown'
      | 'OrderNeverLeft'
      | 'OrderLookedUp'
      | 'AbsenceKnown'
      | 'FillsFetched';
  }
>;

type VenueEnded = Extract<VenueEvent, { type: 'VenueCanceled' | 'VenueExpired' }>;

/**
 * Follows every order from the wire to its end, by what the venue says and by nothing else: silence, a failed
 * look-up or an absence that proves nothing leave an order as unknown as it was.
 */
export class OrderFollower {
  readonly #account: AccountId;
  readonly #ledger: OrderLedger;
  readonly #positions: PositionBook;
  readonly #steps: OrderSteps;
  readonly #times: FeedTimes;
  readonly #gate: Pick<ReconciliationGate, 'state' | 'doubt'>;
  readonly #took: (fill: Fill, out: ExecutionOutput[]) => void;

  /** `took` hears of a fill of somebody else that took more than is ours. */
  constructor(
    parts: OrderParts & {
      readonly positions: PositionBook;
      readonly took: (fill: Fill, out: ExecutionOutput[]) => void;
    },
  ) {
    this.#took = parts.took;
    this.#account = parts.account;
    this.#ledger = parts.ledger;
    this.#positions = parts.positions;
    this.#times = parts.times;
    this.#gate = parts.gate;
    this.#steps = parts.steps;
  }

  /** Takes a report; what the venue tells of an instrument tells the time of its feed as well. */
  take(report: OrderReport, out: ExecutionOutput[]): void {
    switch (report.type) {
      case 'SubmitOutcomeKnown':
        this.#submitOutcome(report.outcome, out);
        return;
      case 'CancelOutcomeKnown':
        this.#cancelOutcome(report.outcome, out);
        return;
      case 'OrderNeverLeft':
        this.#neverLeft(report, out);
        return;
      case 'OrderLookedUp':
        this.#lookedUp(report, out);
        return;
      case 'AbsenceKnown':
        this.#absenceKnown(report, out);
        return;
      case 'FillsFetched':
        this.#fetched(report.answer, out);
        return;
      case 'VenueFilled':
        this.#times.hear(venueOf(report.fill.instrument), report.fill.timeUs);
        this.#filled(report.fill, report.cumulative, out);
        return;
      case 'VenueCanceled':
      case 'VenueExpired':
        this.#times.hear(venueOf(report.instrument), report.timeUs);
        this.#ended(report, out);
        return;
      default:
        report satisfies never;
    }
  }

  /** Somebody wants orders canceled. The wish is kept until each has ended; it is sent when it may be. */
  wantCancel(ids: readonly ClientOrderId[], cancelReason: string, out: ExecutionOutput[]): void {
    for (const id of ids) {
      const t = this.#ledger.get(id);
      if (t === undefined || isEnded(t.order.status)) continue;
      this.#steps.change(t, { cancelReason });
      if (this.#mayCancel) this.#steps.sendCancel(id, this.#nowUs(t.order.request.instrument), out);
    }
  }

  /** What came of sending an order. */
  #submitOutcome(outcome: SubmitOutcome, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(outcome.clientOrderId);
    if (t === undefined) return;
    switch (outcome.type) {
      case 'confirmed':
        this.#steps.change(t, { inDoubt: false });
        this.#steps.accepted(t, outcome.venueOrderId, outcome.timeUs, out);
        if (this.#mayCancel) this.#steps.sendCancel(outcome.clientOrderId, outcome.timeUs, out);
        return;
      case 'refused':
        this.#refused(t, outcome, out);
        return;
      case 'unknown':
        this.#steps.lost(t, outcome.reason, outcome.timeUs, out);
        return;
      default:
        outcome satisfies never;
    }
  }

  /**
   * What came of asking for a cancel, or of an order that was to take the place of this one. Whatever it was,
   * only a look-up or the stream says how the order ended; until then the wish stays, and is sent again.
   */
  #cancelOutcome(outcome: SubmitOutcome, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(outcome.clientOrderId);
    if (t === undefined || isEnded(t.order.status)) return;
    this.#steps.change(t, { isCanceling: false });
    if (outcome.type === 'refused' && t.order.status === 'pending_cancel')
      this.#steps.apply(t, { type: 'CancelRefused', timeUs: outcome.timeUs }, out);
    if (outcome.type === 'unknown') this.#steps.lost(t, outcome.reason, outcome.timeUs, out);
    else this.#steps.lookUp(t, outcome.timeUs, out);
    if (outcome.type === 'refused' && outcome.retryAfterMs !== null)
      this.#steps.change(t, { askedUs: shutUntilUs(outcome.timeUs, outcome.retryAfterMs) });
  }

  /** One of our orders was filled: booked once, whatever its status, because money that moved has moved. */
  #filled(fill: Fill, venueCumulative: Fill['quantity'], out: ExecutionOutput[]): void {
    if (fill.account !== this.#account) return;
    const held = this.#positions.openAt(fill.instrument, fill.timeUs);
    const heldThen = () => this.#positions.heldAt(fill.instrument, fill.timeUs, this.#ledger.fills());
    const takesOurs = () => takesOf(held, fill) || takesOf(heldThen(), fill);
    const t = this.#steps.orderOf(fill, venueCumulative, takesOurs, out);
    if (t === null) {
      // Reported and not booked, it takes more than is ours: the venue may hold nothing any more.
      const takes = fill.side === 'sell' ? held.isPositive() : held.isNegative();
      if (!takes || out.at(-1)?.type !== 'OrderQuarantined') return;
      this.#gate.doubt(fill.instrument, true);
      this.#took(fill, out);
      return;
    }
    if (!t.order.fills.some((f) => f.venueTradeId === fill.venueTradeId))
      this.#steps.accepted(t, fill.venueOrderId, fill.timeUs, out);
    const applied = applyToOrder(this.#steps.now(t).order, { type: 'Filled', fill, timeUs: fill.timeUs });
    if (applied.type === 'applied' || (applied.type === 'quarantined' && applied.booked)) {
      this.#positions.book(fill);
      const { order } = applied;
      this.#steps.change(t, { order });
      const { cumulative } = order;
      const leaves = leavesOf(order);
      out.push({ ...aboutOrder(order, fill.timeUs), type: 'OrderFilled', fill, cumulative, leaves });
      if (this.#positions.isOvershot(fill, order.intent))
        // Ours, since our own order did it: the guard leaves it at once, no entry until a person has seen it.
        this.#steps.quarantine(order, 'overshot', true, detailOf(fill), fill.timeUs, out);
    }
    this.#steps.report(applied, fill.timeUs, out);
    if (venueCumulative.greaterThan(this.#steps.now(t).venueCumulative))
      this.#steps.change(t, { venueCumulative });
    this.#steps.settle(t, fill.timeUs, out);
  }

  /** The venue says that an order is over. */
  #ended(event: VenueEnded, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(event.clientOrderId);
    const type = event.type === 'VenueCanceled' ? 'Canceled' : 'Expired';
    if (t !== undefined)
      this.#steps.close(t, { type, reason: event.reason, timeUs: event.timeUs }, event.cumulative, out);
  }

  /** All fills of the account since a time that was asked for; after a failure it is asked again. */
  #fetched(answer: FillsAnswer, out: ExecutionOutput[]): void {
    const fills = answer.type === 'answered' ? answer.fills : [];
    for (const fill of fills) this.#filled(this.#ledger.named(fill), fill.quantity, out);
    for (const fill of fills) this.#ledger.waitedFor(fill);
    this.#steps.fetched(answer.type === 'answered');
  }

  /** An order is proven not to have been sent. */
  #neverLeft({ clientOrderId, reason, timeUs }: OrderNeverLeft, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(clientOrderId);
    if (t === undefined || isEnded(t.order.status)) return;
    this.#neverWas(t, orderReason('NEVER_LEFT', reason), timeUs, out);
  }

  /** The answer to a look-up. */
  #lookedUp(input: OrderLookedUp, out: ExecutionOutput[]): void {
    const { clientOrderId, lookup, timeUs } = input;
    const t = this.#ledger.get(clientOrderId);
    if (t === undefined || isEnded(t.order.status)) return;
    this.#steps.change(t, { isAsking: false });
    switch (lookup.type) {
      case 'failed':
        return;
      case 'found':
        this.#found(t, lookup.order, timeUs, out);
        return;
      case 'absent':
        if (t.order.status === 'unknown') this.#steps.proveAbsence(t, timeUs, out);
        return;
      default:
        lookup satisfies never;
    }
  }

  /** What came of proving that an order never arrived; without proof it is asked about as before. */
  #absenceKnown({ clientOrderId, absence, timeUs }: AbsenceKnown, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(clientOrderId);
    if (t === undefined) return;
    this.#steps.change(t, { isProving: false });
    if (absence.type === 'proven' && t.order.status === 'unknown')
      this.#neverWas(t, orderReason('NEVER_ARRIVED', absence.evidence.join(', ')), timeUs, out);
  }

  /** The time of the feed that brings an instrument. */
  #nowUs(instrument: InstrumentId): TimeUs {
    return this.#times.nowUs(venueOf(instrument));
  }

  /**
   * Until a cancel may go out, the wish is kept. The gate must have been open once in this epoch: before, the
   * order we believe in may be fiction.
   */
  get #mayCancel(): boolean {
    return this.#gate.state.openedOnce;
  }

  /** A refusal ends an order where it is final, as the venue itself has to say. */
  #refused(t: Tracked, refusal: RefusedOutcome, out: ExecutionOutput[]): void {
    if (refusal.evidence.length === 0) this.#steps.turnedAway(t, refusal, out);
    else this.#steps.rejected(t, refusal, out);
  }

  #found(t: Tracked, found: VenueOrder, timeUs: TimeUs, out: ExecutionOutput[]): void {
    if (found.status === 'rejected') {
      const reason = orderReason('FOUND_ENDED', found.status);
      this.#steps.rejected(t, { reason, retryAfterMs: null, timeUs }, out);
      return;
    }
    this.#steps.accepted(t, found.venueOrderId, timeUs, out);
    this.#steps.change(t, { inDoubt: false });
    if (found.status === 'canceled' || found.status === 'expired') {
      const type = found.status === 'canceled' ? 'Canceled' : 'Expired';
      const reason = orderReason('FOUND_ENDED', found.status);
      this.#steps.close(t, { type, reason, timeUs }, found.filled, out);
      return;
    }
    if (found.filled.greaterThan(this.#steps.now(t).venueCumulative))
      this.#steps.change(t, { venueCumulative: found.filled });
    this.#steps.settle(t, timeUs, out);
  }

  /** Whoever wanted it must decide anew: an id goes out once. */
  #neverWas(t: Tracked, reason: string, timeUs: TimeUs, out: ExecutionOutput[]): void {
    // Fills say that it did arrive: whoever calls it absent is wrong, so it stays unknown.
    if (t.order.cumulative.isPositive()) return;
    const { turnedAway } = t;
    if (turnedAway !== null) this.#steps.rejected(t, { ...turnedAway, timeUs }, out);
    else this.#steps.close(t, { type: 'Canceled', reason, timeUs }, t.order.cumulative, out);
  }
}
