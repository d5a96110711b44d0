import {
  type InstrumentId,
  type Refusals,
  SIDE_UNREADABLE,
  type TradeColumns,
  type TradeRefusalCode,
} from '@algo/model';
import type { TradeRows } from './trade-rows.ts';

/** Makes trades of the rows of a file: what can't be one, or was there before, is left out and counted. */
export class ScreenedRows {
  readonly #instrument: InstrumentId;
  readonly #refused: Partial<Record<TradeRefusalCode, number>> = {};
  #lastId = Number.NEGATIVE_INFINITY;
  #lastUs = 0;
  /** Rows that were left out though their ids were the very next: what they tell was heard. */
  heard = 0;

  constructor(instrument: InstrumentId) {
    this.#instrument = instrument;
  }

  /** How many rows were left out, by why. */
  get refused(): Refusals {
    return this.#refused;
  }

  /** Returns the rows that are trades: as they came, nothing copied, where all of them are. */
  take(rows: TradeRows): TradeColumns {
    const { count, ids } = rows;
    let kept: number[] | undefined;
    for (let i = 0; i < count; i++) {
      const code = this.#faultOf(rows, i);
      if (code === undefined) {
        kept?.push(i);
        this.#lastUs = rows.timeUs[i]!;
        if (ids !== undefined) this.#lastId = ids[i]!;
        continue;
      }
      if (ids !== undefined && ids[i] === this.#lastId + 1) {
        this.#lastId = ids[i]!;
        this.heard++;
      }
      kept ??= Array.from({ length: i }, (_, k) => k);
      this.#refused[code] = (this.#refused[code] ?? 0) + 1;
    }
    const pick = <Column extends Float64Array | Uint8Array>(column: Column): Column =>
      kept === undefined
        ? column
        : ((column.constructor as Float64ArrayConstructor).from(kept, (i) => column[i]!) as Column);
    const values = ids === undefined ? new Float64Array(kept?.length ?? count) : pick(ids);
    return {
      ...{ instrument: this.#instrument, count: kept?.length ?? count },
      ...{ timeUs: pick(rows.timeUs), price: pick(rows.price), quantity: pick(rows.quantity) },
      ...{ side: pick(rows.side), ids: { kind: 'counted', values } },
    };
  }

  #faultOf({ timeUs, price, quantity, side, ids }: TradeRows, i: number): TradeRefusalCode | undefined {
    // Written so that NaN fails every comparison.
    if (!(timeUs[i]! > 0) || side[i] === SIDE_UNREADABLE) return 'UNREADABLE_ROW';
    if (ids !== undefined && !(ids[i]! > this.#lastId))
      return ids[i]! <= this.#lastId ? 'DUPLICATE_ID' : 'UNREADABLE_ROW';
    if (!(price[i]! > 0 && price[i]! < Number.POSITIVE_INFINITY)) return 'PRICE_NOT_POSITIVE';
    if (!(quantity[i]! > 0 && price[i]! * quantity[i]! < Number.POSITIVE_INFINITY))
      return 'QUANTITY_NOT_POSITIVE';
    return timeUs[i]! < this.#lastUs ? 'TIME_BACKWARDS' : undefined;
  }
}
