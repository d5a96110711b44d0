import {
  type AccountId,
  type DifferingOrder,
  type FeedTimes,
  type InstrumentId,
  isEnded,
  orderReason,
  type TimeUs,
  venueOf,
} from '@algo/model';
import { ASK_INTERVAL_US, auditUs, nextAskUs } from './ask-pace.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import { hasLeft, hasOutlived } from './order-facts.ts';
import type { OrderLedger, Tracked } from './order-ledger.ts';
import type { OrderParts, OrderSteps } from './order-steps.ts';
import type { ReconciliationGate } from './reconciliation-gate.ts';

/** Orders that the venue is asked about at once. */
export const ASKS_AT_ONCE_MAX = 10;

type Compared = Extract<ExecutionInput, { type: 'ReconciliationCompleted' | 'ReconciliationFailed' }>;

/**
 * Asks the venue about orders: after whatever may have hidden something, about those that a comparison found
 * to differ, and in time about all that is in question or works in silence. A comparison that found nothing
 * wrong with an order is as good as a question about it, so that a thousand stops that rest cost one read.
 */
export class OrderAudit {
  readonly #account: AccountId;
  readonly #ledger: OrderLedger;
  readonly #steps: OrderSteps;
  readonly #times: FeedTimes;
  readonly #gate: Pick<ReconciliationGate, 'state'>;

  constructor(parts: OrderParts) {
    this.#account = parts.account;
    this.#ledger = parts.ledger;
    this.#steps = parts.steps;
    this.#times = parts.times;
    this.#gate = parts.gate;
  }

  /** The account stream tells again: what it may have missed is asked for; the stops are compared. */
  streamConnected(out: ExecutionOutput[]): void {
    this.#steps.fetchWanted(this.#times.newestUs(), out);
    for (const t of [...this.#ledger.open()])
      if (hasLeft(t) && !isStop(t)) this.#steps.lookUp(t, this.#nowUs(t.order.request.instrument), out);
    this.fetchMissed(out);
  }

  /** Fills that were not told are asked for. */
  fetchMissed(out: ExecutionOutput[]): void {
    this.#steps.fetchMissed(this.#times.newestUs(), out);
  }

  /** A new epoch: what was in flight is in doubt; what else is open is asked about, the stops compared. */
  epochStarted(out: ExecutionOutput[]): void {
    for (const t of [...this.#ledger.open()]) {
      const nowUs = this.#nowUs(t.order.request.instrument);
      if (t.order.status === 'submitted') this.#steps.lost(t, orderReason('EXECUTION_RESTARTED'), nowUs, out);
      else if (!isStop(t) || t.inDoubt) this.#steps.lookUp(t, nowUs, out);
    }
  }

  /** No feed tells the time any more: the venue is asked about all that is open, and for what is missing. */
  all(out: ExecutionOutput[]): void {
    this.#steps.fetchWanted(this.#times.newestUs(), out);
    for (const t of [...this.#ledger.open()])
      if (hasLeft(t)) this.#steps.lookUp(t, this.#nowUs(t.order.request.instrument), out);
  }

  /**
   * Our orders were compared with the venue's, asked for at `questionUs`, and as they were when the venue
   * shows them. Those that differ are asked about; one that works there and is over for us, or that we have
   * never heard of, is withdrawn.
   */
  compared(report: Compared, questionUs: TimeUs, out: ExecutionOutput[]): void {
    if (report.type === 'ReconciliationFailed') return;
    const askedUs = Math.min(questionUs, report.shownUs ?? 0);
    const differing = new Set(report.orders.map(({ clientOrderId }) => clientOrderId));
    for (const t of [...this.#ledger.open()]) {
      const { status, request, submittedUs } = t.order;
      const isAlike = !differing.has(request.clientOrderId) && submittedUs < askedUs && askedUs > t.askedUs;
      const rests = status === 'accepted' || status === 'partially_filled';
      if (isAlike && rests && !t.inDoubt) this.#steps.change(t, { askedUs });
    }
    for (const order of report.orders) this.#differs(order, out);
  }

  /** When the venue may next be asked about something, unless there is news before. */
  get dueUs(): TimeUs {
    const { sinceUs, askedUs } = this.#ledger.fillsWanted;
    let dueUs = sinceUs === null ? Infinity : askedUs + ASK_INTERVAL_US;
    for (const t of this.#ledger.open()) dueUs = Math.min(dueUs, nextAskUs(t, this.#auditUs(t)));
    return dueUs;
  }

  /** Asks again at a steady pace by each order's own feed, about what is in question or works in silence. */
  poll(out: ExecutionOutput[]): void {
    const newestUs = this.#times.newestUs();
    if (newestUs - this.#ledger.fillsWanted.askedUs >= ASK_INTERVAL_US)
      this.#steps.fetchWanted(newestUs, out);
    let asked = 0;
    for (const t of this.#ledger.open()) {
      if (asked >= ASKS_AT_ONCE_MAX) return;
      const { clientOrderId, instrument } = t.order.request;
      const nowUs = this.#nowUs(instrument);
      if (nowUs - t.askedUs < ASK_INTERVAL_US) continue;
      const before = out.length;
      if (hasOutlived(t, nowUs)) this.#steps.change(t, { cancelReason: 'expired' });
      if (t.inDoubt) this.#steps.lookUp(t, nowUs, out);
      else if (t.venueCumulative.greaterThan(t.order.cumulative)) this.#steps.fetchFills(t, nowUs, out);
      else if (this.#gate.state.openedOnce) this.#steps.sendCancel(clientOrderId, nowUs, out);
      if (out.length === before && hasLeft(t) && nowUs - t.askedUs >= this.#auditUs(t))
        this.#steps.lookUp(t, nowUs, out);
      if (out.length > before) asked++;
    }
  }

  /** One that is still on its way is the wire's: its answer says where it stands. */
  #differs({ clientOrderId, instrument, works }: DifferingOrder, out: ExecutionOutput[]): void {
    const t = this.#ledger.get(clientOrderId);
    const timeUs = this.#nowUs(instrument);
    if (t !== undefined && !isEnded(t.order.status)) {
      if (hasLeft(t)) this.#steps.lookUp(t, timeUs, out);
    } else if (works)
      out.push({ type: 'CancelAtVenue', account: this.#account, instrument, clientOrderId, timeUs });
  }

  #auditUs({ order: { intent } }: Tracked): number {
    return auditUs(intent, this.#gate.state.isHeard, this.#times.speed);
  }

  /** The time of the feed that brings an instrument. */
  #nowUs(instrument: InstrumentId): TimeUs {
    return this.#times.nowUs(venueOf(instrument));
  }
}

function isStop({ order }: Tracked): boolean {
  return order.intent === 'protection';
}
