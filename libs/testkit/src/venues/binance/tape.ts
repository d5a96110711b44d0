import { sum } from './decimal-text.ts';

/**
 * One trade of a stand-in's market. *Units*: `timeUs` µs. *Shape*: decimals as the venue writes them; `kind`
 * other than MARKET is a trade beside the book (USD-M): it has an id, and no read shows it.
 */
export interface TapeTrade {
  readonly id: number;
  readonly timeUs: number;
  readonly price: string;
  readonly quantity: string;
  readonly isBuyerMaker: boolean;
  readonly kind?: string;
}

/** Trades of one price and side that the venue tells as one. *Shape*: ids rise by one. */
export interface TapeAggregate extends TapeTrade {
  readonly firstTradeId: number;
  readonly lastTradeId: number;
}

interface Listing {
  /** Without those beside the book, which no read shows. */
  readonly trades: TapeTrade[];
  readonly aggregates: TapeAggregate[];
}

/** All that happened in a stand-in's market, by symbol. */
export class Tape {
  readonly #listings = new Map<string, Listing>();
  readonly #mergeUs: number;

  /** *Units*: `mergeUs`: trades of one price and side within it are told as one; 0 those of one instant. */
  constructor(mergeUs: number) {
    this.#mergeUs = mergeUs;
  }

  get symbols(): readonly string[] {
    return [...this.#listings.keys()];
  }

  /** Makes a symbol known that has no trade yet. */
  list(symbol: string): void {
    this.#listing(symbol);
  }

  /**
   * Adds trades whose ids rise, and returns them as the venue merges them: those of different calls never
   * are one.
   */
  happen(symbol: string, trades: readonly TapeTrade[]): TapeAggregate[] {
    const listing = this.#listing(symbol);
    const merged: TapeAggregate[] = [];
    for (const trade of trades) {
      if (!isOfBook(trade)) continue;
      listing.trades.push(trade);
      const last = merged.at(-1);
      if (last !== undefined && this.#isOne(last, trade)) {
        const quantity = sum(last.quantity, trade.quantity);
        merged[merged.length - 1] = { ...last, quantity, lastTradeId: trade.id };
      } else {
        const id = listing.aggregates.length + merged.length + 1;
        merged.push({ ...trade, id, firstTradeId: trade.id, lastTradeId: trade.id });
      }
    }
    listing.aggregates.push(...merged);
    return merged;
  }

  /** Returns the trades that reads show, by rising id; undefined where the symbol isn't known. */
  trades(symbol: string): readonly TapeTrade[] | undefined {
    return this.#listings.get(symbol)?.trades;
  }

  /** Returns the same, merged. */
  aggregates(symbol: string): readonly TapeAggregate[] | undefined {
    return this.#listings.get(symbol)?.aggregates;
  }

  #listing(symbol: string): Listing {
    const known = this.#listings.get(symbol) ?? { trades: [], aggregates: [] };
    this.#listings.set(symbol, known);
    return known;
  }

  #isOne(last: TapeAggregate, trade: TapeTrade): boolean {
    const isNear = trade.timeUs - last.timeUs <= this.#mergeUs;
    return isNear && last.price === trade.price && last.isBuyerMaker === trade.isBuyerMaker;
  }
}

function isOfBook({ kind = 'MARKET' }: TapeTrade): boolean {
  return kind === 'MARKET';
}

/** Returns the first row of rising numbers that is not below one. */
export function rowFrom<Row>(rows: readonly Row[], least: number, of: (row: Row) => number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(rows[middle]!) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns a time in the unit of an answer. *Units*: `perMs` 1,000 is µs, 1 is ms. */
export function timeIn(timeUs: number, perMs: number): number {
  return perMs === 1 ? Math.floor(timeUs / 1_000) : timeUs;
}
