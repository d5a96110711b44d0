import type { InstrumentId, TradeColumns } from '@algo/model';

const INITIAL_ROWS = 1024;

/**
 * Gathers trades row by row and hands them out as columns. *Shape*: grows by doubling; the caller bounds what
 * it appends.
 */
export class TradeColumnsBuilder {
  private readonly instrument: InstrumentId;
  private count = 0;
  private timeUs = new Float64Array(INITIAL_ROWS);
  private price = new Float64Array(INITIAL_ROWS);
  private quantity = new Float64Array(INITIAL_ROWS);
  private side = new Uint8Array(INITIAL_ROWS);
  private ids = new Float64Array(INITIAL_ROWS);

  constructor(instrument: InstrumentId) {
    this.instrument = instrument;
  }

  append(timeUs: number, price: number, quantity: number, side: number, id: number): void {
    if (this.count === this.timeUs.length) this.grow();
    const row = this.count++;
    this.timeUs[row] = timeUs;
    this.price[row] = price;
    this.quantity[row] = quantity;
    this.side[row] = side;
    this.ids[row] = id;
  }

  /** Returns copies of the rows gathered, and starts anew. */
  take(): TradeColumns {
    const count = this.count;
    this.count = 0;
    return {
      instrument: this.instrument,
      count,
      timeUs: this.timeUs.slice(0, count),
      price: this.price.slice(0, count),
      quantity: this.quantity.slice(0, count),
      side: this.side.slice(0, count),
      ids: { kind: 'counted', values: this.ids.slice(0, count) },
    };
  }

  private grow(): void {
    const rows = this.timeUs.length * 2;
    this.timeUs = widened(this.timeUs, new Float64Array(rows));
    this.price = widened(this.price, new Float64Array(rows));
    this.quantity = widened(this.quantity, new Float64Array(rows));
    this.side = widened(this.side, new Uint8Array(rows));
    this.ids = widened(this.ids, new Float64Array(rows));
  }
}

function widened<Column extends Float64Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
