import { type Decimal, hashId, type InstrumentId, type TimeUs, toPlain } from '@algo/model';

/**
 * Limits of one instrument. *Units*: notionals quote; `collar` a share of the reference price (0.01 = 1 %);
 * ages and `repeatAfterUs` µs of event time.
 */
export interface InstrumentLimits {
  readonly orderNotionalMax: Decimal;
  readonly positionNotionalMax: Decimal;
  readonly collar: Decimal;
  /** How old the reference of the price collar may be. */
  readonly referenceAgeMaxUs: TimeUs;
  /** A market without a trade for this long is stale. */
  readonly marketStaleUs: TimeUs;
  /** How far from the reference price an order without a price of its own may fill: 0.005 is 0.5 %. */
  readonly marketCap: Decimal;
  /** Orders of ours in the instrument that have not ended. */
  readonly openOrdersMax: number;
  /** So long after an entry its strategy may not enter the same side again, however the entry is named. */
  readonly repeatAfterUs: TimeUs;
  /** Entries of one strategy; at the bound it is stopped until a person resumes it. */
  readonly entriesPerHourMax: number;
  readonly entriesPerDayMax: number;
}

/** Limits of the venue that takes the account's orders. *Units*: times µs of event time. */
export interface VenueLimits {
  /** Orders of ours at the venue that have not ended. */
  readonly openOrdersMax: number;
  /** So many orders rejected in a row, within `rejectsWithinUs`, pause entries for `rejectsPauseUs`. */
  readonly rejectsMax: number;
  readonly rejectsWithinUs: TimeUs;
  readonly rejectsPauseUs: TimeUs;
}

/**
 * What an account may do. A limit that is null, or an instrument
 * that isn't listed, denies every entry it would bound.
 * *Units*: notionals quote, ages µs of event time.
 */
export interface ExecutionLimits {
  readonly byInstrument: ReadonlyMap<InstrumentId, InstrumentLimits>;
  readonly venue: VenueLimits;
  readonly positionsMax: number | null;
  readonly grossNotionalMax: Decimal | null;
  /** Entries per minute; exits and cancels are never counted nor held back. */
  readonly entriesPerMinuteMax: number | null;
  /** Notional of all entries of a minute together. */
  readonly entryNotionalPerMinuteMax: Decimal | null;
  /**
   * So many unknown orders anywhere stop entries everywhere (3 is the usual); one stops its own instrument.
   */
  readonly unknownOrdersMax: number;
  /** An order unknown for longer than this stops entries everywhere: 60 s is the usual. */
  readonly unknownAgeMaxUs: TimeUs;
}

/** Limits with the name of what they say, and what is missing of them, in words. */
export interface NamedLimits {
  readonly limits: ExecutionLimits;
  readonly objections: readonly string[];
  readonly hash: string;
}

/** Returns limits with the name of what they say: equal for equal limits and objections. */
export function namedLimits(limits: ExecutionLimits, objections: readonly string[] = []): NamedLimits {
  const hash = hashId('limits', JSON.stringify(toPlain(limits)), ...objections);
  return { limits, objections, hash };
}

const UNTOLD: ExecutionLimits = {
  byInstrument: new Map(),
  venue: { openOrdersMax: 0, rejectsMax: 1, rejectsWithinUs: 0, rejectsPauseUs: 0 },
  positionsMax: null,
  grossNotionalMax: null,
  entriesPerMinuteMax: null,
  entryNotionalPerMinuteMax: null,
  unknownOrdersMax: 1,
  unknownAgeMaxUs: 0,
};

/** What stands before limits are told: no entry passes, and exits go at the market. */
export const NO_LIMITS: NamedLimits = namedLimits(UNTOLD);
