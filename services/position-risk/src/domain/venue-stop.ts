import {
  type ClientOrderId,
  closingSize,
  Decimal,
  type Direction,
  hashId,
  type Instrument,
  type OrderEvent,
  type PositionId,
  type TimeUs,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';

/** How far behind our own stop it stands, as a share of the trailing distance: ours must go off first. */
const GAP_SHARE = Decimal.of('0.5');
/** It is moved when it stands this share of the gap further away than it should. */
const MOVE_SHARE = Decimal.of('0.5');
/** From the last fill of an entry until it is sized. *Units*: this and the next three: µs at speed 1. */
const SETTLE_US = 250 * US_PER_MS;
/** Between two moves. */
const MOVE_EVERY_US = 10 * US_PER_SECOND;
/** Behind the first try that came to nothing; doubles with each of the next. */
const RETRY_US = US_PER_SECOND;
const RETRY_MAX_US = 60 * US_PER_SECOND;
/** Rejected so often in a row, a person is called. */
const REJECTED_MAX = 5;

/** A stop at the venue, or one that was asked for. *Units*: quantity base, `triggerPrice` quote. */
interface Placed {
  readonly commandId: string;
  /** Null until execution has made an order of it. */
  readonly order: ClientOrderId | null;
  readonly quantity: Decimal;
  readonly triggerPrice: Decimal;
}

/** A stop at the venue as it is kept. *Units*: times µs, `gap` a share of price. */
export interface VenueStopState {
  readonly gap: Decimal;
  readonly isOffered: boolean;
  readonly commands: number;
  readonly asked: Placed | null;
  readonly resting: Placed | null;
  readonly askedUs: TimeUs;
  readonly readyUs: TimeUs;
  readonly tries: number;
  readonly rejected: number;
}

/** What a stop at the venue follows. *Units*: `level` quote, where our own stop stands; `quantity` base. */
export interface Guarded {
  readonly position: PositionId;
  readonly direction: Direction;
  readonly instrument: Instrument;
  readonly level: Decimal;
  readonly quantity: Decimal;
}

/** A stop that is to rest at the venue. */
export interface WantedStop {
  readonly commandId: string;
  readonly quantity: Decimal;
  readonly triggerPrice: Decimal;
}

/**
 * The stop that rests at the venue behind our own, for the time in which we don't run. Says when it must be
 * placed, sized or moved: one question at a time, and no faster than a venue's limits bear.
 */
export class VenueStop {
  #state: VenueStopState;
  #wanted: {
    readonly position: PositionId;
    readonly quantity: Decimal;
    readonly triggerPrice: Decimal;
    readonly isMove: boolean;
  } | null = null;

  constructor(state: VenueStopState) {
    this.#state = state;
  }

  /** The stop of a position just opened. *Units*: `trailing` a share of price. */
  static behind(trailing: Decimal): VenueStop {
    return new VenueStop({
      ...{ gap: trailing.times(GAP_SHARE), isOffered: true, commands: 0, asked: null, resting: null },
      ...{ askedUs: 0, readyUs: Infinity, tries: 0, rejected: 0 },
    });
  }

  snapshot(): VenueStopState {
    return this.#state;
  }

  /** Returns true, once, when the venue has rejected it so often that a person must know. */
  callsPerson(): boolean {
    if (this.#state.rejected !== REJECTED_MAX) return false;
    this.#change({ rejected: REJECTED_MAX + 1 });
    return true;
  }

  /** An entry has filled: its size is known when it ends, or when no fill has come for a moment. */
  filled(isOver: boolean, nowUs: TimeUs, speed: number): void {
    this.#change({ readyUs: isOver ? nowUs : nowUs + SETTLE_US * speed });
  }

  /** When the stop that is wanted is to be asked for; Infinity while there is none. *Units*: µs. */
  dueUs(speed: number): TimeUs {
    if (this.#wanted === null) return Infinity;
    const { readyUs, askedUs } = this.#state;
    return this.#wanted.isMove ? Math.max(readyUs, askedUs + MOVE_EVERY_US * speed) : readyUs;
  }

  /** Works out what is wanted, after anything that it follows has changed. */
  review(guarded: Guarded): void {
    const { isOffered, asked, resting } = this.#state;
    this.#wanted = null;
    if (!isOffered || asked !== null) return;
    const triggerPrice = this.#triggerOf(guarded);
    const { quantity, below } = closingSize(guarded.quantity, triggerPrice, guarded.instrument);
    if (below !== null) return;
    const isMove = resting?.quantity.equals(quantity) === true;
    if (isMove && !this.#isFar(resting.triggerPrice, triggerPrice, guarded.direction)) return;
    this.#wanted = { position: guarded.position, quantity, triggerPrice, isMove };
  }

  /** Returns the stop that is to be asked for now, or null; from then on it has been. */
  take(nowUs: TimeUs, speed: number): WantedStop | null {
    if (this.#wanted === null || nowUs < this.dueUs(speed)) return null;
    const { position, quantity, triggerPrice } = this.#wanted;
    const { commands } = this.#state;
    const wanted = { commandId: hashId('protect', position, commands), quantity, triggerPrice };
    this.#change({ asked: { ...wanted, order: null }, askedUs: nowUs, commands: commands + 1 });
    this.#wanted = null;
    return wanted;
  }

  /** Takes note of what happened to an order of the instrument; those of others are passed over. */
  note(event: Exclude<OrderEvent, { type: 'OrderQuarantined' }>, nowUs: TimeUs, speed: number): void {
    const { asked, resting } = this.#state;
    if (event.type === 'OrderSubmitted' || event.type === 'OrderDenied') {
      if (asked === null || event.commandId !== asked.commandId) return;
      if (event.type === 'OrderSubmitted') this.#change({ asked: { ...asked, order: event.clientOrderId } });
      else if (event.denial.code === 'NO_VENUE_STOP') this.#change({ asked: null, isOffered: false });
      else this.#failed(nowUs, speed, {});
      return;
    }
    const { clientOrderId: id } = event;
    const isAsked = asked?.order === id;
    if (!isAsked && resting?.order !== id) return;
    switch (event.type) {
      case 'OrderAccepted':
        if (isAsked) this.#change({ asked: null, resting: asked, tries: 0, rejected: 0 });
        return;
      case 'OrderUnknown':
        return;
      case 'OrderFilled':
        // What it has sold is held no longer, so that both go on to say the same.
        if (isAsked)
          this.#change({ asked: event.leaves.isPositive() ? { ...asked, quantity: event.leaves } : null });
        else
          this.#change({
            resting: event.leaves.isPositive() && resting ? { ...resting, quantity: event.leaves } : null,
          });
        return;
      case 'OrderRejected':
        this.#failed(nowUs, speed, event.retryAfterMs === null ? { rejected: this.#state.rejected + 1 } : {});
        return;
      case 'OrderCanceled':
      case 'OrderExpired':
        if (isAsked) this.#failed(nowUs, speed, {});
        else this.#change({ resting: null, readyUs: nowUs });
        return;
      default:
        event satisfies never;
    }
  }

  /** A question came to nothing: the next one waits, longer with each in a row. */
  #failed(nowUs: TimeUs, speed: number, more: Partial<VenueStopState>): void {
    const { tries } = this.#state;
    const pauseUs = Math.min(RETRY_US * 2 ** Math.min(tries, 10), RETRY_MAX_US) * speed;
    this.#change({ ...more, asked: null, readyUs: nowUs + pauseUs, tries: tries + 1 });
  }

  /** Behind our own stop, on the tick away from the market; a long's stands at least a tick above nothing. */
  #triggerOf({ level, direction, instrument }: Guarded): Decimal {
    const { priceTick } = instrument;
    const { gap } = this.#state;
    if (direction === 'short') return level.times(Decimal.one.plus(gap)).toStep(priceTick, 'up');
    const trigger = level.times(Decimal.one.minus(gap)).toStep(priceTick, 'down');
    return trigger.lessThan(priceTick) ? priceTick : trigger;
  }

  /** Whether it stands so much further away than it should that moving it is worth a request. */
  #isFar(stands: Decimal, wanted: Decimal, direction: Direction): boolean {
    const away = direction === 'long' ? wanted.minus(stands) : stands.minus(wanted);
    return !away.lessThan(wanted.times(this.#state.gap).times(MOVE_SHARE)) && away.isPositive();
  }

  #change(change: Partial<VenueStopState>): void {
    this.#state = { ...this.#state, ...change };
  }
}
