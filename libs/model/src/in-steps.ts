import { Grid } from './grid.ts';
import type { TimeUs } from './time.ts';

/** Stands for a number that is no whole number of steps, or too many of them: the next of `exact`. */
const NO_STEPS = Number.MAX_SAFE_INTEGER;

/** What the numbers of a state are whole steps of, and before what its times were. */
interface Measures {
  readonly priceStep: number;
  readonly quantityStep: number;
  readonly timeUs: TimeUs;
}

/** Takes the numbers of a state into whole steps, and keeps those that are none. */
export class IntoSteps {
  readonly #price: Grid;
  readonly #quantity: Grid;
  #timeUs: TimeUs;
  #exact: number[] = [];

  constructor({ priceStep, quantityStep, timeUs }: Measures) {
    this.#price = new Grid(priceStep, 'priceStep');
    this.#quantity = new Grid(quantityStep, 'quantityStep');
    this.#timeUs = timeUs;
  }

  /** Begins with another state of the same steps. */
  begin(timeUs: TimeUs): void {
    this.#timeUs = timeUs;
    if (this.#exact.length > 0) this.#exact = [];
  }

  /** The numbers that were no whole steps, in their order. */
  get exact(): readonly number[] {
    return this.#exact;
  }

  price(value: number): number {
    return this.#of(value, this.#price);
  }

  quantity(value: number): number {
    return this.#of(value, this.#quantity);
  }

  /** Returns how long before the state a time was. */
  ago(atUs: TimeUs): number {
    const ago = this.#timeUs - atUs;
    return ago >= 0 && ago < NO_STEPS - 1 && this.#timeUs - ago === atUs ? ago : this.#no(atUs);
  }

  /** Returns that and 1 more; 0 for what never was. */
  agoOrNever(atUs: TimeUs): number {
    if (atUs === 0) return 0;
    const ago = this.ago(atUs);
    return ago === NO_STEPS ? NO_STEPS : ago + 1;
  }

  #of(value: number, grid: Grid): number {
    const steps = grid.toSteps(value);
    return steps >= 0 && steps < NO_STEPS && Object.is(grid.toValue(steps), value) ? steps : this.#no(value);
  }

  #no(value: number): number {
    this.#exact.push(value);
    return NO_STEPS;
  }
}

/** Takes whole steps back into the numbers that they were. */
export class OutOfSteps {
  readonly #price: Grid;
  readonly #quantity: Grid;
  readonly #timeUs: TimeUs;
  readonly #exact: readonly number[];
  /** How many of `exact` were asked for. */
  #taken = 0;

  constructor({ priceStep, quantityStep, timeUs }: Measures, exact: readonly number[]) {
    this.#price = new Grid(priceStep, 'priceStep');
    this.#quantity = new Grid(quantityStep, 'quantityStep');
    this.#timeUs = timeUs;
    this.#exact = exact;
  }

  /** Whether just as many of `exact` were asked for as there are. */
  get isOver(): boolean {
    return this.#taken === this.#exact.length;
  }

  price(steps: number): number {
    return steps === NO_STEPS ? this.#next() : this.#price.toValue(steps);
  }

  quantity(steps: number): number {
    return steps === NO_STEPS ? this.#next() : this.#quantity.toValue(steps);
  }

  at(ago: number): TimeUs {
    return ago === NO_STEPS ? this.#next() : this.#timeUs - ago;
  }

  atOrNever(ago: number): TimeUs {
    return ago === 0 ? 0 : ago === NO_STEPS ? this.#next() : this.#timeUs + 1 - ago;
  }

  #next(): number {
    return this.#exact[this.#taken++] ?? 0;
  }
}
