import type { Decimal } from './decimal.ts';
import type { AccountId, InstrumentId, PositionId, StrategyName } from './ids.ts';
import type { ExitReason } from './order.ts';
import type { Direction } from './side.ts';
import type { TimeUs } from './time.ts';

/**
 * Why a position ended: by an exit of ours, by its stop at the venue, by somebody else's hand, or because our
 * books were corrected; then its result is an estimate.
 */
export type CloseReason = ExitReason | 'venue_stop' | 'external' | 'correction';

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
      /** With which numbers a rule of the portfolio asks; null where the level says all. */
      readonly detail: string | null;
    });

/**
 * What changed what is left of a position that no order could close. `left`: the position left it; `joined`:
 * it is part of a new position; `netted`: a fill the other way took it; `for_sale`: it could be sold, and is
 * a position again; `corrected`: our books were.
 */
export type DustCause = 'left' | 'joined' | 'netted' | 'for_sale' | 'corrected';

/**
 * What no order could close stays ours, at the venue, with nothing that guards it. *Units*: `quantity` base,
 * signed, as it is now; `price` quote, at which it counts as bought or sold; `realized` and `fees` quote, of
 * this change. *Shape*: `strategy` is whose position left it; while a position is open there is none.
 */
export interface DustChanged {
  readonly type: 'DustChanged';
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName;
  readonly cause: DustCause;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly realized: Decimal;
  readonly fees: Decimal;
  readonly timeUs: TimeUs;
}
