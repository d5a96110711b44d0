import type { InstrumentId } from '@algo/model';
import type { RawTrades } from '../domain/raw-trades.ts';

/**
 * Gathers raw rows and hands them out as columns. *Shape*: grows by doubling; the caller bounds what it
 * appends.
 */
export class RawTradesBuilder {
  #count = 0;
  #timeUs = new Float64Array(256);
  #price = new Float64Array(256);
  #quantity = new Float64Array(256);
  #side = new Uint8Array(256);
  #ids = new Float64Array(256);
  /** In place of ids, where trades are named. */
  #names: string[] = [];
  /** Made when a row stands for more than one trade. */
  #merged: Uint32Array | undefined;

  get count(): number {
    return this.#count;
  }

  append(
    timeUs: number,
    price: number,
    quantity: number,
    side: number,
    id: number | string,
    merged = 1,
  ): void {
    if (this.#count === this.#timeUs.length) this.#grow();
    const row = this.#count++;
    this.#timeUs[row] = timeUs;
    this.#price[row] = price;
    this.#quantity[row] = quantity;
    this.#side[row] = side;
    if (typeof id === 'string') this.#names.push(id);
    else this.#ids[row] = id;
    if (merged !== 1) this.#merged ??= new Uint32Array(this.#timeUs.length).fill(1);
    if (this.#merged !== undefined) this.#merged[row] = merged;
  }

  /** Returns copies of the rows gathered, and starts anew. */
  take(instrument: InstrumentId, hasIds: boolean): RawTrades {
    const count = this.#count;
    this.#count = 0;
    const merged = this.#merged?.slice(0, count);
    this.#merged = undefined;
    const names = this.#names;
    this.#names = [];
    return {
      instrument,
      count,
      timeUs: this.#timeUs.slice(0, count),
      price: this.#price.slice(0, count),
      quantity: this.#quantity.slice(0, count),
      side: this.#side.slice(0, count),
      ids: hasIds && names.length === 0 ? this.#ids.slice(0, count) : undefined,
      merged,
      ...(names.length > 0 && { names }),
    };
  }

  #grow(): void {
    const rows = this.#timeUs.length * 2;
    const wider = (column: Float64Array) => {
      const to = new Float64Array(rows);
      to.set(column);
      return to;
    };
    [this.#timeUs, this.#price, this.#quantity, this.#ids] = [
      wider(this.#timeUs),
      wider(this.#price),
      wider(this.#quantity),
      wider(this.#ids),
    ];
    const side = new Uint8Array(rows);
    side.set(this.#side);
    this.#side = side;
    if (this.#merged === undefined) return;
    const merged = new Uint32Array(rows).fill(1);
    merged.set(this.#merged);
    this.#merged = merged;
  }
}
