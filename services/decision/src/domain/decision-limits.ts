import { Decimal, type TimeUs, US_PER_SECOND } from '@algo/model';

/**
 * The engine's own bounds, beside the trading configuration.
 * *Units*: shares as decimals, times µs of event time.
 */
export interface DecisionLimits {
  /** How far beyond the price an entry's limit may stand. */
  readonly slippage: Decimal;
  /** The share of equity that one stop may cost; null leaves the size to the configuration alone. */
  readonly riskPerTrade: Decimal | null;
  /** A state this much older than the newest event is not acted on. */
  readonly staleUs: TimeUs;
  /** No entry in an instrument this soon after its position closed. */
  readonly coolDownUs: TimeUs;
  /** How long execution may take to send an entry. */
  readonly expiryUs: TimeUs;
  /** How long after its expiry an entry that nobody reported on still counts as pending. */
  readonly pendingGraceUs: TimeUs;
}

/** The house values, for whatever the settings leave out. */
export const DEFAULT_LIMITS: DecisionLimits = {
  slippage: Decimal.of('0.0005'),
  riskPerTrade: null,
  staleUs: 2 * US_PER_SECOND,
  coolDownUs: 60 * US_PER_SECOND,
  expiryUs: 5 * US_PER_SECOND,
  pendingGraceUs: 10 * US_PER_SECOND,
};
