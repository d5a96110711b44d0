import {
  type AccountId,
  ALWAYS_QUIET,
  Decimal,
  type Direction,
  type ExitPlan,
  type Instrument,
  type InstrumentId,
  type Position,
  type PositionId,
  type Quiet,
  signOf,
  type TimeUs,
} from '@algo/model';
import { ExitFollower, type ExitPatience, type ExitState } from './exit-follower.ts';
import { type Holding, positionOf } from './holding.ts';
import { isDistance } from './position-risk-settings.ts';
import { TrailingStop, type TrailingStopState } from './trailing-stop.ts';
import { VenueStop, type VenueStopState } from './venue-stop.ts';

/** What guards one position just now, for people and for recovery. *Units*: prices quote, times µs. */
export interface StopView {
  readonly position: PositionId;
  readonly instrument: InstrumentId;
  readonly direction: Direction;
  readonly initialStop: Decimal;
  readonly stopPrice: Decimal;
  readonly bestPrice: Decimal;
  readonly targetPrice: Decimal | null;
  readonly holdUntilUs: TimeUs;
  /** The exit under way, null while the stop is armed. */
  readonly exit: { readonly reason: ExitFollower['reason']; readonly attempt: number } | null;
}

/** A guarded position as it is kept. *Units*: `target` quote, `holdUntilUs` µs. */
export interface PositionGuardState {
  readonly holding: Holding;
  readonly stop: TrailingStopState;
  readonly target: Decimal | null;
  readonly holdUntilUs: TimeUs;
  readonly exit: ExitState | null;
  readonly venueStop: VenueStopState;
}

/** What a trade asks for. */
export type PriceVerdict = 'stay' | 'stop' | 'target';

/** A position from its first fill to flat, with the stop, the target and the time limit that guard it. */
export class PositionGuard {
  holding: Holding;
  exit: ExitFollower | null = null;
  /** The stop level that was last published; lags `stop.level` only within one input. */
  toldStop: Decimal;
  readonly stop: TrailingStop;
  /** Behind it, at the venue. */
  readonly venueStop: VenueStop;
  readonly target: Decimal | null;
  readonly holdUntilUs: TimeUs;
  readonly #sign: 1 | -1;
  readonly #targetAt: number;

  constructor(
    holding: Holding,
    stop: TrailingStop,
    venueStop: VenueStop,
    target: Decimal | null,
    holdUntilUs: TimeUs,
  ) {
    this.holding = holding;
    this.stop = stop;
    this.venueStop = venueStop;
    this.toldStop = stop.level;
    this.target = target;
    this.holdUntilUs = holdUntilUs;
    this.#sign = signOf(holding.direction);
    this.#targetAt = target === null ? Infinity : this.#sign * target.toNumber();
  }

  /**
   * Returns a guard over a position just opened, armed by the
   * plan, or by the house distance where the plan is unusable.
   */
  static open(
    holding: Holding,
    plan: ExitPlan | null,
    instrument: Instrument,
    fallback: Decimal,
  ): PositionGuard {
    const { direction, averagePrice } = holding;
    const trailing = plan !== null && isDistance(plan.trailing) ? plan.trailing : fallback;
    const away = direction === 'long' ? Decimal.one.minus(trailing) : Decimal.one.plus(trailing);
    const stop = TrailingStop.arm({
      direction,
      entryPrice: averagePrice,
      initialStop: plan?.stopPrice.isPositive() ? plan.stopPrice : averagePrice.times(away),
      trailing,
      tick: instrument.priceTick,
    });
    const hold = plan !== null && plan.holdMaxUs > 0 ? plan.holdMaxUs : Number.MAX_SAFE_INTEGER;
    const until = Math.min(holding.openedUs + hold, Number.MAX_SAFE_INTEGER);
    return new PositionGuard(holding, stop, VenueStop.behind(trailing), plan?.targetPrice ?? null, until);
  }

  static restore(state: PositionGuardState, patience: ExitPatience): PositionGuard {
    const { holding, stop, target, holdUntilUs, exit, venueStop } = state;
    const guard = new PositionGuard(
      holding,
      TrailingStop.restore(stop),
      new VenueStop(venueStop),
      target,
      holdUntilUs,
    );
    guard.exit = exit === null ? null : ExitFollower.restore(exit, patience);
    return guard;
  }

  /** Returns what a trade asks for; the stop comes before the target. *Units*: quote, above 0. */
  onPrice(price: number): PriceVerdict {
    if (this.stop.onPrice(price) === 'fired') return 'stop';
    return this.#sign * price >= this.#targetAt ? 'target' : 'stay';
  }

  /** The prices that reach neither stop nor target and do not move the stop. */
  get quiet(): Quiet {
    const { fireAt, improveAt } = this.stop;
    const bestAt = Math.min(improveAt, this.#targetAt);
    const prices = this.#sign > 0 ? { above: fireAt, below: bestAt } : { above: -bestAt, below: -fireAt };
    return { ...ALWAYS_QUIET, ...prices };
  }

  /** The event time at which this position next needs looking at, if no event comes before. */
  dueUs(speed: number): TimeUs {
    if (this.exit !== null) return this.exit.dueUs(speed);
    return Math.min(this.holdUntilUs, this.venueStop.dueUs(speed));
  }

  position(account: AccountId): Position {
    return positionOf(this.holding, account);
  }

  view(): StopView {
    const { exit, holding, stop } = this;
    return {
      position: holding.id,
      instrument: holding.instrument,
      direction: holding.direction,
      initialStop: stop.initial,
      stopPrice: stop.level,
      bestPrice: stop.bestPrice,
      targetPrice: this.target,
      holdUntilUs: this.holdUntilUs,
      exit: exit === null ? null : { reason: exit.reason, attempt: exit.attempt },
    };
  }

  snapshot(): PositionGuardState {
    const { holding, target, holdUntilUs } = this;
    return {
      ...{ holding, target, holdUntilUs, stop: this.stop.snapshot() },
      ...{ exit: this.exit?.snapshot() ?? null, venueStop: this.venueStop.snapshot() },
    };
  }
}
