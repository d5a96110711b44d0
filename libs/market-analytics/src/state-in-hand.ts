import {
  type FairValueGap,
  InputError,
  type InstrumentId,
  type MarketProfile,
  type MarketState,
  type Microstructure,
  type RuleSet,
  type StructureReading,
  type Zone,
} from '@algo/model';
import type { BarsInHand } from './bars-in-hand.ts';

/** What a state says of when it was, known without reading anything. */
export type StateHead = Omit<MarketState, 'flow' | 'bars' | 'microstructure' | 'structures'>;

/** Reads the parts of a state from an engine, as it stands. */
export interface StateReading {
  /** Whether the engine still stands where a state was taken. */
  isAt(head: StateHead): boolean;
  flow(): MarketState['flow'];
  bars(): readonly BarsInHand[];
  microstructure(): QuickReading | null;
  flipSpread(): number | null;
  structures(): readonly RulesReading[];
}

/** Reads what one set of rules has drawn. */
export interface RulesReading {
  readonly rules: RuleSet;
  zones(): readonly Zone[];
  gaps(): readonly FairValueGap[];
  profiles(): readonly MarketProfile[];
}

type QuickReading = Omit<Microstructure, 'flipSpread'>;
type Parts = { [Part in Exclude<keyof StateReading, 'isAt'>]: ReturnType<StateReading[Part]> };

/** *Errors*: InputError, always: a state was asked for before the first trade. */
export function refuseEmpty(instrument: InstrumentId): never {
  throw new InputError({
    field: 'state',
    value: instrument,
    because: 'no trade was seen yet',
    remedy: 'Ask after onStateDue.',
  });
}

/** Reads a state whole. */
export function readWhole(head: StateHead, reading: StateReading): MarketState {
  const tape = reading.microstructure();
  return {
    ...head,
    flow: reading.flow(),
    bars: reading.bars().map((bars) => bars.whole()),
    microstructure: tape && { ...tape, flipSpread: reading.flipSpread() },
    structures: reading.structures().map(({ rules, ...parts }) => ({
      ...{ rules, zones: parts.zones(), gaps: parts.gaps(), profiles: parts.profiles() },
    })),
  };
}

/**
 * A state whose parts are read when somebody looks at them, each once: most states are passed over, and
 * reading them is most of what analytics costs. *Errors*: looking at a part for the first time after the
 * engine has gone on.
 */
export class StateInHand implements MarketState {
  readonly instrument: MarketState['instrument'];
  readonly timeUs: MarketState['timeUs'];
  readonly price: number;
  readonly priceStep: number;
  readonly quantityStep: number;
  readonly features: readonly string[];
  readonly complete: boolean;
  readonly trades: number;
  readonly cvd: number;
  readonly sinceUs: MarketState['sinceUs'];
  readonly #reading: StateReading;
  readonly #read: Partial<Parts> = {};
  #tape: Microstructure | null = null;
  #structures: readonly StructureReading[] | null = null;

  constructor(head: StateHead, reading: StateReading) {
    this.instrument = head.instrument;
    this.timeUs = head.timeUs;
    this.price = head.price;
    this.priceStep = head.priceStep;
    this.quantityStep = head.quantityStep;
    this.features = head.features;
    this.complete = head.complete;
    this.trades = head.trades;
    this.cvd = head.cvd;
    this.sinceUs = head.sinceUs;
    this.#reading = reading;
  }

  get flow() {
    return this.#part('flow');
  }

  get bars() {
    return this.#part('bars');
  }

  get microstructure() {
    const quick = this.#part('microstructure');
    this.#tape ??= quick && new TapeInHand(quick, () => this.#part('flipSpread'));
    return this.#tape;
  }

  get structures() {
    this.#structures ??= this.#part('structures').map(
      (reading) => new StructureInHand(reading, (part) => this.#stillAt(`${reading.rules} ${part}`)),
    );
    return this.#structures;
  }

  #part<Part extends keyof Parts>(part: Part): Parts[Part] {
    let value: Parts[Part] | undefined = this.#read[part];
    if (value === undefined) {
      this.#stillAt(part);
      value = this.#reading[part]() as Parts[Part];
      this.#read[part] = value;
    }
    return value;
  }

  #stillAt(part: string): void {
    if (!this.#reading.isAt(this))
      throw new Error(`${this.instrument}: ${part} of an old state is asked for, at trade ${this.trades}`);
  }
}

/** What one set of rules has drawn, each part read when somebody looks at it. */
class StructureInHand implements StructureReading {
  readonly rules: RuleSet;
  readonly #reading: RulesReading;
  readonly #check: (part: string) => void;
  #zones: readonly Zone[] | null = null;
  #gaps: readonly FairValueGap[] | null = null;
  #profiles: readonly MarketProfile[] | null = null;

  constructor(reading: RulesReading, check: (part: string) => void) {
    this.rules = reading.rules;
    this.#reading = reading;
    this.#check = check;
  }

  get zones() {
    if (this.#zones === null) this.#check('zones');
    this.#zones ??= this.#reading.zones();
    return this.#zones;
  }

  get gaps() {
    if (this.#gaps === null) this.#check('gaps');
    this.#gaps ??= this.#reading.gaps();
    return this.#gaps;
  }

  get profiles() {
    if (this.#profiles === null) this.#check('profiles');
    this.#profiles ??= this.#reading.profiles();
    return this.#profiles;
  }
}

/** The tape's reading, with the spread worked out when somebody looks: it takes longer than all the rest. */
class TapeInHand implements Microstructure {
  readonly signal: Microstructure['signal'];
  readonly fastZ: number;
  readonly slowZ: number;
  readonly mid: number | null;
  readonly #spread: () => number | null;

  constructor({ signal, fastZ, slowZ, mid }: QuickReading, spread: () => number | null) {
    this.signal = signal;
    this.fastZ = fastZ;
    this.slowZ = slowZ;
    this.mid = mid;
    this.#spread = spread;
  }

  get flipSpread() {
    return this.#spread();
  }
}
