import {
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  isDust,
  type OrderIntent,
  type TimeUs,
} from '@algo/model';
import { isOvershot } from './outside-fill.ts';
import type { ReferencePrices } from './reference-price.ts';

/**
 * What our own fills add up to in one instrument. *Units*: base, signed: below zero is short; `beside` what
 * a person left at the venue beside it; `openedUs` its first fill since it was flat; `changedUs` its newest
 * fill or correction: what the venue shows of it from before that is old; `correctedUs` its newest
 * correction, by which all before it is settled, 0 before any; `settledUs` up to when fills of others are in
 * it, by the venue's books or a person's word, 0 before any; `lastPrice` quote, 0 where we have none.
 */
export interface NetPosition {
  readonly instrument: InstrumentId;
  readonly quantity: Decimal;
  readonly beside: Decimal;
  readonly openedUs: TimeUs;
  readonly changedUs: TimeUs;
  readonly correctedUs: TimeUs;
  readonly settledUs: TimeUs;
  readonly lastPrice: Decimal;
}

/**
 * Our own net position per instrument, folded exactly from fills and corrections, dust included. *Shape*:
 * bounded by the number of instruments we have traded.
 */
export class PositionBook {
  readonly #positions = new Map<InstrumentId, NetPosition>();
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;

  constructor(instruments: ReadonlyMap<InstrumentId, Instrument>, positions: readonly NetPosition[] = []) {
    this.#instruments = instruments;
    for (const position of positions) this.#positions.set(position.instrument, position);
  }

  /** Books a fill. The caller makes sure that it is booked once. */
  book(fill: Fill): void {
    const { instrument, timeUs, price: lastPrice } = fill;
    const { baseChange } = fillEffect(fill, this.#instruments.get(instrument));
    const before = this.quantity(instrument);
    const beside = this.beside(instrument);
    const quantity = before.plus(baseChange);
    const changedUs = Math.max(this.changedUs(instrument), timeUs);
    // What is left on the other side is of the newest fills, whichever of all is told last.
    const hasTurned = before.times(quantity).isNegative();
    const begunUs = hasTurned ? changedUs : timeUs;
    const isNew = hasTurned || this.#isNothing(before, fill);
    const openedUs = isNew ? begunUs : Math.min(this.#openedUs(instrument), timeUs);
    const { correctedUs = 0, settledUs = 0 } = this.#positions.get(instrument) ?? {};
    const times = { openedUs, changedUs, correctedUs, settledUs };
    this.#positions.set(instrument, { instrument, quantity, beside, ...times, lastPrice });
  }

  /**
   * From a time on this is ours, and that lies beside it; by `settledUs`, where it is known, what others did
   * up to then is in it, however late it is told. *Units*: base, signed.
   */
  correct(
    instrument: InstrumentId,
    share: { readonly own: Decimal; readonly beside: Decimal },
    timeUs: TimeUs,
    settledUs: TimeUs = this.#settledUs(instrument),
  ): void {
    const { own: quantity, beside } = share;
    const lastPrice = this.#positions.get(instrument)?.lastPrice ?? Decimal.zero;
    const openedUs = this.#openedUs(instrument);
    const changedUs = Math.max(this.changedUs(instrument), timeUs);
    const times = { openedUs, changedUs, correctedUs: timeUs, settledUs };
    this.#positions.set(instrument, { instrument, quantity, beside, ...times, lastPrice });
  }

  /** Returns what we hold, signed; zero if we never traded it. */
  quantity(instrument: InstrumentId): Decimal {
    return this.#positions.get(instrument)?.quantity ?? Decimal.zero;
  }

  /**
   * Returns what we hold that was opened by then, and not settled since: what happened earlier has taken
   * nothing of it, or is taken off already.
   */
  openAt(instrument: InstrumentId, timeUs: TimeUs): Decimal {
    const isOpen = this.#openedUs(instrument) <= timeUs && this.#settledUs(instrument) < timeUs;
    return isOpen ? this.quantity(instrument) : Decimal.zero;
  }

  /** Returns when its newest fill or correction was; 0 before any. */
  changedUs(instrument: InstrumentId): TimeUs {
    return this.#positions.get(instrument)?.changedUs ?? 0;
  }

  /** Whether a fill that is booked, and was meant to close, has left us with the other side. */
  isOvershot(fill: Fill, intent: OrderIntent): boolean {
    const { instrument, price } = fill;
    return isOvershot(fill, intent, this.quantity(instrument), this.#instruments.get(instrument), price);
  }

  /** Returns when it was corrected last; 0 before it ever was. */
  correctedUs(instrument: InstrumentId): TimeUs {
    return this.#positions.get(instrument)?.correctedUs ?? 0;
  }

  /**
   * Returns what we held at a time, by the fills that came behind it; null where a correction since then has
   * settled what others did before. `fills` are those that we have booked.
   */
  heldAt(instrument: InstrumentId, timeUs: TimeUs, fills: Iterable<Fill>): Decimal | null {
    if (this.correctedUs(instrument) >= timeUs) return null;
    let held = this.quantity(instrument);
    for (const fill of fills)
      if (fill.instrument === instrument && fill.timeUs > timeUs)
        held = held.minus(fillEffect(fill, this.#instruments.get(instrument)).baseChange);
    return held;
  }

  /** Returns what lies beside it and is not ours to trade, signed. */
  beside(instrument: InstrumentId): Decimal {
    return this.#positions.get(instrument)?.beside ?? Decimal.zero;
  }

  /**
   * Returns the last price that was seen of an instrument, else that of our last fill; null if there is
   * neither. *Units*: quote per base.
   */
  markOf(id: InstrumentId, prices: Pick<ReferencePrices, 'get'>): Decimal | null {
    const last = prices.get(id)?.price ?? this.#positions.get(id)?.lastPrice;
    return last?.isPositive() ? last : null;
  }

  /** Returns all that isn't flat. */
  open(): readonly NetPosition[] {
    return [...this.#positions.values()].filter((p) => !p.quantity.isZero());
  }

  /** Returns every position ever held, flat ones too, in the order of first trade. */
  all(): readonly NetPosition[] {
    return [...this.#positions.values()];
  }

  /** Whether nobody could sell what was held before a fill: what somebody took then was none of it. */
  #isNothing(before: Decimal, { instrument, price }: Fill): boolean {
    const rules = this.#instruments.get(instrument);
    return before.isZero() || (rules !== undefined && isDust(before, price, rules));
  }

  #settledUs(instrument: InstrumentId): TimeUs {
    return this.#positions.get(instrument)?.settledUs ?? 0;
  }

  #openedUs(instrument: InstrumentId): TimeUs {
    return this.#positions.get(instrument)?.openedUs ?? 0;
  }
}
