import { type ClientOrderId, type Fill, fillKey, type OrderEvent, RecentMap } from '@algo/model';
import type { KnownOrder } from './instrument-book.ts';

/** Far more orders than can be in flight or delivered again. */
const ORDERS_REMEMBERED = 4_096;
/** Far more fills than can be in flight or delivered again. */
const FILLS_REMEMBERED = 8_192;

/** What is remembered of orders, as it is kept. */
export interface OrderMemoryState {
  readonly orders: readonly (readonly [string, KnownOrder])[];
  readonly fills: readonly (readonly [string, string])[];
}

/** Remembers why orders were sent, and recognises fills that come again; the first one heard counts. */
export class OrderMemory {
  readonly #orders: RecentMap<KnownOrder>;
  readonly #fills: RecentMap<string>;

  constructor({ orders, fills }: OrderMemoryState = { orders: [], fills: [] }) {
    this.#orders = new RecentMap(ORDERS_REMEMBERED, orders);
    this.#fills = new RecentMap(FILLS_REMEMBERED, fills);
  }

  /** Returns what an order was sent for; undefined for one that we don't know. */
  get(id: ClientOrderId): KnownOrder | undefined {
    return this.#orders.get(id);
  }

  /** Whether an order may open a position: one that we don't know might. */
  mayEnter(id: ClientOrderId): boolean {
    return (this.#orders.get(id)?.intent ?? 'entry') === 'entry';
  }

  /** Takes note of an event. Returns `known` for a fill that came before, or how it differs from that one. */
  hear(event: OrderEvent): 'new' | 'known' | { readonly conflict: string } {
    if (event.type === 'OrderFilled') return this.#see(event.fill);
    if (event.type === 'OrderSubmitted') {
      const { intent, strategy, position, plan } = event;
      this.#orders.set(event.clientOrderId, { intent, strategy, position, plan });
    }
    return 'new';
  }

  state(): OrderMemoryState {
    return { orders: this.#orders.entries(), fills: this.#fills.entries() };
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
