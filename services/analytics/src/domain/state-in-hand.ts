import type { MarketState, Microstructure } from '@algo/model';

/** What a state says of when it was, known without reading anything. */
export type StateHead = Pick<MarketState, 'instrument' | 'timeUs' | 'price' | 'complete' | 'trades' | 'cvd'>;

/** Reads the parts of a state from an engine as it stands. */
export interface StateReading {
  /** Whether the engine still stands where it was at so many trades and this time. */
  isAt(head: StateHead): boolean;
  flow(): MarketState['flow'];
  regimes(): MarketState['regimes'];
  microstructure(): Omit<Microstructure, 'flipSpread'> | null;
  flipSpread(): number | null;
  session(): MarketState['session'];
  previousSession(): MarketState['previousSession'];
  structure(): Pick<MarketState, 'zones' | 'gaps' | 'bounce'>;
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
  readonly complete: boolean;
  readonly trades: number;
  readonly cvd: number;
  readonly #reading: StateReading;
  #flow: MarketState['flow'] | undefined;
  #regimes: MarketState['regimes'] | undefined;
  #microstructure: MarketState['microstructure'] | undefined;
  #session: MarketState['session'] | undefined;
  #previousSession: MarketState['previousSession'] | undefined;
  #structure: ReturnType<StateReading['structure']> | undefined;

  constructor(head: StateHead, reading: StateReading) {
    this.instrument = head.instrument;
    this.timeUs = head.timeUs;
    this.price = head.price;
    this.complete = head.complete;
    this.trades = head.trades;
    this.cvd = head.cvd;
    this.#reading = reading;
  }

  get flow(): MarketState['flow'] {
    this.#flow ??= this.#now().flow();
    return this.#flow;
  }

  get regimes(): MarketState['regimes'] {
    this.#regimes ??= this.#now().regimes();
    return this.#regimes;
  }

  get microstructure(): MarketState['microstructure'] {
    if (this.#microstructure === undefined) {
      const read = this.#now().microstructure();
      this.#microstructure = read && new MicrostructureInHand(read, () => this.#now().flipSpread());
    }
    return this.#microstructure;
  }

  get session(): MarketState['session'] {
    if (this.#session === undefined) this.#session = this.#now().session();
    return this.#session;
  }

  get previousSession(): MarketState['previousSession'] {
    if (this.#previousSession === undefined) this.#previousSession = this.#now().previousSession();
    return this.#previousSession;
  }

  get zones(): MarketState['zones'] {
    return this.#drawn().zones;
  }

  get gaps(): MarketState['gaps'] {
    return this.#drawn().gaps;
  }

  get bounce(): MarketState['bounce'] {
    return this.#drawn().bounce;
  }

  #drawn(): ReturnType<StateReading['structure']> {
    this.#structure ??= this.#now().structure();
    return this.#structure;
  }

  #now(): StateReading {
    if (!this.#reading.isAt(this))
      throw new Error(`${this.instrument}: a part of an old state is asked for, at trade ${this.trades}`);
    return this.#reading;
  }
}

class MicrostructureInHand implements Microstructure {
  readonly signal: Microstructure['signal'];
  readonly fastZ: number;
  readonly slowZ: number;
  readonly mid: number | null;
  readonly #readFlipSpread: () => number | null;
  #flipSpread: number | null | undefined;

  constructor(read: Omit<Microstructure, 'flipSpread'>, readFlipSpread: () => number | null) {
    this.signal = read.signal;
    this.fastZ = read.fastZ;
    this.slowZ = read.slowZ;
    this.mid = read.mid;
    this.#readFlipSpread = readFlipSpread;
  }

  get flipSpread(): number | null {
    if (this.#flipSpread === undefined) this.#flipSpread = this.#readFlipSpread();
    return this.#flipSpread;
  }
}
