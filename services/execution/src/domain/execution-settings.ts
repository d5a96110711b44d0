import type { AccountId, Instrument } from '@algo/model';
import type { ExitStyle } from './order-placement.ts';

/**
 * What an engine is set up with. *Shape*: `closedOrdersMax` closed orders and `commandIdsMax` ids of commands
 * are remembered.
 */
export interface ExecutionSettings {
  readonly account: AccountId;
  readonly venue: string;
  readonly instruments: readonly Instrument[];
  readonly exitStyle: ExitStyle;
  readonly closedOrdersMax: number;
  readonly commandIdsMax: number;
}
