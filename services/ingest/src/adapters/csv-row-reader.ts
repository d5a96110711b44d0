import { type InstrumentId, SIDE_UNREADABLE } from '@algo/model';
import type { RawTrades } from '../domain/raw-trades.ts';
import { makerFlagIn, numberIn, takerSideIn, timeIn, unquoted } from './csv-fields.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';
import type { TradeLayout } from './trade-layout.ts';

const [COMMA, RETURN] = [44, 13];

/** Turns the bytes of CSV rows into columns. Fields hold no commas or newlines in any known layout. */
export class CsvRowReader {
  readonly #layout: TradeLayout;
  readonly #symbol: Uint8Array | undefined;
  readonly #side: (bytes: Uint8Array, from: number, to: number) => number;
  readonly #rows = new RawTradesBuilder();
  /** Where each field of the row in hand begins; one more for the end of the last. */
  readonly #starts: Int32Array;

  /** Rows of another symbol than `symbol` are unreadable, where the layout has one. */
  constructor(layout: TradeLayout, symbol: string | undefined) {
    this.#layout = layout;
    this.#symbol = symbol === undefined ? undefined : new TextEncoder().encode(symbol);
    this.#side = layout.sideMeans === 'taker' ? takerSideIn : makerFlagIn;
    this.#starts = new Int32Array(layout.columns + 1);
  }

  get count(): number {
    return this.#rows.count;
  }

  /** Takes one row; fields that can't be read are marked as such. */
  row(bytes: Uint8Array, from: number, to: number): void {
    const end = bytes[to - 1] === RETURN ? to - 1 : to;
    if (!this.#split(bytes, from, end) || !this.#isOfSymbol(bytes)) {
      this.#rows.append(Number.NaN, Number.NaN, Number.NaN, SIDE_UNREADABLE, Number.NaN);
      return;
    }
    const { time, price, quantity, side, id } = this.#layout;
    this.#rows.append(
      this.#field(bytes, time, timeIn),
      this.#field(bytes, price, numberIn),
      this.#field(bytes, quantity, numberIn),
      this.#field(bytes, side, this.#side),
      id === undefined ? Number.NaN : this.#field(bytes, id, numberIn),
    );
  }

  /** Takes the row if it has all its fields, and returns whether it did: for one that may have been cut. */
  wholeRow(bytes: Uint8Array, from: number, to: number): boolean {
    const end = bytes[to - 1] === RETURN ? to - 1 : to;
    if (!this.#split(bytes, from, end)) return false;
    const { time, price, quantity, side } = this.#layout;
    if (this.#field(bytes, side, this.#side) === SIDE_UNREADABLE) return false;
    const numbers = [
      this.#field(bytes, time, timeIn),
      this.#field(bytes, price, numberIn),
      this.#field(bytes, quantity, numberIn),
    ];
    if (numbers.some(Number.isNaN)) return false;
    this.row(bytes, from, to);
    return true;
  }

  take(instrument: InstrumentId): RawTrades {
    return this.#rows.take(instrument, this.#layout.id !== undefined);
  }

  #split(bytes: Uint8Array, from: number, to: number): boolean {
    const starts = this.#starts;
    const last = starts.length - 1;
    let fields = 1;
    starts[0] = from;
    for (let i = from; i < to; i++) {
      if (bytes[i] !== COMMA) continue;
      if (fields === last) return false;
      starts[fields++] = i + 1;
    }
    starts[last] = to + 1;
    return fields === last;
  }

  #field(
    bytes: Uint8Array,
    column: number,
    read: (bytes: Uint8Array, from: number, to: number) => number,
  ): number {
    const [from, to] = unquoted(bytes, this.#starts[column]!, this.#starts[column + 1]! - 1);
    return read(bytes, from, to);
  }

  #isOfSymbol(bytes: Uint8Array): boolean {
    const { symbol: column } = this.#layout;
    if (column === undefined || this.#symbol === undefined) return true;
    const [from, to] = unquoted(bytes, this.#starts[column]!, this.#starts[column + 1]! - 1);
    return to - from === this.#symbol.length && this.#symbol.every((byte, i) => bytes[from + i] === byte);
  }
}
