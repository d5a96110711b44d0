import { type ClientOrderId, RecentMap } from '@algo/model';

/** So many orders are known that were told of, and so many that were not. */
const TOLD_MAX = 20_000;
/** An order that the venue took is told of within this time, or its stream is deaf. *Units*: ms. */
const TOLD_WITHIN_MS = 10_000;

/**
 * Which orders the account stream told of. The venue tells of each order that it takes; a connection that
 * stands, answers pings and tells nothing of one is deaf: its key to listen has expired without a word, or
 * its server has lost the account. Only an order can show that, since an account in which nothing happens is
 * as silent. *Units*: times monotonic ms.
 */
export class ToldOrders {
  readonly #told = new RecentMap<true>(TOLD_MAX);
  /** When each order left that the venue took and nobody told of. */
  readonly #untold = new Map<ClientOrderId, number>();

  /** The stream tells something of an order. */
  told(id: ClientOrderId): void {
    this.#told.set(id, true);
    this.#untold.delete(id);
  }

  /** The venue says by an answer that it took an order, which left at that time. */
  taken(id: ClientOrderId, leftMs: number): void {
    if (this.#told.get(id) !== undefined) return;
    const [oldest] = this.#untold.keys();
    if (this.#untold.size >= TOLD_MAX && oldest !== undefined) this.#untold.delete(oldest);
    this.#untold.set(id, leftMs);
  }

  /** Returns an order that left behind `sinceMs`, was taken, and was not told of in time. */
  overdue(sinceMs: number, nowMs: number): ClientOrderId | undefined {
    for (const [id, leftMs] of this.#untold) {
      if (leftMs < sinceMs) this.#untold.delete(id);
      else if (nowMs - leftMs > TOLD_WITHIN_MS) return id;
    }
    return undefined;
  }
}
