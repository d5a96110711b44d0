import { FAMILIES, type Fact } from '@algo/contracts';
import {
  type ClientOrderId,
  type Denial,
  type InstrumentId,
  isEnded,
  type Order,
  type OrderEvent,
  type OrderIntent,
  type OrderRequest,
  orderAfter,
  orderReasonWords,
  type Position,
  RecentMap,
} from '@algo/model';
import { codeWords, withDetail } from './code-words.ts';

/** Orders that are over and still listed. */
const ENDED_MAX = 500;
const ORDER_EVENTS: ReadonlySet<string> = new Set(FAMILIES['ord.evt'].messages);

/** An order as its events tell it. *Shape*: `retryOf` and `replaces` as in OrderSubmitted. */
export interface ListedOrder {
  readonly order: Order;
  readonly commandId: string;
  readonly retryOf: ClientOrderId | null;
  readonly replaces: ClientOrderId | null;
}

/** A position's stop at the venue. *Shape*: `order` null where none rests, `why` says so in words. */
export interface VenueStopView {
  readonly order: ListedOrder | null;
  readonly why: string;
}

/** Folds facts into what became of each order; the latest of those that are over are kept. */
export class OrderList {
  readonly #working = new Map<ClientOrderId, ListedOrder>();
  readonly #ended = new RecentMap<ListedOrder>(ENDED_MAX);
  /** The last denial of each intent in each instrument that no order of it came after. */
  readonly #denials = new Map<string, Denial>();

  /** Facts about anything else are passed over. */
  take(fact: Fact): void {
    if (!isOrderFact(fact)) return;
    const event = fact.body;
    const { clientOrderId: id, instrument } = event;
    if (event.type === 'OrderDenied') this.#denials.set(`${event.intent} ${instrument}`, event.denial);
    const before = this.#working.get(id) ?? this.#ended.get(id);
    const order = orderAfter(before?.order, event);
    if (order === undefined) return;
    if (event.type === 'OrderSubmitted') this.#denials.delete(`${event.intent} ${instrument}`);
    const { commandId, retryOf, replaces } =
      event.type === 'OrderSubmitted' ? event : (before ?? { commandId: '', retryOf: null, replaces: null });
    const listed = { order, commandId, retryOf, replaces };
    if (isEnded(order.status)) {
      this.#working.delete(id);
      this.#ended.set(id, listed);
    } else this.#working.set(id, listed);
  }

  /** Returns the orders that are not over, oldest first. */
  working(): readonly ListedOrder[] {
    return [...this.#working.values()];
  }

  /** Returns the latest orders that are over, in the order in which they ended. */
  ended(): readonly ListedOrder[] {
    return this.#ended.entries().map(([, listed]) => listed);
  }

  /** Returns an order that works or ended lately. */
  get(id: ClientOrderId): ListedOrder | undefined {
    return this.#working.get(id) ?? this.#ended.get(id);
  }

  /** Returns why the last order of an intent was denied, in words; null where one was made since. */
  denialOf(intent: OrderIntent, instrument: InstrumentId): string | null {
    const denial = this.#denials.get(`${intent} ${instrument}`);
    return denial === undefined ? null : withDetail(codeWords(denial.code), denial.detail);
  }

  /** Returns the stop that rests at the venue for a position, or why none does. */
  stopOf({ id, instrument }: Pick<Position, 'id' | 'instrument'>): VenueStopView {
    const of =
      (intent: OrderIntent) =>
      ({ order }: ListedOrder) =>
        order.intent === intent && order.position === id;
    const order = this.working().findLast(of('protection'));
    if (order !== undefined) return { order, why: '' };
    const why = () => {
      if (this.working().some(of('exit'))) return 'its exit works';
      if (this.#denials.get(`protection ${instrument}`)?.code === 'NO_VENUE_STOP')
        return 'the venue holds no stops';
      const denied = this.denialOf('protection', instrument);
      if (denied !== null) return `denied: ${denied}`;
      const last = this.ended().findLast(of('protection'))?.order;
      if (last === undefined) return 'none was asked for yet';
      return 'reason' in last ? `${last.status}: ${orderReasonWords(last.reason)}` : last.status;
    };
    return { order: null, why: why() };
  }
}

/** True for what happens to an order; a correction of our books is none of one. */
function isOrderFact(fact: Fact): fact is Extract<Fact, { readonly name: OrderEvent['type'] }> {
  return ORDER_EVENTS.has(fact.name) && fact.name !== 'CorrectionMade';
}

/** Returns what an order asks of the venue, in words. */
export function requestWords({
  side,
  quantity,
  limitPrice,
  triggerPrice,
  timeInForce,
}: OrderRequest): string {
  if (triggerPrice !== null) return `${side} ${quantity} when the price reaches ${triggerPrice}`;
  const bound = side === 'buy' ? 'at most' : 'at least';
  const price = limitPrice === null ? 'at the market' : `${bound} ${limitPrice}`;
  return `${side} ${quantity} ${price} (${timeInForce})`;
}
