import {
  type AccountId,
  type AssetClass,
  Decimal,
  InputError,
  type Instrument,
  type InstrumentId,
  TRAILING_DISTANCES,
  US_PER_SECOND,
} from '@algo/model';
import { checkDrawdownLevels, type DrawdownLevels, type DrawdownLimits } from './drawdown.ts';
import type { ExitPatience } from './exit-follower.ts';

/**
 * How an account's positions are guarded. *Units*: equity in the account's currency, which is the quote of
 * all its instruments; intervals µs of event time; trailing distances shares of price.
 */
export interface PositionRiskSettings extends ExitPatience {
  readonly account: AccountId;
  readonly startingEquity: Decimal;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly drawdown: DrawdownLimits;
  readonly equityIntervalUs: number;
  /** Guards positions that came without a plan of their own, such as fills of orders we never placed. */
  readonly defaultTrailing: Readonly<Record<AssetClass, Decimal>>;
}

const shares = (...texts: [string, string, string, string]) =>
  texts.map((text) => Decimal.of(text)) as [...DrawdownLevels];

/** The house values; from its height an account may fall twice as far as within a day. */
export const POSITION_RISK_DEFAULTS = {
  drawdown: {
    levels: {
      daily: shares('0.02', '0.03', '0.04', '0.05'),
      peak: shares('0.05', '0.07', '0.09', '0.1'),
    },
    utcOffsetUs: 0,
  },
  equityIntervalUs: 10 * US_PER_SECOND,
  exitRetryUs: 3 * US_PER_SECOND,
  exitAttemptsMax: 5,
  defaultTrailing: TRAILING_DISTANCES,
} as const satisfies Omit<PositionRiskSettings, 'account' | 'startingEquity' | 'instruments'>;

/** Refuses settings that can't guard anything. *Errors*: InputError. */
export function checkPositionRiskSettings(settings: PositionRiskSettings): void {
  const { levels } = settings.drawdown;
  checkDrawdownLevels('daily', levels.daily);
  checkDrawdownLevels('peak', levels.peak);
  demand(
    settings.startingEquity.isPositive(),
    'starting_equity',
    settings.startingEquity,
    'an amount above 0',
  );
  demand(settings.equityIntervalUs > 0, 'equity_interval_us', settings.equityIntervalUs, 'a time above 0');
  demand(settings.exitRetryUs > 0, 'exit_retry_us', settings.exitRetryUs, 'a time above 0');
  demand(
    settings.exitAttemptsMax >= 1,
    'exit_attempts_max',
    settings.exitAttemptsMax,
    'a count of at least 1',
  );
  for (const [name, share] of Object.entries(settings.defaultTrailing))
    demand(isDistance(share), `default_trailing.${name}`, share, 'a share above 0 and below 1');
}

/** Returns true when a stop can trail at this distance: a share of price above 0 and below 1. */
export function isDistance(share: Decimal): boolean {
  return share.isPositive() && share.lessThan(Decimal.one);
}

function demand(holds: boolean, field: string, value: unknown, shape: string): void {
  if (!holds) throw new InputError({ field, value, because: `not ${shape}`, remedy: `Give ${shape}.` });
}
