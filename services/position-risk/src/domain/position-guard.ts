import {
  type AccountId,
  ALWAYS_QUIET,
  type ClosePosition,
  type CloseReason,
  Decimal,
  type Direction,
  type ExitPlan,
  type Instrument,
  type InstrumentId,
  isDust,
  type Position,
  type PositionEvent,
  type PositionId,
  type ProtectPosition,
  type Quiet,
  signOf,
  type TimeUs,
} from '@algo/model';
import { ExitFollower, type ExitPatience, type ExitState } from './exit-follower.ts';
import { type Holding, positionOf } from './holding.ts';
import type { KnownOrder } from './order-memory.ts';
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

/** Whose position it is, and in what. */
export interface GuardedBy {
  readonly account: AccountId;
  readonly instrument: Instrument;
}

/** What is told of a position beside the position itself. */
type Told<Type extends PositionEvent['type']> = Omit<
  Extract<PositionEvent, { type: Type }>,
  'position' | 'timeUs'
>;

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
  readonly #of: GuardedBy;
  readonly #sign: 1 | -1;
  readonly #targetAt: number;

  constructor(
    of: GuardedBy,
    holding: Holding,
    stop: TrailingStop,
    venueStop: VenueStop,
    target: Decimal | null,
    holdUntilUs: TimeUs,
  ) {
    this.#of = of;
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
  static open(of: GuardedBy, holding: Holding, plan: ExitPlan | null, fallback: Decimal): PositionGuard {
    const { direction, averagePrice } = holding;
    const trailing = plan !== null && isDistance(plan.trailing) ? plan.trailing : fallback;
    const away = direction === 'long' ? Decimal.one.minus(trailing) : Decimal.one.plus(trailing);
    const stop = TrailingStop.arm({
      direction,
      entryPrice: averagePrice,
      initialStop: plan?.stopPrice.isPositive() ? plan.stopPrice : averagePrice.times(away),
      trailing,
      tick: of.instrument.priceTick,
    });
    const hold = plan !== null && plan.holdMaxUs > 0 ? plan.holdMaxUs : Number.MAX_SAFE_INTEGER;
    const until = Math.min(holding.openedUs + hold, Number.MAX_SAFE_INTEGER);
    const target = plan?.targetPrice ?? null;
    return new PositionGuard(of, holding, stop, VenueStop.behind(trailing), target, until);
  }

  static restore(of: GuardedBy, state: PositionGuardState, patience: ExitPatience): PositionGuard {
    const { holding, stop, target, holdUntilUs, exit, venueStop } = state;
    const guard = new PositionGuard(
      of,
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

  get position(): Position {
    return positionOf(this.holding, this.#of.account);
  }

  /** A fact about the position, as it stands now. */
  fact<Type extends PositionEvent['type']>(told: Told<Type>, timeUs: TimeUs) {
    return { ...told, position: this.position, timeUs };
  }

  /** Returns the fact that the stop stands elsewhere than was last told; nothing when it doesn't. */
  stopNews(nowUs: TimeUs): PositionEvent[] {
    const { level, bestPrice } = this.stop;
    const from = this.toldStop;
    if (from.equals(level)) return [];
    this.toldStop = level;
    this.reviewStop();
    return [this.fact<'StopMoved'>({ type: 'StopMoved', from, to: level, bestPrice }, nowUs)];
  }

  /** What the stop at the venue follows has changed. */
  reviewStop(): void {
    const { id: position, direction, quantity } = this.holding;
    const { level } = this.stop;
    this.venueStop.review({ position, direction, instrument: this.#of.instrument, level, quantity });
  }

  /** Returns the command that puts a stop at the venue, or null while none is due. */
  protectCommand(nowUs: TimeUs, speed: number): ProtectPosition | null {
    const wanted = this.venueStop.take(nowUs, speed);
    return wanted && { type: 'ProtectPosition', ...this.#named, ...wanted, timeUs: nowUs };
  }

  /** Returns the command of the exit's standing attempt, for all that is held. */
  closeCommand({ commandId, reason, attempt }: ExitFollower, nowUs: TimeUs): ClosePosition {
    const { quantity } = this.holding;
    const asked = { commandId, quantity, reason, attempt, timeUs: nowUs };
    return { type: 'ClosePosition', ...this.#named, ...asked };
  }

  /** True when the venue would take no order for what is held: by its rules, or as a refusal has shown. */
  isUnsellable(mark: Decimal): boolean {
    const { instrument } = this.#of;
    const { quantity } = this.holding;
    if (isDust(quantity, mark, instrument)) return true;
    return quantity.times(mark).lessThan(instrument.minNotional) && this.exit?.wasTooSmall === true;
  }

  /** Returns why it ends with a fill of this order: our exit, somebody else's, or nothing we know of. */
  closedBy(order: KnownOrder | undefined): CloseReason {
    if (order?.intent === 'protection') return 'venue_stop';
    return order?.intent === 'exit' ? (this.exit?.reason ?? 'operator') : 'external';
  }

  get #named() {
    const { account, instrument } = this.#of;
    const { id: position, direction } = this.holding;
    return { position, account, instrument: instrument.id, direction };
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
