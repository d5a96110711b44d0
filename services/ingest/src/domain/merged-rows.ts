import type { HoleLedger, IdRange } from './hole-ledger.ts';
import type { OpenGaps } from './open-gaps.ts';
import type { PastTrades } from './past-trades.ts';
import { type RawTrades, sliceRaw } from './raw-trades.ts';

/** Rows of a page: one for each id, or one row for all of them. */
export interface PageRun extends IdRange {
  readonly raw: RawTrades;
  readonly isMerged: boolean;
}

/**
 * Returns the rows of a page in pieces whose ids have no hole. `spanIds`: a merged row has an id for each
 * trade.
 */
export function* runsOf(raw: RawTrades, spanIds: boolean): Generator<PageRun> {
  const size = (row: number) => (spanIds ? (raw.merged?.[row] ?? 1) : 1);
  for (let row = 0, end = 0; row < raw.count; row = end) {
    const id = raw.ids![row]!;
    const isMerged = size(row) > 1;
    end = row + 1;
    if (!isMerged) while (end < raw.count && raw.ids![end] === id + end - row && size(end) === 1) end++;
    yield { raw: sliceRaw(raw, row, end), fromId: id - size(row) + 1, toId: id + end - row - 1, isMerged };
  }
}

/** Decimals of a double that are more than what subtracting doubles adds. */
const DIGITS = 12;

/**
 * Puts rows that stand for several ids where they belong. What is known of their trades already is taken
 * out of them: only the difference is new.
 */
export class MergedRows {
  readonly #ledger: HoleLedger;
  readonly #past: PastTrades;
  readonly #gaps: OpenGaps;

  constructor(ledger: HoleLedger, past: PastTrades, gaps: OpenGaps) {
    this.#ledger = ledger;
    this.#past = past;
    this.#gaps = gaps;
  }

  /** Returns whether anything was new. A row of which nobody can say what is known is left out. */
  place(run: PageRun): boolean {
    const missing: number[] = [];
    let known = 0;
    for (let id = run.fromId; id <= run.toId; id++) {
      if (this.#isMissing(id)) missing.push(id);
      else known += this.#quantityOf(id);
    }
    const quantity = Number((run.raw.quantity[0]! - known).toPrecision(DIGITS));
    const last = missing.pop();
    // NaN where a quantity isn't remembered, or the row goes on behind all that was heard.
    if (last === undefined || !(quantity > 0)) return false;
    for (const id of missing) this.#gaps.settle('within', id, id);
    const merged = Uint32Array.of(missing.length + 1);
    const rest = { ...run.raw, quantity: Float64Array.of(quantity), ids: Float64Array.of(last), merged };
    this.#gaps.fill(last, rest, undefined);
    return true;
  }

  #isMissing(id: number): boolean {
    const { nextId, endId } = this.#ledger;
    return id >= nextId && id < endId && this.#ledger.at(id).kind === 'hole';
  }

  /** *Units*: base; 0 of a trade that the venue doesn't have, NaN where nobody knows. */
  #quantityOf(id: number): number {
    const { nextId, endId } = this.#ledger;
    if (id < nextId) return this.#past.quantityOf(id);
    if (id >= endId) return Number.NaN;
    const stretch = this.#ledger.at(id);
    if (stretch.kind === 'rows') return stretch.raw.quantity[id - stretch.fromId]!;
    return stretch.kind === 'absent' ? 0 : Number.NaN;
  }
}
