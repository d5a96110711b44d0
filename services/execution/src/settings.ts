import { accountId, type Instrument } from '@algo/model';
import type { Config } from './config.ts';
import type { ExecutionSettings } from './domain/index.ts';

/** Returns the engine's settings from the process's configuration. */
export function executionSettings(config: Config, instruments: readonly Instrument[]): ExecutionSettings {
  return {
    account: accountId(config.account),
    venue: config.venue,
    instruments,
    exitStyle: 'market',
    closedOrdersMax: 2_000,
    commandIdsMax: 10_000,
  };
}
