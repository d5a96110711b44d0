import {
  InputError,
  type InstrumentId,
  MIN_TRADES,
  PROFILE_SCOPES,
  TIMEFRAMES,
  type Wanted,
} from '@algo/model';
import type { FeatureFamily } from './features/feature.ts';
import { featuresNamed } from './features/feature-named.ts';
import { USUAL_FEATURES } from './features/registry.ts';

/** What one instrument's analytics must know beforehand. *Units*: `priceTick` quote, `quantityStep` base. */
export interface AnalyticsSettings extends Wanted {
  readonly instrument: InstrumentId;
  readonly priceTick: number;
  readonly quantityStep: number;
  /** Buy ÷ sell volume of the 1m window beyond which (or below whose inverse) order flow speaks. */
  readonly signalImbalance: number;
  /** Trades that the 1m window must hold before order flow may speak. */
  readonly signalMinTrades: number;
}

/**
 * What is computed where nobody asks for anything else. Order flow speaks of as many trades as a bar of its
 * window's length must hold, so that no signal is refused for their number. *Source*: spec 4.
 */
export const USUAL_SETTINGS = {
  signalImbalance: 2.5,
  signalMinTrades: MIN_TRADES['1m'],
  features: USUAL_FEATURES,
  rules: ['classic'],
  timeframes: TIMEFRAMES,
  profiles: PROFILE_SCOPES,
  rows: true,
} as const;

/** *Errors*: InputError naming the setting that makes no sense. */
export function checkSettings(settings: AnalyticsSettings, families: readonly FeatureFamily[]): void {
  featuresNamed(settings.features, families);
  if (!(settings.signalImbalance > 1))
    throw new InputError({
      field: 'signalImbalance',
      value: settings.signalImbalance,
      because: 'a ratio of 1 or less is met by both sides at once',
      remedy: 'Give a number above 1, such as 2.5.',
    });
  if (!Number.isInteger(settings.signalMinTrades) || settings.signalMinTrades < 1)
    throw new InputError({
      field: 'signalMinTrades',
      value: settings.signalMinTrades,
      because: 'not a whole number of at least 1',
      remedy: 'Give a count, such as 20.',
    });
}
