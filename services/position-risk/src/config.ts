import { Decimal, US_PER_HOUR, US_PER_MINUTE } from '@algo/model';
import { baseConfig, money, share } from '@algo/runtime';
import { z } from 'zod';

/** A time zone by its distance from UTC alone, so that a day is the same day whatever table a machine has. */
const zone = z
  .string()
  .regex(/^(UTC|[+-](0\d|1[0-4]):[0-5]\d)$/, 'expected UTC or a distance from it such as +02:00')
  .transform((text) => {
    const [hours = 0, minutes = 0] = text === 'UTC' ? [] : text.slice(1).split(':').map(Number);
    return (text.startsWith('-') ? -1 : 1) * (hours * US_PER_HOUR + minutes * US_PER_MINUTE);
  });

/**
 * Settings of the guard over positions and portfolio. *Units*: drawdowns as shares of the equity that the day
 * began with, and peak drawdowns of the highest.
 */
export const config = baseConfig.extend({
  startingEquity: money.default(Decimal.of('100000')),
  drawdownAlert: share.default(Decimal.of('0.02')),
  drawdownWarning: share.default(Decimal.of('0.03')),
  drawdownCritical: share.default(Decimal.of('0.04')),
  drawdownBreaker: share.default(Decimal.of('0.05')),
  peakDrawdownAlert: share.default(Decimal.of('0.05')),
  peakDrawdownWarning: share.default(Decimal.of('0.07')),
  peakDrawdownCritical: share.default(Decimal.of('0.09')),
  peakDrawdownBreaker: share.default(Decimal.of('0.1')),
  accountTimeZone: zone.default(0),
  /** What watches over all positions together; taken anew when it changes. */
  portfolioFile: z.string().default('config/portfolio_risk.yaml'),
});
export type Config = z.infer<typeof config>;
