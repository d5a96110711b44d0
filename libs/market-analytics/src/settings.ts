import { InputError, type InstrumentId } from '@algo/model';

/** What one instrument's analytics must know beforehand. *Units*: `priceTick` quote, `quantityStep` base. */
export interface AnalyticsSettings {
  readonly instrument: InstrumentId;
  readonly priceTick: number;
  readonly quantityStep: number;
  /** Buy ÷ sell volume of the 1m window beyond which (or below whose inverse) order flow speaks. */
  readonly signalImbalance: number;
  /** Trades that the 1m window must hold before order flow may speak. */
  readonly signalMinTrades: number;
}

/** The thresholds of rule set `classic`. *Source*: spec 4. */
export const CLASSIC_THRESHOLDS = { signalImbalance: 2.5, signalMinTrades: 20 } as const;

/**
 * A grid of equal steps. Whole numbers of steps are exact in sums, and `toValue` gives the double nearest to
 * the decimal (78.6, not 78.60000000000001) where the step divides one, as venue ticks do.
 */
export class Grid {
  readonly step: number;
  /** Steps in one unit when that is a whole number, else 0. */
  private readonly perUnit: number;

  constructor(step: number, field: string) {
    if (!(step > 0) || !Number.isFinite(step))
      throw new InputError({
        field,
        value: step,
        because: 'not a positive number',
        remedy: "Take it from the venue's instrument rules, such as 0.01.",
      });
    this.step = step;
    const perUnit = Math.round(1 / step);
    this.perUnit = perUnit >= 1 && Math.abs(perUnit * step - 1) < 1e-9 ? perUnit : 0;
  }

  /** Returns the nearest whole number of steps. */
  toSteps(value: number): number {
    return this.perUnit > 0 ? Math.floor(value * this.perUnit + 0.5) : Math.floor(value / this.step + 0.5);
  }

  toValue(steps: number): number {
    return this.perUnit > 0 ? steps / this.perUnit : steps * this.step;
  }
}

/** *Errors*: InputError naming the setting that makes no sense. */
export function checkSettings(settings: AnalyticsSettings): void {
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
