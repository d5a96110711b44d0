import type { Fact } from '@algo/contracts';
import type { ClientOrderId, PositionId } from '@algo/model';

/** Which orders work and which positions are open, as the engine says it. */
export class Activity {
  readonly #orders = new Set<ClientOrderId>();
  readonly #positions = new Set<PositionId>();

  /** True while no order works and no position is open: no trade can bring a fill or touch a stop. */
  get isQuiet(): boolean {
    return this.#orders.size === 0 && this.#positions.size === 0;
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
      default: // nothing else begins or ends either
    }
  }
}
