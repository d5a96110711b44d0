import type { AccountId, Instrument } from '@algo/model';
import type { ExecutionLimits } from './limits.ts';
import type { ExitStyle } from './order-placement.ts';

/**
 * What an engine is set up with. `epoch` is the fencing epoch it starts in. *Shape*: `closedOrdersMax` closed
 * orders (10,000 is the usual) and `commandIdsMax` ids of commands are remembered.
 */
export interface ExecutionSettings {
  readonly account: AccountId;
  readonly instruments: readonly Instrument[];
  readonly limits: ExecutionLimits;
  readonly exitStyle: ExitStyle;
  readonly epoch: number;
  readonly closedOrdersMax: number;
  readonly commandIdsMax: number;
}
