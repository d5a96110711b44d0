import {
  changeOf,
  type MarketState,
  type MarketStateChanged,
  type MarketStateUpdated,
  type TimeUs,
  type ToldState,
  US_PER_SECOND,
} from '@algo/model';

/** A state is told whole once in each, so that whoever begins to read waits no longer. */
const WHOLE_EVERY_US = 60 * US_PER_SECOND;

/** Of an instrument: the state that readers have now, and when one was told whole. */
interface Telling extends ToldState {
  readonly wholeUs: TimeUs;
}

/** A state as it is told: whole, or by what changed. */
export type StateWord =
  | { readonly name: 'MarketStateUpdated'; readonly body: MarketStateUpdated }
  | { readonly name: 'MarketStateChanged'; readonly body: MarketStateChanged };

/**
 * How an instrument's states are told over the bus: by what changed since the one before, a fraction of
 * their bytes, and whole as a minute begins. What is told depends on the states alone, so that a life that
 * begins again says the same.
 */
export class StateTelling {
  #told: Telling | null;

  /** Goes on from what `saved` returned. */
  constructor(saved = 'null') {
    this.#told = JSON.parse(saved) as Telling | null;
  }

  /** Returns how the next state is told. *Shape*: `state` is kept, and must not change. */
  tell(state: MarketState): StateWord {
    const told = this.#told;
    if (told !== null && minuteOf(told.wholeUs) === minuteOf(state.timeUs)) {
      const number = told.number + 1;
      const change = changeOf(told.state, state, number);
      if (change !== null) {
        this.#told = { state, number, wholeUs: told.wholeUs };
        return { name: 'MarketStateChanged', body: change };
      }
    }
    this.#told = { state, number: 0, wholeUs: state.timeUs };
    return { name: 'MarketStateUpdated', body: { state, changesFollow: true } };
  }

  saved(): string {
    return JSON.stringify(this.#told);
  }
}

function minuteOf(timeUs: TimeUs): number {
  return Math.floor(timeUs / WHOLE_EVERY_US);
}
