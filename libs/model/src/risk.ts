import type { Decimal } from './decimal.ts';
import type { AccountId, ClientOrderId, InstrumentId, PositionId } from './ids.ts';
import type { TimeUs } from './time.ts';

/** How much trading is allowed. Reducing allows exits only; halted besides withdraws entries that work. */
export type TradingMode = 'active' | 'reducing' | 'halted';

/** Whom a halt binds. */
export type HaltScope =
  | { readonly kind: 'account'; readonly account: AccountId }
  | { readonly kind: 'venue'; readonly venue: string }
  | { readonly kind: 'instrument'; readonly instrument: string }
  | { readonly kind: 'strategy'; readonly strategy: string };

/** Returns one text for each scope, such as `venue:binance`: for maps, comparison and display. */
export function haltScopeKey(scope: HaltScope): string {
  switch (scope.kind) {
    case 'account':
      return `account:${scope.account}`;
    case 'venue':
      return `venue:${scope.venue}`;
    case 'instrument':
      return `instrument:${scope.instrument}`;
    case 'strategy':
      return `strategy:${scope.strategy}`;
    default:
      return scope satisfies never;
  }
}

/** What a drawdown is measured from: equity at the start of the account's day, or the highest there was. */
export type DrawdownMeasure = 'daily' | 'peak';

export type DrawdownLevel = 'none' | 'alert' | 'warning' | 'critical' | 'breaker';

/**
 * How well an account is. `caution`: entries are stopped; `warning`: and all stops are tightened; `critical`:
 * and the worst positions are left.
 */
export type HealthStep = 'good' | 'caution' | 'warning' | 'critical';

/** A fee in an asset whose price nobody has seen. *Units*: the asset's own. */
export interface UnvaluedFee {
  readonly asset: string;
  readonly amount: Decimal;
}

/** What the portfolio guard says. *Units*: equity quote, drawdown a share of what it is measured from. */
export type RiskEvent =
  | {
      readonly type: 'EquityMarked';
      readonly account: AccountId;
      readonly equity: Decimal;
      readonly realized: Decimal;
      readonly unrealized: Decimal;
      /** Fees in assets without a price: no part of `equity`. */
      readonly unvalued: readonly UnvaluedFee[];
      /** The day's. */
      readonly drawdown: Decimal;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'DrawdownLevelChanged';
      readonly account: AccountId;
      readonly measure: DrawdownMeasure;
      readonly from: DrawdownLevel;
      readonly to: DrawdownLevel;
      readonly drawdown: Decimal;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'TradingModeChanged';
      readonly scope: HaltScope;
      readonly mode: TradingMode;
      readonly reason: string;
      readonly by: string;
      readonly latched: boolean;
      readonly timeUs: TimeUs;
      /** The person's command that this answers; null where the engine limits itself. */
      readonly commandId: string | null;
    }
  | {
      /** *Units*: `score` 0 to 100, `unrealized` quote, `drawdown` a share of what the day began with. */
      readonly type: 'PortfolioHealth';
      readonly account: AccountId;
      readonly from: HealthStep;
      readonly to: HealthStep;
      readonly score: number;
      readonly positions: number;
      readonly unrealized: Decimal;
      /** Mean of what is held; null where it is not known. */
      readonly btcCorrelation: number | null;
      readonly drawdown: Decimal;
      /** What the guard does about it, in words. */
      readonly action: string;
      readonly timeUs: TimeUs;
    }
  | {
      /** A print too far from the last good one to act on. *Units*: prices quote. */
      readonly type: 'PrintSetAside';
      readonly account: AccountId;
      readonly instrument: InstrumentId;
      readonly price: number;
      readonly lastPrice: number;
      readonly timeUs: TimeUs;
    };

/**
 * How a person settles what differs in an instrument. `adopt`: what the venue holds is ours, and is guarded;
 * `forget`: none of it is ours; `acknowledge`: what it holds beyond ours stays there and is nobody's
 * business.
 */
export type BookRepair = 'adopt' | 'forget' | 'acknowledge';

/**
 * What a person asks of the engine. `by` names who; `reason` is kept in the log. *Units*: `expiresWallUs`
 * µs by the clock of the bus's server, after which nobody may obey; a mode that allows less holds however
 * late it is read. *Shape*: `FlattenAll` leaves what is held in a scope, of that only one position where one
 * is named; `CancelOrders` withdraws the entries that work in a scope, of those only one order where one is
 * named, and with `force` exits and stops as well; `CompareBooks` asks for a reconciliation, which with
 * `dryRun` changes nothing.
 */
export type ControlCommand =
  | {
      readonly type: 'SetTradingMode';
      readonly commandId: string;
      readonly scope: HaltScope;
      readonly mode: TradingMode;
      readonly reason: string;
      readonly by: string;
      readonly timeUs: TimeUs;
      readonly expiresWallUs: TimeUs;
    }
  | {
      readonly type: 'FlattenAll';
      readonly commandId: string;
      readonly account: AccountId;
      readonly scope: HaltScope;
      readonly position: PositionId | null;
      readonly reason: string;
      readonly by: string;
      readonly timeUs: TimeUs;
      readonly expiresWallUs: TimeUs;
    }
  | {
      readonly type: 'CancelOrders';
      readonly commandId: string;
      readonly account: AccountId;
      readonly scope: HaltScope;
      readonly clientOrderId: ClientOrderId | null;
      readonly force: boolean;
      readonly reason: string;
      readonly by: string;
      readonly timeUs: TimeUs;
      readonly expiresWallUs: TimeUs;
    }
  | {
      readonly type: 'CorrectBooks';
      readonly commandId: string;
      readonly account: AccountId;
      readonly instrument: InstrumentId;
      readonly how: BookRepair;
      readonly reason: string;
      readonly by: string;
      readonly timeUs: TimeUs;
      readonly expiresWallUs: TimeUs;
    }
  | {
      readonly type: 'CompareBooks';
      readonly commandId: string;
      readonly account: AccountId;
      readonly dryRun: boolean;
      readonly reason: string;
      readonly by: string;
      readonly timeUs: TimeUs;
      readonly expiresWallUs: TimeUs;
    }
  | {
      readonly type: 'SwitchConfiguration';
      readonly commandId: string;
      readonly configuration: string;
      readonly by: string;
      readonly timeUs: TimeUs;
    };

/** A command is being obeyed: which positions are left for it, and which orders are withdrawn. */
export interface CommandObeyed {
  readonly commandId: string;
  readonly positions: readonly PositionId[];
  readonly orders: readonly ClientOrderId[];
  readonly timeUs: TimeUs;
}

/** A command could not be obeyed: nothing has changed. `reason` says why and what to do. */
export interface CommandRefused {
  readonly commandId: string;
  readonly reason: string;
  readonly timeUs: TimeUs;
}

/** The guard of an account lives and has taken everything up to this time. *Units*: `timeUs` feed time. */
export interface GuardAlive {
  readonly account: AccountId;
  readonly feed: string;
  readonly timeUs: TimeUs;
}
