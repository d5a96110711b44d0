import { type InstrumentId, SIDE_UNREADABLE, type TradeColumns } from '@algo/model';
import type { TradeRows } from '@algo/tradefiles';

/** Makes trades of the rows of files: what can't be one, or was there before, is left out and counted. */
export class ScreenedRows {
  readonly #instrument: InstrumentId;
  #lastId = Number.NEGATIVE_INFINITY;
  #broken = 0;
  #repeated = 0;

  constructor(instrument: InstrumentId) {
    this.#instrument = instrument;
  }

  take({ count, timeUs, price, quantity, side, ids }: TradeRows): TradeColumns {
    const kept = new Uint32Array(count);
    let length = 0;
    for (let i = 0; i < count; i++) {
      const isTrade =
        timeUs[i]! > 0 &&
        price[i]! > 0 &&
        quantity[i]! > 0 &&
        price[i]! * quantity[i]! < Number.POSITIVE_INFINITY;
      if (!isTrade || side[i] === SIDE_UNREADABLE) this.#broken++;
      else if (ids !== undefined && ids[i]! <= this.#lastId) this.#repeated++;
      else {
        if (ids !== undefined) this.#lastId = ids[i]!;
        kept[length++] = i;
      }
    }
    const rows = kept.subarray(0, length);
    return {
      ...{ instrument: this.#instrument, count: length },
      timeUs: Float64Array.from(rows, (i) => timeUs[i]!),
      price: Float64Array.from(rows, (i) => price[i]!),
      quantity: Float64Array.from(rows, (i) => quantity[i]!),
      side: Uint8Array.from(rows, (i) => side[i]!),
      ids: {
        kind: 'counted',
        values: ids ? Float64Array.from(rows, (i) => ids[i]!) : new Float64Array(length),
      },
    };
  }

  /** Returns what was left out since it was asked last, for a person. */
  words(): string[] {
    const words: string[] = [];
    if (this.#broken > 0) words.push(`${this.#broken} rows are no trades: left out`);
    if (this.#repeated > 0) words.push(`${this.#repeated} rows have an id that was there before: left out`);
    this.#broken = 0;
    this.#repeated = 0;
    return words;
  }
}
