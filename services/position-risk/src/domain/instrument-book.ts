import {
  type AccountId,
  type CloseReason,
  type CorrectionMade,
  Decimal,
  type Direction,
  type DustChanged,
  type Fill,
  hashId,
  type Instrument,
  NO_STRATEGY,
  type OrderEvent,
  type PositionEvent,
  PrintBand,
  type PrintBandState,
  positionId,
  type Quiet,
  quietInBoth,
  type RiskEvent,
  sellableFrom,
  type TimeUs,
} from '@algo/model';
import { type Dust, dustFact, endDust, grownDust, NOTHING, unrealizedOfDust } from './dust.ts';
import type { ExitPatience } from './exit-follower.ts';
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
import type { KnownOrder } from './order-memory.ts';
import { type GuardedBy, PositionGuard, type PositionGuardState } from './position-guard.ts';

/** An instrument's book as it is kept. */
export interface InstrumentBookState {
  readonly band: PrintBandState;
  readonly lastUs: TimeUs;
  readonly guard: PositionGuardState | null;
  readonly dust: Dust | null;
}

/** What happens to what is held, dust included. */
export type HoldingEvent = PositionEvent | DustChanged;

/** Owns positions that no strategy of ours asked for. */

/** A change of what is held, and what it comes from. *Units*: quote, µs. */
interface Change {
  readonly lot: Lot;
  readonly direction: Direction;
  /** Names it: the position that it opens gets its id from here. */
  readonly cause: string;
  readonly order: KnownOrder | undefined;
  readonly openedUs: TimeUs;
}

/**
 * One instrument of one account: its last price, and the one position that may be open in it. Where none is,
 * what the last one left may be there as dust: together they are what fills add up to.
 */
export class InstrumentBook {
  readonly instrument: Instrument;
  readonly #of: GuardedBy;
  readonly #fallback: Decimal;
  guard: PositionGuard | null = null;
  dust: Dust | null = null;
  #band = new PrintBand();
  #lastUs: TimeUs = 0;

  constructor(instrument: Instrument, account: AccountId, fallback: Decimal) {
    this.instrument = instrument;
    this.#of = { account, instrument };
    this.#fallback = fallback;
  }

  restore(stored: InstrumentBookState, patience: ExitPatience): void {
    this.#band = new PrintBand(stored.band);
    this.#lastUs = stored.lastUs;
    this.guard = stored.guard === null ? null : PositionGuard.restore(this.#of, stored.guard, patience);
    this.dust = stored.dust;
    this.guard?.reviewStop();
  }

  snapshot(): InstrumentBookState {
    const [band, guard] = [this.#band.state(), this.guard?.snapshot() ?? null];
    return { band, lastUs: this.#lastUs, guard, dust: this.dust };
  }

  /** The last price. *Units*: quote; 0 before any trade was seen. */
  get lastPrice(): number {
    return this.#band.good;
  }

  /**
   * Takes note of a trade's price unless a later one is known. Returns the fact that it was set aside
   * where it leaps so far that it must not be acted on; `stray` for one that came late and far off. *Units*:
   * quote, µs.
   */
  print(price: number, timeUs: TimeUs): RiskEvent | 'stray' | null {
    if (timeUs < this.#lastUs) return this.#band.isNear(price) ? null : 'stray';
    this.#lastUs = timeUs;
    const { lastPrice } = this;
    if (this.#band.admit(price)) return null;
    const { account, instrument } = this.#of;
    return { type: 'PrintSetAside', account, instrument: instrument.id, price, lastPrice, timeUs };
  }

  /** The prices of trades that nothing follows from. */
  get quiet(): Quiet {
    const { quiet } = this.#band;
    if (this.guard !== null) return quietInBoth(quiet, this.guard.quiet);
    return { ...quiet, below: Math.min(quiet.below, this.dust?.sellFrom ?? Infinity) };
  }

  get markPrice(): Decimal {
    return Decimal.fromNumber(this.lastPrice, this.instrument.priceTick.scale);
  }

  /** What the open position, or what was left of it, would gain at the last price. *Units*: quote. */
  get unrealized(): Decimal {
    if (this.guard !== null) return unrealizedOf(this.guard.holding, this.markPrice);
    const { dust } = this;
    return dust === null ? Decimal.zero : unrealizedOfDust(dust, this.markPrice);
  }

  /** What we hold, dust included. *Units*: base, signed. */
  get net(): Decimal {
    if (this.guard === null) return this.dust?.quantity ?? Decimal.zero;
    const { direction, quantity } = this.guard.holding;
    return direction === 'long' ? quantity : quantity.negated();
  }

  /** Books a fill: opens, increases, reduces, closes, or closes and opens the other way. */
  take(fill: Fill, lot: Lot, order: KnownOrder | undefined, nowUs: TimeUs): HoldingEvent[] {
    const direction: Direction = fill.side === 'buy' ? 'long' : 'short';
    this.print(fill.price.toNumber(), fill.timeUs);
    const change = { lot, direction, cause: fill.venueTradeId, order, openedUs: fill.timeUs };
    return this.#change(change, this.guard?.closedBy(order) ?? 'external', nowUs);
  }

  /** Brings what is held to what our books were corrected to, at the last price. */
  correct({ own, price, timeUs, commandId }: CorrectionMade, nowUs: TimeUs): HoldingEvent[] {
    const off = own.minus(this.net);
    if (off.isZero()) return [];
    if (this.lastPrice === 0 && price.isPositive()) this.print(price.toNumber(), nowUs);
    const at = this.lastPrice > 0 ? this.markPrice : this.#costPrice;
    const grown = this.guard === null ? grownDust(this.dust, own, at, this.instrument) : null;
    if (grown !== null) {
      this.dust = { strategy: NO_STRATEGY, ...grown };
      return [dustFact(this.#of, this.dust, 'corrected', NOTHING, nowUs)];
    }
    const lot = { quantity: off.abs(), price: at, fee: Decimal.zero };
    const why = { cause: `corrected ${commandId ?? timeUs}`, order: undefined, openedUs: nowUs };
    return this.#change({ lot, direction: off.isPositive() ? 'long' : 'short', ...why }, 'correction', nowUs);
  }

  /** Ends what can't be sold, at the last price, for why it was left: the rest stays ours, as dust. */
  setAside(held: PositionGuard, nowUs: TimeUs): HoldingEvent[] {
    const { strategy, quantity } = held.holding;
    const left = this.net;
    const lot = { quantity, price: this.markPrice, fee: Decimal.zero };
    const closed = this.#reduce(held, lot, held.exit?.reason ?? 'residual', nowUs);
    const sellFrom = sellableFrom(left, this.instrument);
    this.dust = { strategy, quantity: left, price: this.markPrice, sellFrom };
    return [closed, dustFact(this.#of, this.dust, 'left', NOTHING, nowUs)];
  }

  /** True when what was left could be sold at the last price. */
  get canSellDust(): boolean {
    return this.dust !== null && this.guard === null && this.lastPrice >= this.dust.sellFrom;
  }

  /** Makes a position of what was left, so that it is sold as any other. */
  reopenDust(nowUs: TimeUs): HoldingEvent[] {
    const { dust } = this;
    if (dust === null) return [];
    this.dust = null;
    const lot = { quantity: dust.quantity.abs(), price: dust.price, fee: Decimal.zero };
    const direction = dust.quantity.isPositive() ? 'long' : 'short';
    const order = { intent: 'exit', strategy: dust.strategy, position: null, plan: null } as const;
    const change = { lot, direction, cause: `dust ${nowUs}`, order, openedUs: nowUs } as const;
    return [
      dustFact(this.#of, { ...dust, quantity: Decimal.zero }, 'for_sale', NOTHING, nowUs),
      this.#open(change, nowUs),
    ];
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
    this.guard.reviewStop();
  }

  #change(change: Change, reason: CloseReason, nowUs: TimeUs): HoldingEvent[] {
    const { lot, direction, order } = change;
    const held = this.guard;
    if (held === null) return this.#enter(change, reason, nowUs);
    if (held.holding.direction === direction) return this.#increase(held, lot, order, nowUs);
    if (!lot.quantity.greaterThan(held.holding.quantity)) return [this.#reduce(held, lot, reason, nowUs)];
    const [closing, opening] = splitLot(lot, held.holding.quantity);
    return [this.#reduce(held, closing, reason, nowUs), this.#open({ ...change, lot: opening }, nowUs)];
  }

  /** Opens a position with what was left of the one before: it joins it, or is taken by it. */
  #enter(change: Change, reason: CloseReason, nowUs: TimeUs): HoldingEvent[] {
    const { dust } = this;
    if (dust === null) return [this.#open(change, nowUs)];
    const { lot, direction } = change;
    const size = dust.quantity.abs();
    if (dust.quantity.isPositive() === (direction === 'long')) {
      this.dust = null;
      const opened = this.#open(change, nowUs);
      const joined = { quantity: size, price: dust.price, fee: Decimal.zero };
      return [
        dustFact(this.#of, { ...dust, quantity: Decimal.zero }, 'joined', NOTHING, nowUs),
        opened,
        ...(this.guard === null ? [] : this.#increase(this.guard, joined, undefined, nowUs)),
      ];
    }
    const isWhole = !lot.quantity.lessThan(size);
    const [netted, rest] = isWhole ? splitLot(lot, size) : [lot, null];
    const { left, made } = endDust(dust, netted, this.instrument);
    this.dust = left.quantity.isZero() ? null : left;
    const told = dustFact(this.#of, left, reason === 'correction' ? 'corrected' : 'netted', made, nowUs);
    if (rest === null || rest.quantity.isZero()) return [told];
    return [told, this.#open({ ...change, lot: rest }, nowUs)];
  }

  /** What one unit of what is held was entered for. */
  get #costPrice(): Decimal {
    return this.guard?.holding.averagePrice ?? this.dust?.price ?? Decimal.zero;
  }

  #open({ lot, direction, cause, order, openedUs }: Change, nowUs: TimeUs): PositionEvent {
    const { id: instrument } = this.instrument;
    const holding = openHolding(
      {
        id: positionId(hashId('position', this.#of.account, instrument, cause)),
        instrument,
        strategy: order?.strategy ?? NO_STRATEGY,
        direction,
        openedUs,
      },
      lot,
    );
    const held = PositionGuard.open(this.#of, holding, order?.plan ?? null, this.#fallback);
    this.guard = held;
    return held.fact<'PositionOpened'>({ type: 'PositionOpened', stopPrice: held.stop.level }, nowUs);
  }

  #increase(held: PositionGuard, lot: Lot, order: KnownOrder | undefined, nowUs: TimeUs): PositionEvent[] {
    held.holding = increaseHolding(held.holding, lot);
    const change = { type: 'PositionIncreased', by: lot.quantity, price: lot.price } as const;
    const events: PositionEvent[] = [held.fact<'PositionIncreased'>(change, nowUs)];
    // The whole position keeps its own plan, but an addition planned with a tighter stop narrows it for all.
    const stopPrice = order?.plan?.stopPrice;
    if (held.exit === null && stopPrice?.isPositive() && held.stop.tighten(stopPrice))
      events.push(...held.stopNews(nowUs));
    return events;
  }

  #reduce(held: PositionGuard, lot: Lot, reason: CloseReason, nowUs: TimeUs): PositionEvent {
    const holding = reduceHolding(held.holding, lot);
    held.holding = holding;
    if (holding.quantity.isPositive())
      return held.fact<'PositionReduced'>(
        { type: 'PositionReduced', by: lot.quantity, price: lot.price },
        nowUs,
      );
    this.guard = null;
    return held.fact<'PositionClosed'>(
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
