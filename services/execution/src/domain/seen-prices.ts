import { type Instrument, type InstrumentId, PrintBand, type PrintBandState, type TimeUs } from '@algo/model';
import { type ReferencePrice, referencePrice } from './reference-price.ts';

/** The last prices and the bands that new ones are held against, as they are kept. */
export interface SeenPricesState {
  readonly last: readonly (readonly [instrument: InstrumentId, price: ReferencePrice])[];
  readonly bands: readonly (readonly [instrument: InstrumentId, band: PrintBandState])[];
}

/** The last good price of each instrument. *Shape*: bounded by the number of instruments. */
export class SeenPrices {
  readonly #last: Map<InstrumentId, ReferencePrice>;
  readonly #bands: Map<InstrumentId, PrintBand>;

  constructor(state: SeenPricesState = { last: [], bands: [] }) {
    this.#last = new Map(state.last);
    this.#bands = new Map(state.bands.map(([id, band]) => [id, new PrintBand(band)]));
  }

  get last(): ReadonlyMap<InstrumentId, ReferencePrice> {
    return this.#last;
  }

  /** Takes the price of a trade, unless it is older than the last, no price at all, or impossible. */
  see(instrument: Instrument, price: number, timeUs: TimeUs): void {
    const seen = referencePrice(instrument, price, timeUs);
    const last = this.#last.get(instrument.id);
    if (seen === null || (last !== undefined && last.timeUs > seen.timeUs)) return;
    const band = this.#bands.get(instrument.id) ?? new PrintBand();
    this.#bands.set(instrument.id, band);
    // One impossible print must price no order.
    if (band.admit(price)) this.#last.set(instrument.id, seen);
  }

  state(): SeenPricesState {
    return {
      last: [...this.#last],
      bands: [...this.#bands].map(([id, band]) => [id, band.state()] as const),
    };
  }
}
