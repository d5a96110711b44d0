import {
  type ClientOrderId,
  type ExitPlan,
  type Fill,
  fillKey,
  type OrderEvent,
  type OrderIntent,
  type PositionId,
  RecentMap,
  type StrategyName,
} from '@algo/model';

/** Orders that work, far more than a venue lets us have; as many are remembered of those that ended. */
export const ORDERS_REMEMBERED = 4_096;
/** Far more fills than can be in flight or delivered again. */
export const FILLS_REMEMBERED = 8_192;

/** What an order's submission told us of the fills to come. */
export interface KnownOrder {
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
}

/** What is remembered of orders, as it is kept. */
export interface OrderMemoryState {
  readonly working: readonly (readonly [string, KnownOrder])[];
  readonly ended: readonly (readonly [string, KnownOrder])[];
  readonly fills: readonly (readonly [string, string])[];
}

/**
 * Remembers why orders were sent, and recognises fills that come again; the first one heard counts. A stop
 * may rest for weeks, so those that work are kept whatever came after them.
 */
export class OrderMemory {
  readonly #working: RecentMap<KnownOrder>;
  readonly #ended: RecentMap<KnownOrder>;
  readonly #fills: RecentMap<string>;

  constructor({ working, ended, fills }: OrderMemoryState = { working: [], ended: [], fills: [] }) {
    this.#working = new RecentMap(ORDERS_REMEMBERED, working);
    this.#ended = new RecentMap(ORDERS_REMEMBERED, ended);
    this.#fills = new RecentMap(FILLS_REMEMBERED, fills);
  }

  /** Returns what an order was sent for; undefined for one that we don't know. */
  get(id: ClientOrderId): KnownOrder | undefined {
    return this.#working.get(id) ?? this.#ended.get(id);
  }

  /** Whether an order may open a position: one that we don't know might. */
  mayEnter(id: ClientOrderId): boolean {
    return (this.get(id)?.intent ?? 'entry') === 'entry';
  }

  /**
   * Takes note of an event; what an exit closes too much belongs to `owner`, the strategy of what is held
   * when it is sent. Returns `known` for a fill that came before, or how it differs from that one.
   */
  hear(
    event: OrderEvent,
    owner: StrategyName | null = null,
  ): 'new' | 'known' | { readonly conflict: string } {
    switch (event.type) {
      case 'OrderSubmitted': {
        const { intent, strategy, position, plan } = event;
        this.#working.set(event.clientOrderId, { intent, strategy: strategy ?? owner, position, plan });
        return 'new';
      }
      case 'OrderFilled':
        if (!event.leaves.isPositive()) this.#end(event.clientOrderId);
        return this.#see(event.fill);
      case 'OrderCanceled':
      case 'OrderExpired':
      case 'OrderRejected':
        this.#end(event.clientOrderId);
        return 'new';
      default: // says nothing of why or whether it works
        return 'new';
    }
  }

  state(): OrderMemoryState {
    const [working, ended] = [this.#working.entries(), this.#ended.entries()];
    return { working, ended, fills: this.#fills.entries() };
  }

  #end(id: ClientOrderId): void {
    const order = this.#working.get(id);
    if (order === undefined) return;
    this.#working.delete(id);
    this.#ended.set(id, order);
  }

  #see(fill: Fill): ReturnType<OrderMemory['hear']> {
    const key = fillKey(fill);
    const numbers = `${fill.side} ${fill.quantity} at ${fill.price}`;
    const booked = this.#fills.get(key);
    if (booked === undefined) {
      this.#fills.set(key, numbers);
      return 'new';
    }
    return booked === numbers
      ? 'known'
      : { conflict: `fill ${fill.venueTradeId} booked as ${booked}, heard again as ${numbers}` };
  }
}
