import type { Fact } from '@algo/contracts';
import type { ClientOrderId, PositionId } from '@algo/model';

/** Which orders work and which positions are open, as the engine says it. */
export class Activity {
  readonly #orders = new Set<ClientOrderId>();
  readonly #positions = new Set<PositionId>();
  /** Whether reconciliation answers well: after a failure it is asked for again at times of its own. */
  #isReconciled = true;
  /** Whether what stops entries may end by itself, at a time of its own. */
  #entriesWait = false;

  /**
   * Says whether something may follow for a service from a trade, or from a time of the feed: an order may
   * fill, a stop be touched, a question be due again, something that stops entries end. For all others only
   * what analytics says counts, and what these say.
   */
  concerns(service: string): boolean {
    if (service === 'position-risk') return this.#positions.size > 0;
    if (service === 'execution' && (this.#entriesWait || !this.#isReconciled)) return true;
    return (service === 'execution' || service === 'paper-venue') && this.#orders.size > 0;
  }

  /** Takes note of a fact; returns whether it may have changed anything. */
  take({ name, body }: Fact): boolean {
    switch (name) {
      case 'OrderSubmitted':
        this.#orders.add(body.clientOrderId);
        break;
      case 'OrderFilled':
        if (!body.leaves.isPositive()) this.#orders.delete(body.clientOrderId);
        break;
      case 'OrderRejected':
      case 'OrderCanceled':
      case 'OrderExpired':
        this.#orders.delete(body.clientOrderId);
        break;
      case 'PositionOpened':
        this.#positions.add(body.position.id);
        break;
      case 'PositionClosed':
        this.#positions.delete(body.position.id);
        break;
      case 'ReconciliationFailed':
      case 'ReconciliationCompleted':
        this.#isReconciled = name === 'ReconciliationCompleted';
        break;
      case 'EntryStanding':
        this.#entriesWait = body.causes.some(({ lift }) => lift !== 'person');
        break;
      default:
        return false; // nothing else begins or ends either
    }
    return true;
  }
}
