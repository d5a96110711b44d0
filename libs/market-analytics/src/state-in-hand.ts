import type {
  FairValueGap,
  MarketProfile,
  MarketState,
  Microstructure,
  OrderFlow,
  RuleSet,
  StructureReading,
  Zone,
} from '@algo/model';
import type { BarsInHand } from './bars-in-hand.ts';
import type { LiveState, LiveStructure } from './live-state.ts';

/**
 * A state whose parts are read when somebody looks at them, each list once: most states are passed over, and
 * reading them is most of what analytics costs. *Errors*: looking at a part for the first time after the
 * engine has gone on.
 */
export class StateInHand implements MarketState {
  readonly timeUs: MarketState['timeUs'];
  readonly trades: number;
  readonly #live: LiveState;
  #flow: readonly OrderFlow[] | null = null;
  #bars: readonly BarsInHand[] | null = null;
  #tape: Microstructure | null = null;
  #structures: readonly StructureReading[] | null = null;

  constructor(live: LiveState) {
    this.timeUs = live.tip.nowUs;
    this.trades = live.tip.trades;
    this.#live = live;
  }

  get instrument() {
    return this.#live.settings.instrument;
  }

  get features() {
    return this.#live.settings.features;
  }

  get price() {
    return this.stillAt('price').price;
  }

  get priceStep() {
    return this.stillAt('priceStep').priceStep;
  }

  get quantityStep() {
    return this.stillAt('quantityStep').quantityStep;
  }

  get complete() {
    return this.stillAt('complete').complete;
  }

  get cvd() {
    return this.stillAt('cvd').cvd;
  }

  get sinceUs() {
    return this.stillAt('sinceUs').sinceUs;
  }

  get flow() {
    this.#flow ??= this.stillAt('flow').flow();
    return this.#flow;
  }

  get bars() {
    this.#bars ??= this.stillAt('bars').bars();
    return this.#bars;
  }

  get microstructure() {
    this.#tape ??= this.stillAt('microstructure').micro.isKnown ? new TapeInHand(this) : null;
    return this.#tape;
  }

  get structures() {
    this.#structures ??= this.stillAt('structures').structures.map((one) => new StructureInHand(one, this));
    return this.#structures;
  }

  /** Returns the engine, which has not gone on. *Errors*: naming the part that was asked for when it has. */
  stillAt(part: string): LiveState {
    const { tip } = this.#live;
    if (tip.trades === this.trades && tip.nowUs === this.timeUs) return this.#live;
    throw new Error(`${this.instrument}: ${part} of an old state is asked for, at trade ${this.trades}`);
  }
}

/** What one set of rules has drawn, each part read when somebody looks at it. */
class StructureInHand implements StructureReading {
  readonly rules: RuleSet;
  readonly #live: LiveStructure;
  readonly #state: StateInHand;
  #zones: readonly Zone[] | null = null;
  #gaps: readonly FairValueGap[] | null = null;
  #profiles: readonly MarketProfile[] | null = null;

  constructor(live: LiveStructure, state: StateInHand) {
    this.rules = live.rules;
    this.#live = live;
    this.#state = state;
  }

  get zones() {
    this.#zones ??= this.#still('zones').zones();
    return this.#zones;
  }

  get gaps() {
    this.#gaps ??= this.#still('gaps').gaps();
    return this.#gaps;
  }

  get profiles() {
    this.#profiles ??= this.#still('profiles').profiles();
    return this.#profiles;
  }

  #still(part: string): LiveStructure {
    this.#state.stillAt(part);
    return this.#live;
  }
}

/** The tape's reading, each number worked out when somebody looks. */
class TapeInHand implements Microstructure {
  readonly signal: Microstructure['signal'];
  readonly #state: StateInHand;

  constructor(state: StateInHand) {
    this.signal = state.stillAt('signal').micro.signalAt(state.timeUs);
    this.#state = state;
  }

  get fastZ() {
    return this.#state.stillAt('fastZ').micro.fastZ;
  }

  get slowZ() {
    return this.#state.stillAt('slowZ').micro.slowZ;
  }

  get mid() {
    return this.#state.stillAt('mid').micro.lastMid;
  }

  get flipSpread() {
    return this.#state.stillAt('flipSpread').flipSpread();
  }
}
