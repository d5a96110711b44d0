import type { Decimal } from './decimal.ts';
import type { AccountId, InstrumentId, PositionId, StrategyName } from './ids.ts';
import type { ExitReason } from './order.ts';
import type { Direction } from './side.ts';
import type { TimeUs } from './time.ts';

/** Why a position ended: by an exit of ours, by its stop at the venue, or by somebody else's hand. */
export type CloseReason = ExitReason | 'venue_stop' | 'external';

/**
 * What we hold. *Units*: quantity base, prices and P&L
 * quote. *Shape*: quantity > 0 while open, 0 when closed.
 */
export interface Position {
  readonly id: PositionId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly quantity: Decimal;
  readonly averagePrice: Decimal;
  readonly realized: Decimal;
  readonly fees: Decimal;
  readonly openedUs: TimeUs;
}

interface PositionEventBase {
  readonly position: Position;
  readonly timeUs: TimeUs;
}

/** What happens to positions and to the stop that guards each. */
export type PositionEvent =
  | (PositionEventBase & { readonly type: 'PositionOpened'; readonly stopPrice: Decimal })
  | (PositionEventBase & {
      readonly type: 'PositionIncreased';
      readonly by: Decimal;
      readonly price: Decimal;
    })
  | (PositionEventBase & { readonly type: 'PositionReduced'; readonly by: Decimal; readonly price: Decimal })
  | (PositionEventBase & {
      readonly type: 'PositionClosed';
      readonly exitPrice: Decimal;
      readonly netPnl: Decimal;
      readonly returnPercent: Decimal;
      readonly reason: CloseReason;
    })
  | (PositionEventBase & {
      readonly type: 'StopMoved';
      readonly from: Decimal;
      readonly to: Decimal;
      readonly bestPrice: Decimal;
    })
  | (PositionEventBase & {
      readonly type: 'ExitTriggered';
      readonly reason: ExitReason;
      readonly triggerPrice: Decimal;
      readonly level: Decimal;
    });
