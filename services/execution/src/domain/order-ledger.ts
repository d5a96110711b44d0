import {
  type ClientOrderId,
  Decimal,
  type Fill,
  isEnded,
  type Order,
  type OrderFact,
  type PlaceOrder,
  RecentMap,
  type TimeUs,
  underOwnName,
} from '@algo/model';

/** How the venue says that an order ended, kept until the fills it counts have arrived. */
export type Closing = Extract<OrderFact, { type: 'Canceled' | 'Expired' }>;

/**
 * An order with what execution must still do about it. *Shape*: `command` is the one that an entry fills,
 * null for exits; `retryOf` the attempt of that command before this one, null for the first; `cancelReason`
 * is not null while somebody wants it canceled; `venueCumulative` is the most the venue has said is filled;
 * `inDoubt` until a look-up or an acknowledgement says where it stands, whatever its status (a fill proves
 * that it arrived, not that it still works); `askedUs` is when the venue was last asked; `isAsking`,
 * `isCanceling` and `isProving` while such a request is under way, so that a slow venue has one of each to
 * answer; `turnedAway` is how the venue refused it without a proof that this is final.
 */
export interface Tracked {
  readonly order: Order;
  readonly command: PlaceOrder | null;
  readonly retryOf: ClientOrderId | null;
  readonly cancelReason: string | null;
  readonly closing: Closing | null;
  readonly venueCumulative: Decimal;
  readonly inDoubt: boolean;
  readonly askedUs: TimeUs;
  readonly isAsking: boolean;
  readonly isCanceling: boolean;
  readonly isProving: boolean;
  readonly turnedAway: { readonly reason: string; readonly retryAfterMs: 0 | null } | null;
}

/**
 * The fills that the venue is to be asked for. *Shape*: `sinceUs` null when none are; `askedSinceUs` while a
 * question for them is under way, null else; `askedUs` when the last one was asked.
 */
export interface FillsWanted {
  readonly sinceUs: TimeUs | null;
  readonly askedSinceUs: TimeUs | null;
  readonly askedUs: TimeUs;
}

/** The ledger as it is kept. *Shape*: `foreign` false while a fill waits for fills of ours. */
export interface LedgerState {
  readonly open: readonly Tracked[];
  readonly closed: readonly Tracked[];
  readonly forgottenUs: TimeUs;
  readonly fillsWanted: FillsWanted;
  readonly foreign: readonly (readonly [fill: string, isReported: boolean])[];
}

/** Fills of others that are remembered; the oldest would be reported once more. */
const FOREIGN_MAX = 1_000;
const EMPTY: LedgerState = {
  ...{ open: [], closed: [], forgottenUs: 0, fillsWanted: { sinceUs: null, askedSinceUs: null, askedUs: 0 } },
  foreign: [],
};

/**
 * What a command has come to so far. *Units*: `sent` base, what its attempts filled and may yet fill.
 * *Shape*: `last` null before the first attempt.
 */
export interface Attempts {
  readonly count: number;
  readonly last: ClientOrderId | null;
  readonly sent: Decimal;
}

/** Of a command that was not seen before. */
export const NO_ATTEMPTS: Attempts = { count: 0, last: null, sent: Decimal.zero };

/** Returns an order that execution starts to follow. */
export function tracked(order: Order, why: Pick<Tracked, 'command' | 'retryOf'>): Tracked {
  return {
    order,
    ...why,
    cancelReason: null,
    closing: null,
    venueCumulative: Decimal.zero,
    inDoubt: false,
    askedUs: order.submittedUs,
    isAsking: false,
    isCanceling: false,
    isProving: false,
    turnedAway: null,
  };
}

/**
 * All orders of the account. *Shape*: open ones are bounded by the position limit and the entry rate; of the
 * closed ones the last `closedMax` are kept, so that a fill told twice is known. What is older than
 * `forgottenUs` may have been forgotten: a fill from before that time of an order we don't know has been
 * booked already.
 */
export class OrderLedger {
  readonly #open = new Map<ClientOrderId, Tracked>();
  readonly #closed = new Map<ClientOrderId, Tracked>();
  readonly #closedMax: number;
  readonly #foreign: RecentMap<boolean>;
  #forgottenUs: TimeUs;
  fillsWanted: FillsWanted;

  constructor(closedMax: number, state: LedgerState = EMPTY) {
    this.#closedMax = closedMax;
    this.#forgottenUs = state.forgottenUs;
    this.fillsWanted = state.fillsWanted;
    this.#foreign = new RecentMap(FOREIGN_MAX, state.foreign);
    for (const t of state.open) this.#open.set(t.order.request.clientOrderId, t);
    for (const t of state.closed) this.#closed.set(t.order.request.clientOrderId, t);
  }

  get forgottenUs(): TimeUs {
    return this.#forgottenUs;
  }

  /** Whether something about orders is still to come. */
  get awaits(): boolean {
    return this.#open.size > 0 || this.fillsWanted.sinceUs !== null;
  }

  /** From when on fills may be unknown to us: the newest that we know, or the oldest order that is open. */
  get fillsKnownUs(): TimeUs | null {
    let newestUs: TimeUs | null = null;
    for (const { order } of [...this.#closed.values(), ...this.#open.values()])
      for (const { timeUs } of order.fills) newestUs = Math.max(newestUs ?? timeUs, timeUs);
    let knownUs = newestUs;
    for (const { order } of this.#open.values())
      knownUs = Math.min(knownUs ?? order.submittedUs, order.submittedUs);
    return knownUs;
  }

  get(id: ClientOrderId): Tracked | undefined {
    return this.#open.get(id) ?? this.#closed.get(id);
  }

  /** Returns an order and the attempts before it, as one: they are few, and kept for far longer. */
  attempts(last: ClientOrderId | null): Attempts {
    const t = last === null ? undefined : this.get(last);
    if (t === undefined) return NO_ATTEMPTS;
    const { count, sent } = this.attempts(t.retryOf);
    const { order } = t;
    const most = isEnded(order.status) ? order.cumulative : order.request.quantity;
    return { count: count + 1, last, sent: sent.plus(most) };
  }

  /** Whether an order may work at the venue. */
  isOpen(id: ClientOrderId): boolean {
    return this.#open.has(id);
  }

  /** Whether an order is a stop that rests at the venue, or did. */
  isStop(id: ClientOrderId): boolean {
    return this.get(id)?.order.intent === 'protection';
  }

  /** Returns every order that isn't over, oldest first. */
  orders(): readonly Order[] {
    return [...this.#open.values()].map(({ order }) => order);
  }

  /** Returns a fill under our name of its order, where a venue tells it by another's cancel. */
  named(fill: Fill): Fill {
    return underOwnName(fill, this.#known());
  }

  *#known(): Generator<Order> {
    for (const orders of [this.#open, this.#closed]) for (const { order } of orders.values()) yield order;
  }

  /** Goes through the fills that are booked to orders we still know. */
  *fills(): Generator<Fill> {
    for (const orders of [this.#closed, this.#open])
      for (const { order } of orders.values()) yield* order.fills;
  }

  open(): IterableIterator<Tracked> {
    return this.#open.values();
  }

  /** Returns whether a fill that is nobody's of ours was not heard before, and remembers it. */
  isNewForeign(fill: Fill): boolean {
    const key = foreignKey(fill);
    if (this.#foreign.get(key) === true) return false;
    this.#foreign.set(key, true);
    return true;
  }

  /** A fill that is nobody's of ours may have closed what a fill of ours, still unheard, opened. */
  wait(fill: Fill): void {
    this.#foreign.set(foreignKey(fill), this.#foreign.get(foreignKey(fill)) ?? false);
  }

  /** An answer shows a fill, and with it what was filled before. */
  waitedFor(fill: Fill): void {
    if (this.#foreign.get(foreignKey(fill)) === false) this.#foreign.delete(foreignKey(fill));
  }

  /** Whether a fill that is nobody's of ours waits to be booked or reported. */
  get isWaiting(): boolean {
    return this.#foreign.entries().some(([, isReported]) => !isReported);
  }

  /** Puts an order where its status belongs and lets go of the oldest closed one beyond the bound. */
  put(next: Tracked): void {
    const id = next.order.request.clientOrderId;
    if (!isEnded(next.order.status)) {
      this.#open.set(id, next);
      return;
    }
    this.#open.delete(id);
    this.#closed.set(id, next);
    for (const [oldest, gone] of this.#closed) {
      if (this.#closed.size <= this.#closedMax) break;
      this.#closed.delete(oldest);
      this.#forgottenUs = Math.max(this.#forgottenUs, newsUs(gone.order));
    }
  }

  state(): LedgerState {
    return {
      open: [...this.#open.values()],
      closed: [...this.#closed.values()],
      forgottenUs: this.#forgottenUs,
      fillsWanted: this.fillsWanted,
      foreign: this.#foreign.entries(),
    };
  }
}

function foreignKey({ instrument, venueOrderId, venueTradeId }: Fill): string {
  return `${instrument} ${venueOrderId} ${venueTradeId}`;
}

/** When we last heard something new of an order. */
function newsUs(order: Order): TimeUs {
  const lastUs = 'endedUs' in order ? order.endedUs : order.submittedUs;
  return order.fills.reduce((newestUs, fill) => Math.max(newestUs, fill.timeUs), lastUs);
}
