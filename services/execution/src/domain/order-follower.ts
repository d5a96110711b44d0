import {
  type AccountId,
  applyToOrder,
  type ClientOrderId,
  type Denial,
  type Fill,
  factOf,
  InputError,
  isEnded,
  isOwnClientOrderId,
  leavesOf,
  newOrder,
  type OrderEvent,
  orderBehind,
  type SubmitOutcome,
  type TimeUs,
  type TradingModes,
  US_PER_SECOND,
  type VenueEvent,
  type VenueOrder,
} from '@algo/model';
import type { ExecutionOutput, OrderLookedUp } from './execution-io.ts';
import { aboutOrder, submission } from './order-facts.ts';
import { type Closing, type OrderLedger, type Tracked, tracked } from './order-ledger.ts';
import { OrderSteps } from './order-steps.ts';
import type { PositionBook } from './position-book.ts';

/** Event time between two questions about the same order. *Units*: µs. *Source*: R-40. */
export const ASK_INTERVAL_US = 2 * US_PER_SECOND;
/** Questions to the venue that may be open at once. *Source*: R-40. */
export const ASKS_AT_ONCE_MAX = 10;
/**
 * An order proven absent goes to the wire again at most this often; then whoever wanted it must decide anew.
 */
export const SENDS_MAX = 3;

type VenueEnded = Extract<VenueEvent, { type: 'VenueCanceled' | 'VenueExpired' }>;

/**
 * Follows every order from the wire to its end, by what the venue says and by nothing else: silence, a failed
 * lookup or an absence that proves nothing leave an order as unknown as it was.
 */
export class OrderFollower {
  readonly #account: AccountId;
  readonly #ledger: OrderLedger;
  readonly #positions: PositionBook;
  readonly #steps: OrderSteps;

  constructor(parts: {
    readonly account: AccountId;
    readonly ledger: OrderLedger;
    readonly positions: PositionBook;
    readonly modes: TradingModes;
  }) {
    this.#account = parts.account;
    this.#ledger = parts.ledger;
    this.#positions = parts.positions;
    this.#steps = new OrderSteps(parts.account, parts.ledger, parts.modes);
  }

  /** What came of sending an order. */
  submitOutcome(outcome: SubmitOutcome, mayCancel: boolean, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(outcome.clientOrderId);
    if (t === undefined) return;
    switch (outcome.type) {
      case 'confirmed':
        this.#steps.change(t, { inDoubt: false });
        this.#steps.accepted(t, outcome.venueOrderId, outcome.timeUs, out);
        if (mayCancel) this.#steps.sendCancel(outcome.clientOrderId, outcome.timeUs, out);
        return;
      case 'refused':
        this.#steps.rejected(t, outcome.reason, outcome.timeUs, out);
        return;
      case 'unknown':
        this.#steps.lost(t, outcome.reason, outcome.timeUs, out);
        return;
      default:
        outcome satisfies never;
    }
  }

  /**
   * What came of asking for a cancel. Whatever it was, only
   * a lookup or the stream says how the order ended.
   */
  cancelOutcome(outcome: SubmitOutcome, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(outcome.clientOrderId);
    if (t === undefined || isEnded(t.order.status)) return;
    if (outcome.type === 'refused') {
      this.#steps.apply(t, { type: 'CancelRefused', timeUs: outcome.timeUs }, out);
      this.#steps.change(t, { cancelReason: null });
    }
    if (outcome.type === 'unknown') this.#steps.lost(t, outcome.reason, outcome.timeUs, out);
    else this.#steps.lookUp(t, outcome.timeUs, out);
  }

  /**
   * One of our orders was filled. Booked once, whatever the
   * order's status, because money that moved has moved.
   */
  filled(fill: Fill, venueCumulative: Fill['quantity'], out: ExecutionOutput[]): void {
    if (fill.account !== this.#account)
      throw new InputError({
        field: 'fill.account',
        value: fill.account,
        because: `this execution trades ${this.#account}`,
        remedy: 'Feed each account its own user stream.',
      });
    const t = this.#ledger.get(fill.clientOrderId) ?? this.#adopted(fill, venueCumulative, out);
    if (t === null) return;
    if (!t.order.fills.some((f) => f.venueTradeId === fill.venueTradeId))
      this.#steps.accepted(t, fill.venueOrderId, fill.timeUs, out);
    const applied = applyToOrder(this.#steps.now(t).order, { type: 'Filled', fill, timeUs: fill.timeUs });
    if (applied.type === 'applied' || (applied.type === 'quarantined' && applied.booked)) {
      this.#positions.book(fill);
      const order = applied.order;
      this.#steps.change(t, { order });
      out.push({
        ...aboutOrder(order, fill.timeUs),
        type: 'OrderFilled',
        fill,
        cumulative: order.cumulative,
        leaves: leavesOf(order),
      });
    }
    this.#steps.report(applied, fill.timeUs, out);
    if (venueCumulative.greaterThan(this.#steps.now(t).venueCumulative))
      this.#steps.change(t, { venueCumulative });
    this.#steps.settle(t, fill.timeUs, out);
  }

  /** The venue says that an order is over. */
  ended(event: VenueEnded, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(event.clientOrderId);
    const type = event.type === 'VenueCanceled' ? 'Canceled' : 'Expired';
    if (t !== undefined)
      this.#steps.close(t, { type, reason: event.reason, timeUs: event.timeUs }, event.cumulative, out);
  }

  /**
   * The answer to a lookup. `readmit` says why an order that is proven absent may not go out now, or null.
   */
  lookedUp(
    input: OrderLookedUp,
    epoch: number,
    readmit: (t: Tracked) => Denial | null,
    out: ExecutionOutput[],
  ): void {
    const t = this.#ledger.get(input.clientOrderId);
    if (t === undefined || isEnded(t.order.status)) return;
    switch (input.lookup.type) {
      case 'failed':
        return;
      case 'found':
        this.#found(t, input.lookup.order, input.timeUs, out);
        return;
      case 'absent':
        if (input.authoritativeAbsence && t.order.status === 'unknown')
          this.#neverArrived(t, input.timeUs, epoch, readmit, out);
        return;
      default:
        input.lookup satisfies never;
    }
  }

  /** Somebody wants an order canceled. The wish is kept until the order ends; it is sent when it may be. */
  wantCancel(
    id: ClientOrderId,
    reason: string,
    timeUs: TimeUs,
    mayCancel: boolean,
    out: ExecutionOutput[],
  ): void {
    const t = this.#ledger.get(id);
    if (t === undefined || isEnded(t.order.status)) return;
    this.#steps.change(t, { cancelReason: reason });
    if (mayCancel) this.#steps.sendCancel(id, timeUs, out);
  }

  /**
   * A new epoch: nobody is waiting any more for what was in flight, and whatever is open must be asked about.
   */
  epochStarted(timeUs: TimeUs, out: ExecutionOutput[]): void {
    for (const t of [...this.#ledger.open()]) {
      if (t.order.status === 'submitted') this.#steps.lost(t, 'execution restarted', timeUs, out);
      else this.#steps.lookUp(t, timeUs, out);
    }
  }

  /** Asks again about what is still open to question, at a steady pace in event time. */
  poll(nowUs: TimeUs, mayCancel: boolean, out: ExecutionOutput[]): void {
    let asked = 0;
    for (const t of this.#ledger.open()) {
      if (asked >= ASKS_AT_ONCE_MAX) return;
      if (nowUs - t.askedUs < ASK_INTERVAL_US) continue;
      const before = out.length;
      if (t.inDoubt) this.#steps.lookUp(t, nowUs, out);
      else if (t.venueCumulative.greaterThan(t.order.cumulative)) this.#steps.fetchFills(t, nowUs, out);
      else if (mayCancel) this.#steps.sendCancel(t.order.request.clientOrderId, nowUs, out);
      if (out.length > before) asked++;
    }
  }

  /** Takes back what was published before a restart, without publishing anything. Safe to repeat. */
  recover(event: OrderEvent): void {
    const said: ExecutionOutput[] = [];
    if (event.type === 'OrderDenied') return;
    if (event.type === 'OrderSubmitted') {
      // The event doesn't say when the command expires, so an entry that comes back counts as expired.
      const expiresUs = event.intent === 'entry' ? event.timeUs : null;
      if (this.#ledger.get(event.clientOrderId) === undefined)
        this.#ledger.put(tracked(newOrder({ ...event, submittedUs: event.timeUs }), expiresUs, 1));
      return;
    }
    if (event.type === 'OrderFilled') {
      this.filled(event.fill, event.cumulative, said);
      return;
    }
    const t = this.#ledger.get(event.clientOrderId);
    if (t === undefined) return;
    if (event.type === 'OrderUnknown') this.#steps.change(t, { inDoubt: true });
    this.#steps.apply(t, factOf(event), said);
  }

  #found(t: Tracked, found: VenueOrder, timeUs: TimeUs, out: ExecutionOutput[]): void {
    if (found.status === 'rejected') {
      this.#steps.rejected(t, 'rejected by the venue', timeUs, out);
      return;
    }
    this.#steps.accepted(t, found.venueOrderId, timeUs, out);
    this.#steps.change(t, { inDoubt: false });
    if (found.status === 'canceled' || found.status === 'expired') {
      const type = found.status === 'canceled' ? 'Canceled' : 'Expired';
      this.#steps.close(t, { type, reason: `found ${found.status}`, timeUs }, found.filled, out);
      return;
    }
    if (found.filled.greaterThan(this.#steps.now(t).venueCumulative))
      this.#steps.change(t, { venueCumulative: found.filled });
    this.#steps.settle(t, timeUs, out);
  }

  #neverArrived(
    t: Tracked,
    timeUs: TimeUs,
    epoch: number,
    readmit: (t: Tracked) => Denial | null,
    out: ExecutionOutput[],
  ): void {
    // Fills say that it did arrive: whoever calls it absent is wrong, so it stays unknown.
    if (t.order.cumulative.isPositive()) return;
    const denial = readmit(t);
    const why =
      t.cancelReason ??
      (denial !== null
        ? `${denial.code} ${denial.detail}`
        : t.sends >= SENDS_MAX
          ? `sends=${t.sends}`
          : null);
    if (why !== null) {
      const closing: Closing = { type: 'Canceled', reason: `never reached the venue: ${why}`, timeUs };
      this.#steps.close(t, closing, t.order.cumulative, out);
      return;
    }
    this.#steps.apply(t, { type: 'SentAgain', timeUs }, out);
    const { order } = this.#steps.change(t, { sends: t.sends + 1, inDoubt: false, askedUs: timeUs });
    out.push(submission(order, epoch, timeUs));
  }

  /** Makes an order out of a fill whose order we don't hold, or null if there is nothing to book. */
  #adopted(fill: Fill, cumulative: Fill['quantity'], out: ExecutionOutput[]): Tracked | null {
    const quantity = cumulative.greaterThan(fill.quantity) ? cumulative : fill.quantity;
    const order = orderBehind(fill, quantity);
    const detail = `trade=${fill.venueTradeId} ${fill.side}=${fill.quantity}@${fill.price}`;
    if (!isOwnClientOrderId(fill.clientOrderId)) {
      this.#steps.quarantine(order, 'foreign_fill', false, detail, fill.timeUs, out);
      return null;
    }
    // The order was ours and has been forgotten since; so old a fill of it was booked before that.
    if (fill.timeUs <= this.#ledger.forgottenUs) return null;
    this.#steps.quarantine(order, 'orphan_fill', true, detail, fill.timeUs, out);
    const known = applyToOrder(order, {
      type: 'Accepted',
      venueOrderId: fill.venueOrderId,
      timeUs: fill.timeUs,
    });
    const t = tracked(known.order, null, 1);
    this.#ledger.put(t);
    return t;
  }
}
