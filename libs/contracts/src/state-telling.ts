import {
  type MarketState,
  type MarketStateChanged,
  type MarketStateUpdated,
  plainState,
  type TimeUs,
  US_PER_SECOND,
} from '@algo/model';
import { StateChanges } from './state-changes.ts';

/** A state is told whole once in each, so that whoever begins to read waits no longer. */
const WHOLE_EVERY_US = 60 * US_PER_SECOND;

/** A state as it is told: whole, or by what changed. */
export type StateWord =
  | { readonly name: 'MarketStateUpdated'; readonly body: MarketStateUpdated }
  | { readonly name: 'MarketStateChanged'; readonly body: MarketStateChanged };

/** Returns how the states of an instrument are told, behind what was told when it was saved. */
export type TellsStates = (saved?: string) => StateTelling;

/** *Shape*: plain data. */
interface Saved {
  readonly changes: string;
  readonly number: number;
  readonly wholeUs: TimeUs;
}

/**
 * How an instrument's states are told over the bus: by what changed since the one before, a fraction of
 * their bytes, and whole as a minute begins. What is told depends on the states alone, so that a life that
 * begins again says the same.
 */
export class StateTelling {
  /** Of the state that readers have now; null before the first. */
  #changes: StateChanges | null = null;
  #number = 0;
  /** When one was told whole. */
  #wholeUs: TimeUs = 0;

  /** Goes on from what `saved` returned. */
  constructor(saved = 'null') {
    const before = JSON.parse(saved) as Saved | null;
    if (before === null) return;
    this.#changes = new StateChanges(before.changes);
    this.#number = before.number;
    this.#wholeUs = before.wholeUs;
  }

  /** Returns how the next state is told. *Shape*: the word is to be kept, the state may be in hand. */
  tell(state: MarketState): StateWord {
    if (this.#changes !== null && minuteOf(this.#wholeUs) === minuteOf(state.timeUs)) {
      const body = this.#changes.to(state, this.#number + 1);
      this.#number++;
      if (body !== null) return { name: 'MarketStateChanged', body };
    }
    const whole = plainState(state);
    if (this.#changes === null) this.#changes = new StateChanges(whole);
    else this.#changes.begin(whole);
    this.#number = 0;
    this.#wholeUs = state.timeUs;
    return { name: 'MarketStateUpdated', body: { state: whole, changesFollow: true } };
  }

  saved(): string {
    const [number, wholeUs] = [this.#number, this.#wholeUs];
    const saved = this.#changes && { changes: this.#changes.saved(), number, wholeUs };
    return JSON.stringify(saved satisfies Saved | null);
  }
}

/** Tells them as the bus carries them. */
export const tellStates: TellsStates = (saved) => new StateTelling(saved);

function minuteOf(timeUs: TimeUs): number {
  return Math.floor(timeUs / WHOLE_EVERY_US);
}
