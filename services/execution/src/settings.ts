import { accountId, Decimal, type Instrument, US_PER_SECOND } from '@algo/model';
import type { Config } from './config.ts';
import type { ExecutionSettings } from './domain/index.ts';

/** Returns the engine's settings from the process's configuration. */
export function executionSettings(config: Config, instruments: readonly Instrument[]): ExecutionSettings {
  const { orderNotionalMax, positionNotionalMax, collar } = config;
  return {
    account: accountId(config.account),
    venue: config.venue,
    instruments,
    exitStyle: 'market',
    closedOrdersMax: 2_000,
    commandIdsMax: 10_000,
    limits: {
      byInstrument: new Map(
        instruments.map(({ id }) => [id, { orderNotionalMax, positionNotionalMax, collar }]),
      ),
      positionsMax: config.positionsMax,
      grossNotionalMax: config.grossNotionalMax,
      entriesPerMinuteMax: config.entriesPerMinuteMax,
      marketCap: Decimal.of('0.005'),
      referenceAgeMaxUs: 2 * US_PER_SECOND,
      marketStaleUs: 5 * US_PER_SECOND,
      unknownOrdersMax: 3,
      unknownAgeMaxUs: 60 * US_PER_SECOND,
    },
  };
}
