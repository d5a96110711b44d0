import { accountId, type Instrument } from '@algo/model';
import { exchangeOf } from '@algo/runtime';
import { tradedAt } from '@algo/venues';
import type { Config } from './config.ts';
import type { ExecutionSettings } from './domain/index.ts';

/** Returns the engine's settings from the process's configuration. */
export function executionSettings(config: Config, instruments: readonly Instrument[]): ExecutionSettings {
  const exchange = exchangeOf(config, config.account);
  return {
    account: accountId(config.account),
    venue: exchange,
    instruments: tradedAt(exchange, instruments),
    exitStyle: 'market',
    closedOrdersMax: 2_000,
    commandIdsMax: 10_000,
  };
}
