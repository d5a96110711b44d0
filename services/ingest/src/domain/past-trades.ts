import type { TimeUs } from '@algo/model';
import { LOST_REMEMBERED_MAX, RECENT_TRADES } from './bounds.ts';
import type { IdRange } from './hole-ledger.ts';
import { isSameTrade, type RawTrades, type TradeRows } from './raw-trades.ts';

/** What is remembered of released and lost trades, to tell what another trade with such an id is. */
export class PastTrades {
  readonly #ids = new Float64Array(RECENT_TRADES).fill(Number.NaN);
  readonly #rows: TradeRows = {
    timeUs: new Float64Array(RECENT_TRADES),
    price: new Float64Array(RECENT_TRADES),
    quantity: new Float64Array(RECENT_TRADES),
    side: new Uint8Array(RECENT_TRADES),
  };
  #lost: IdRange[] = [];
  /** Time of the newest released trade; 0 before the first. */
  lastTimeUs: TimeUs;

  constructor(lastTimeUs: TimeUs = 0) {
    this.lastTimeUs = lastTimeUs;
  }

  /** Remembers released trades, whose ids rise by one from `fromId`. */
  release(raw: RawTrades, fromId: number): void {
    const rows = this.#rows;
    for (let row = Math.max(0, raw.count - RECENT_TRADES); row < raw.count; row++) {
      const at = (fromId + row) % RECENT_TRADES;
      this.#ids[at] = fromId + row;
      rows.timeUs[at] = raw.timeUs[row]!;
      rows.price[at] = raw.price[row]!;
      rows.quantity[at] = raw.quantity[row]!;
      rows.side[at] = raw.side[row]!;
    }
    this.lastTimeUs = raw.timeUs[raw.count - 1]!;
  }

  /** Remembers ids that were given up. */
  lose(range: IdRange): void {
    this.#lost.push(range);
    if (this.#lost.length > LOST_REMEMBERED_MAX) this.#lost.shift();
  }

  /** Returns why a row with an old id is left out. */
  codeOf(raw: RawTrades, row: number): 'DUPLICATE_ID' | 'LATE' | 'CONFLICT' {
    const id = raw.ids![row]!;
    if (this.#lost.some(({ fromId, toId }) => fromId <= id && id <= toId)) return 'LATE';
    const at = id % RECENT_TRADES;
    return this.#ids[at] === id && !isSameTrade(this.#rows, at, raw, row) ? 'CONFLICT' : 'DUPLICATE_ID';
  }

  /** Returns the quantity of a released trade; NaN where it isn't remembered. *Units*: base. */
  quantityOf(id: number): number {
    const at = id % RECENT_TRADES;
    return this.#ids[at] === id ? this.#rows.quantity[at]! : Number.NaN;
  }

  /** Returns whether a row with an old id is of a newer time, and no repeat: ids may have begun anew. */
  isSuspect(raw: RawTrades, row: number): boolean {
    if (this.lastTimeUs === 0 || !(raw.timeUs[row]! > this.lastTimeUs)) return false;
    const at = raw.ids![row]! % RECENT_TRADES;
    return !(this.#ids[at] === raw.ids![row] && isSameTrade(this.#rows, at, raw, row));
  }

  /** The venue counts anew: old ids say nothing any more. */
  forget(): void {
    this.#ids.fill(Number.NaN);
    this.#lost = [];
  }
}
