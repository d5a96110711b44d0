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
   * True while no trade can bring a fill or touch a stop, and nothing ends or is tried again after a pause of
   * its own.
   */
  get isQuiet(): boolean {
    return this.#orders.size === 0 && this.#positions.size === 0 && this.#isReconciled && !this.#entriesWait;
  }

  take({ name, body }: Fact): void {
    switch (name) {
      case 'OrderSubmitted':
        this.#orders.add(body.clientOrderId);
        return;
      case 'OrderFilled':
        if (!body.leaves.isPositive()) this.#orders.delete(body.clientOrderId);
        return;
      case 'OrderRejected':
      case 'OrderCanceled':
      case 'OrderExpired':
        this.#orders.delete(body.clientOrderId);
        return;
      case 'PositionOpened':
        this.#positions.add(body.position.id);
        return;
      case 'PositionClosed':
        this.#positions.delete(body.position.id);
        return;
      case 'ReconciliationFailed':
      case 'ReconciliationCompleted':
        this.#isReconciled = name === 'ReconciliationCompleted';
        return;
      case 'EntryStanding':
        this.#entriesWait = body.causes.some(({ lift }) => lift !== 'person');
        return;
      default: // nothing else begins or ends either
    }
  }
}
