import {
  type AccountId,
  type ClosePosition,
  type CloseReason,
  Decimal,
  type Direction,
  type ExitPlan,
  type ExitReason,
  type Fill,
  hashId,
  type Instrument,
  isDust,
  type OrderEvent,
  type OrderIntent,
  type PositionEvent,
  type PositionId,
  PrintBand,
  type PrintBandState,
  type ProtectPosition,
  positionId,
  type Quiet,
  quietInBoth,
  type RiskEvent,
  type StrategyName,
  strategyName,
  type TimeUs,
} from '@algo/model';
import type { ExitFollower, ExitPatience } from './exit-follower.ts';
import {
  exitPriceOf,
  increaseHolding,
  type Lot,
  openHolding,
  reduceHolding,
  returnPercentOf,
  splitLot,
  unrealizedOf,
} from './holding.ts';
import { PositionGuard, type PositionGuardState } from './position-guard.ts';

/** What an order's submission told us of the fills to come. */
export interface KnownOrder {
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
}

/** An instrument's book as it is kept. */
export interface InstrumentBookState {
  readonly band: PrintBandState;
  readonly lastUs: TimeUs;
  readonly guard: PositionGuardState | null;
}

/** Owns positions that no strategy of ours asked for. */
const NOBODY = strategyName('external');

type Change<Type extends PositionEvent['type']> = Omit<
  Extract<PositionEvent, { type: Type }>,
  'position' | 'timeUs'
>;

/** One instrument of one account: its last price and the one position that may be open in it. */
export class InstrumentBook {
  readonly instrument: Instrument;
  readonly #account: AccountId;
  readonly #fallback: Decimal;
  guard: PositionGuard | null = null;
  #band = new PrintBand();
  #lastUs: TimeUs = 0;

  constructor(instrument: Instrument, account: AccountId, fallback: Decimal) {
    this.instrument = instrument;
    this.#account = account;
    this.#fallback = fallback;
  }

  restore(stored: InstrumentBookState, patience: ExitPatience): void {
    this.#band = new PrintBand(stored.band);
    this.#lastUs = stored.lastUs;
    this.guard = stored.guard === null ? null : PositionGuard.restore(stored.guard, patience);
    if (this.guard !== null) this.reviewStop(this.guard);
  }

  snapshot(): InstrumentBookState {
    return { band: this.#band.state(), lastUs: this.#lastUs, guard: this.guard?.snapshot() ?? null };
  }

  /** The last price. *Units*: quote; 0 before any trade was seen. */
  get lastPrice(): number {
    return this.#band.good;
  }

  /**
   * Takes note of a trade's price unless a later one is known. Returns the fact that it was set aside
   * where it leaps so far that it must not be acted on. *Units*: quote, µs.
   */
  print(price: number, timeUs: TimeUs): RiskEvent | null {
    if (timeUs < this.#lastUs) return null;
    this.#lastUs = timeUs;
    const { lastPrice } = this;
    if (this.#band.admit(price)) return null;
    const of = { account: this.#account, instrument: this.instrument.id };
    return { type: 'PrintSetAside', ...of, price, lastPrice, timeUs };
  }

  /** The prices of trades that nothing follows from. */
  get quiet(): Quiet {
    return this.guard === null ? this.#band.quiet : quietInBoth(this.#band.quiet, this.guard.quiet);
  }

  /** The last price on the tick grid. *Units*: quote. */
  get markPrice(): Decimal {
    return Decimal.fromNumber(this.lastPrice, this.instrument.priceTick.scale);
  }

  /** What the open position would gain at the last price. *Units*: quote. */
  get unrealized(): Decimal {
    return this.guard === null ? Decimal.zero : unrealizedOf(this.guard.holding, this.markPrice);
  }

  /**
   * Books a fill: opens, increases, reduces, closes, or
   * closes and opens the other way; returns what happened.
   */
  take(fill: Fill, lot: Lot, order: KnownOrder | undefined, nowUs: TimeUs): PositionEvent[] {
    const direction: Direction = fill.side === 'buy' ? 'long' : 'short';
    this.print(fill.price.toNumber(), fill.timeUs);
    const held = this.guard;
    if (held === null) return [this.#open(fill, lot, direction, order, nowUs)];
    if (held.holding.direction === direction) return this.#increase(held, lot, order, nowUs);
    const reason = closedBy(held, order);
    if (!lot.quantity.greaterThan(held.holding.quantity)) return [this.#reduce(held, lot, reason, nowUs)];
    const [closing, opening] = splitLot(lot, held.holding.quantity);
    return [this.#reduce(held, closing, reason, nowUs), this.#open(fill, opening, direction, order, nowUs)];
  }

  /** True when the venue would take no order for what is held: by its rules, or as a refusal has shown. */
  isUnsellable(held: PositionGuard): boolean {
    const { quantity } = held.holding;
    if (isDust(quantity, this.markPrice, this.instrument)) return true;
    const isBelow = quantity.times(this.markPrice).lessThan(this.instrument.minNotional);
    return isBelow && held.exit?.wasTooSmall === true;
  }

  /** Takes what can't be sold out of the books, at the last price; the venue keeps it as dust. */
  writeOff(held: PositionGuard, nowUs: TimeUs): PositionEvent {
    const lot = { quantity: held.holding.quantity, price: this.markPrice, fee: Decimal.zero };
    return this.#reduce(held, lot, 'residual', nowUs);
  }

  /** Returns the fact that the stop stands elsewhere than was last told; nothing when it doesn't. */
  stopNews(held: PositionGuard, nowUs: TimeUs): PositionEvent[] {
    const { level, bestPrice } = held.stop;
    const from = held.toldStop;
    if (from.equals(level)) return [];
    held.toldStop = level;
    this.reviewStop(held);
    return [this.#fact<'StopMoved'>(held, { type: 'StopMoved', from, to: level, bestPrice }, nowUs)];
  }

  /**
   * Returns the fact that the position is to be left. *Units*:
   * `level` quote, what the last price was held against.
   */
  exitTriggered(held: PositionGuard, reason: ExitReason, level: Decimal, nowUs: TimeUs): PositionEvent {
    const triggerPrice = this.markPrice;
    return this.#fact<'ExitTriggered'>(held, { type: 'ExitTriggered', reason, triggerPrice, level }, nowUs);
  }

  /** Lets what guards the position know what happened to an order, before a fill of it is booked. */
  note(event: Exclude<OrderEvent, { type: 'OrderQuarantined' }>, nowUs: TimeUs, speed: number): void {
    this.guard?.exit?.note(event, nowUs);
    this.guard?.venueStop.note(event, nowUs, speed);
  }

  /**
   * What rests at the venue must guard what is held now that an order's event is booked. `mayEnter`: the
   * order is one that opens a position.
   */
  fitStop(event: OrderEvent, mayEnter: boolean, nowUs: TimeUs, speed: number): void {
    if (this.guard === null) return;
    const isOver = event.type === 'OrderCanceled' || event.type === 'OrderExpired';
    if (mayEnter && (isOver || event.type === 'OrderFilled'))
      this.guard.venueStop.filled(isOver || !event.leaves.isPositive(), nowUs, speed);
    this.reviewStop(this.guard);
  }

  /** What the stop at the venue follows has changed. */
  reviewStop({ venueStop, stop: { level }, holding }: PositionGuard): void {
    const { id: position, direction, quantity } = holding;
    venueStop.review({ position, direction, instrument: this.instrument, level, quantity });
  }

  /** Returns the command that puts a stop at the venue, or null while none is due. */
  protectCommand(
    { venueStop, holding }: PositionGuard,
    nowUs: TimeUs,
    speed: number,
  ): ProtectPosition | null {
    const wanted = venueStop.take(nowUs, speed);
    if (wanted === null) return null;
    const { id: position, direction } = holding;
    const of = { position, account: this.#account, instrument: this.instrument.id, direction };
    return { type: 'ProtectPosition', ...of, ...wanted, timeUs: nowUs };
  }

  /** Returns the command of the exit's standing attempt, for all that is held. */
  closeCommand(held: PositionGuard, exit: ExitFollower, nowUs: TimeUs): ClosePosition {
    return {
      type: 'ClosePosition',
      commandId: exit.commandId,
      position: held.holding.id,
      account: this.#account,
      instrument: this.instrument.id,
      direction: held.holding.direction,
      quantity: held.holding.quantity,
      reason: exit.reason,
      attempt: exit.attempt,
      timeUs: nowUs,
    };
  }

  /** A fact about the held position, as the position stands now. */
  #fact<Type extends PositionEvent['type']>(held: PositionGuard, change: Change<Type>, nowUs: TimeUs) {
    return { ...change, position: held.position(this.#account), timeUs: nowUs };
  }

  #open(
    fill: Fill,
    lot: Lot,
    direction: Direction,
    order: KnownOrder | undefined,
    nowUs: TimeUs,
  ): PositionEvent {
    const { id: instrument } = this.instrument;
    const holding = openHolding(
      {
        id: positionId(hashId('position', this.#account, instrument, fill.venueTradeId)),
        instrument,
        strategy: order?.strategy ?? NOBODY,
        direction,
        openedUs: fill.timeUs,
      },
      lot,
    );
    const held = PositionGuard.open(holding, order?.plan ?? null, this.instrument, this.#fallback);
    this.guard = held;
    return this.#fact<'PositionOpened'>(held, { type: 'PositionOpened', stopPrice: held.stop.level }, nowUs);
  }

  #increase(held: PositionGuard, lot: Lot, order: KnownOrder | undefined, nowUs: TimeUs): PositionEvent[] {
    held.holding = increaseHolding(held.holding, lot);
    const change = { type: 'PositionIncreased', by: lot.quantity, price: lot.price } as const;
    const events: PositionEvent[] = [this.#fact<'PositionIncreased'>(held, change, nowUs)];
    // The whole position keeps its own plan, but an addition planned with a tighter stop narrows it for all.
    const stopPrice = order?.plan?.stopPrice;
    if (held.exit === null && stopPrice?.isPositive() && held.stop.tighten(stopPrice))
      events.push(...this.stopNews(held, nowUs));
    return events;
  }

  #reduce(held: PositionGuard, lot: Lot, reason: CloseReason, nowUs: TimeUs): PositionEvent {
    const holding = reduceHolding(held.holding, lot);
    held.holding = holding;
    if (holding.quantity.isPositive())
      return this.#fact<'PositionReduced'>(
        held,
        { type: 'PositionReduced', by: lot.quantity, price: lot.price },
        nowUs,
      );
    this.guard = null;
    return this.#fact<'PositionClosed'>(
      held,
      {
        type: 'PositionClosed',
        exitPrice: exitPriceOf(holding),
        netPnl: holding.realized.minus(holding.fees),
        returnPercent: returnPercentOf(holding),
        reason,
      },
      nowUs,
    );
  }
}

/**
 * Returns why a position ended with a fill of this order: our exit, somebody else's, or nothing we know of.
 */
function closedBy(held: PositionGuard, order: KnownOrder | undefined): CloseReason {
  if (order?.intent === 'protection') return 'venue_stop';
  if (order?.intent !== 'exit') return 'external';
  return held.exit?.reason ?? 'operator';
}
