import type { Decimal, InstrumentId, TimeUs } from '@algo/model';

/**
 * Limits of one instrument. *Units*: notionals quote; `collar` a share of the reference price (0.01 = 1 %).
 */
export interface InstrumentLimits {
  readonly orderNotionalMax: Decimal;
  readonly positionNotionalMax: Decimal;
  readonly collar: Decimal;
}

/**
 * What an account may do. A limit that is null, or an instrument
 * that isn't listed, denies every entry it would bound.
 * *Units*: notionals quote, ages µs of event time. *Source*: reference §2.3 (C1, C3, C5, C9, C13, C20).
 */
export interface ExecutionLimits {
  readonly byInstrument: ReadonlyMap<InstrumentId, InstrumentLimits>;
  readonly positionsMax: number | null;
  readonly grossNotionalMax: Decimal | null;
  /** Entries per minute; exits and cancels are never counted nor held back. */
  readonly entriesPerMinuteMax: number | null;
  /** How far from the reference price an order without a price of its own may fill: 0.005 is 0.5 %. */
  readonly marketCap: Decimal;
  /** How old the reference of the price collar may be: 2 s is the usual. */
  readonly referenceAgeMaxUs: TimeUs;
  /** A market without a trade for this long is stale: 5 s is the usual. */
  readonly marketStaleUs: TimeUs;
  /**
   * So many unknown orders anywhere stop entries everywhere (3 is the usual); one stops its own instrument.
   */
  readonly unknownOrdersMax: number;
  /** An order unknown for longer than this stops entries everywhere: 60 s is the usual. */
  readonly unknownAgeMaxUs: TimeUs;
}
