import { Decimal, type Direction, signOf } from '@algo/model';

/** What one trade did to a stop: nothing, moved it by a tick or more, or reached it. */
export type StopVerdict = 'held' | 'moved' | 'fired';

/**
 * What a stop is armed with. *Units*: prices quote, `trailing`
 * a share of price, `tick` the instrument's price tick.
 */
export interface StopTerms {
  readonly direction: Direction;
  readonly entryPrice: Decimal;
  readonly initialStop: Decimal;
  readonly trailing: Decimal;
  readonly tick: Decimal;
}

/** A stop as it is kept. *Units*: prices quote, `trailing` share. */
export interface TrailingStopState {
  readonly direction: Direction;
  readonly initial: Decimal;
  readonly trailing: Decimal;
  readonly tick: Decimal;
  readonly level: Decimal;
  readonly best: number;
}

/** Digits of the price at which the stop next moves; its rounding only ever makes us look once too often. */
const THRESHOLD_PLACES = 18;

/**
 * The stop of one position: the tighter of the plan's initial stop and the trailing stop, which follows the
 * best price from entry and only ever tightens. Levels lie on the tick grid, rounded away from the market,
 * which for prints on the grid triggers exactly as the unrounded level would. A trade costs two or three
 * comparisons of doubles; exact arithmetic runs only when the level moves.
 */
export class TrailingStop {
  readonly direction: Direction;
  readonly initial: Decimal;
  #trailing: Decimal;
  #keep: Decimal;
  readonly #tick: Decimal;
  readonly #sign: 1 | -1;
  #level: Decimal;
  // Prices times the sign of the direction, so that up is for us in both directions.
  #best: number;
  /** Where it fires, and where trailing is worth another tick: prices times the sign. */
  fireAt = 0;
  improveAt = 0;

  private constructor(
    direction: Direction,
    initial: Decimal,
    trailing: Decimal,
    tick: Decimal,
    best: number,
  ) {
    this.direction = direction;
    this.initial = initial;
    this.#trailing = trailing;
    this.#tick = tick;
    this.#sign = signOf(direction);
    this.#keep = keptAt(trailing, direction);
    this.#best = this.#sign * best;
    this.#level = initial;
    this.#rearm();
  }

  /** Returns the stop of a position just opened. */
  static arm(terms: StopTerms): TrailingStop {
    const { direction, tick } = terms;
    const initial = onGrid(terms.initialStop, tick, direction);
    const stop = new TrailingStop(direction, initial, terms.trailing, tick, terms.entryPrice.toNumber());
    stop.#raise(onGrid(terms.entryPrice.times(stop.#keep), tick, direction));
    return stop;
  }

  static restore(state: TrailingStopState): TrailingStop {
    const { direction, initial, trailing, tick, level, best } = state;
    const stop = new TrailingStop(direction, initial, trailing, tick, best);
    stop.#raise(level);
    return stop;
  }

  /** The level that stands now. *Units*: quote. */
  get level(): Decimal {
    return this.#level;
  }

  /** The best price since entry, on the tick grid. *Units*: quote. */
  get bestPrice(): Decimal {
    return Decimal.fromNumber(this.#sign * this.#best, this.#tick.scale);
  }

  /** True while the level is still the plan's own, not one that trailing brought. */
  get isInitial(): boolean {
    return this.#level.equals(this.initial);
  }

  /**
   * Returns what a trade at `price` did; it is held against
   * the level as it stood before it. *Units*: quote, above 0.
   */
  onPrice(price: number): StopVerdict {
    const signed = this.#sign * price;
    if (signed <= this.fireAt) return 'fired';
    if (signed <= this.#best) return 'held';
    this.#best = signed;
    if (signed < this.improveAt) return 'held';
    return this.#raise(onGrid(this.bestPrice.times(this.#keep), this.#tick, this.direction))
      ? 'moved'
      : 'held';
  }

  /**
   * Narrows the stop to `level` and returns true; returns
   * false, changing nothing, when that would not tighten it.
   */
  tighten(level: Decimal): boolean {
    return this.#raise(onGrid(level, this.#tick, this.direction));
  }

  /**
   * Trails at a narrower distance from here on, from the best price so far; returns false, changing nothing,
   * for one that isn't narrower. *Units*: share of price.
   */
  narrow(trailing: Decimal): boolean {
    if (!trailing.lessThan(this.#trailing)) return false;
    this.#trailing = trailing;
    this.#keep = keptAt(trailing, this.direction);
    // Where the initial stop is tighter still, it stays, and trailing begins earlier.
    if (!this.tighten(this.bestPrice.times(this.#keep))) this.#rearm();
    return true;
  }

  snapshot(): TrailingStopState {
    return {
      direction: this.direction,
      initial: this.initial,
      trailing: this.#trailing,
      tick: this.#tick,
      level: this.#level,
      best: this.#sign * this.#best,
    };
  }

  #raise(level: Decimal): boolean {
    const tighter = this.direction === 'long' ? level.greaterThan(this.#level) : level.lessThan(this.#level);
    if (!tighter) return false;
    this.#level = level;
    this.#rearm();
    return true;
  }

  /**
   * Works out the two prices to compare with: where the stop fires, and where trailing is worth another tick.
   */
  #rearm(): void {
    const long = this.direction === 'long';
    const next = long ? this.#level.plus(this.#tick) : this.#level.minus(this.#tick);
    this.fireAt = this.#sign * this.#level.toNumber();
    this.improveAt =
      this.#sign * next.dividedBy(this.#keep, THRESHOLD_PLACES, long ? 'down' : 'up').toNumber();
  }
}

/** What a stop leaves of the best price. */
function keptAt(trailing: Decimal, direction: Direction): Decimal {
  return direction === 'long' ? Decimal.one.minus(trailing) : Decimal.one.plus(trailing);
}

/**
 * Returns the price on the tick grid, away from the market; a
 * long's stop is at least one tick, or it could never fire.
 */
function onGrid(price: Decimal, tick: Decimal, direction: Direction): Decimal {
  if (direction === 'short') return price.toStep(tick, 'up');
  const level = price.toStep(tick, 'down');
  return level.lessThan(tick) ? tick : level;
}
