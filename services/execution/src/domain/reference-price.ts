import {
  Decimal,
  type Instrument,
  type InstrumentId,
  NEVER_QUIET,
  PrintBand,
  type PrintBandState,
  type Quiet,
  type TimeUs,
} from '@algo/model';

/** The last trade of an instrument, as exact as the instrument's own prices. *Units*: quote per base. */
export interface ReferencePrice {
  readonly price: Decimal;
  readonly timeUs: TimeUs;
}

/**
 * Returns a reference from a market price, or null if the price can't be one:
 * a NaN, zero or negative price must age the market, never steer an order.
 */
export function referencePrice(instrument: Instrument, price: number, timeUs: TimeUs): ReferencePrice | null {
  if (!Number.isFinite(price) || price <= 0) return null;
  const exact = Decimal.fromNumber(price, instrument.priceTick.scale);
  return exact.isPositive() ? { price: exact, timeUs } : null;
}

/** The references of all instruments, as they are kept. */
export interface ReferencePricesState {
  readonly prices: readonly ({ readonly instrument: InstrumentId } & ReferencePrice)[];
  readonly bands: readonly (readonly [instrument: InstrumentId, band: PrintBandState])[];
}

/** The newest reference of each instrument; one impossible print is none. */
export class ReferencePrices {
  readonly #prices: Map<InstrumentId, ReferencePrice>;
  readonly #bands: Map<InstrumentId, PrintBand>;

  constructor({ prices, bands }: ReferencePricesState = { prices: [], bands: [] }) {
    this.#prices = new Map(prices.map(({ instrument, price, timeUs }) => [instrument, { price, timeUs }]));
    this.#bands = new Map(bands.map(([id, band]) => [id, new PrintBand(band)]));
  }

  /** Takes a trade's price. What is older than the newest, no price, or of no instrument changes nothing. */
  see(instrument: Instrument | undefined, price: number, timeUs: TimeUs): void {
    if (instrument === undefined) return;
    const seen = referencePrice(instrument, price, timeUs);
    const last = this.#prices.get(instrument.id);
    if (seen === null || (last !== undefined && last.timeUs > seen.timeUs)) return;
    const band = this.#bands.get(instrument.id) ?? new PrintBand();
    this.#bands.set(instrument.id, band);
    if (band.admit(price)) this.#prices.set(instrument.id, seen);
  }

  /** The prices of an instrument's trades of which the last counts alone. */
  quiet(instrument: InstrumentId): Quiet {
    return this.#bands.get(instrument)?.quiet ?? NEVER_QUIET;
  }

  get(instrument: InstrumentId): ReferencePrice | undefined {
    return this.#prices.get(instrument);
  }

  state(): ReferencePricesState {
    return {
      prices: [...this.#prices].map(([instrument, price]) => ({ instrument, ...price })),
      bands: [...this.#bands].map(([id, band]) => [id, band.state()] as const),
    };
  }
}
