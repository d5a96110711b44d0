import {
  FLOW_WINDOWS,
  type MarketState,
  type Microstructure,
  type OrderFlow,
  RECORD_COMPLETE,
  RECORD_CVD,
  RECORD_FAST_Z,
  RECORD_FLIP_SPREAD,
  RECORD_FLOW,
  RECORD_MID,
  RECORD_PRICE,
  RECORD_SIGNAL,
  RECORD_SLOW_Z,
  RECORD_TIME_US,
  RECORD_TRADES,
  type Recorded,
  type StructureReading,
  TAPE_SIGNALS,
  type TimeUs,
} from '@algo/model';
import type { ClosedBars } from './closed-bars.ts';
import type { Completeness } from './completeness.ts';
import { BOUGHT, type FlowWindows, HELD, SOLD, TRADES_BOUGHT, TRADES_SOLD } from './flow-windows.ts';
import type { MicrostructureReading } from './microstructure.ts';
import type { Resolution } from './resolution.ts';
import type { Rules } from './rules.ts';
import type { SessionCvd } from './session-cvd.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { TapeTip } from './tape-tip.ts';
import type { TradeRing } from './trade-ring.ts';

/** What of an engine a state is read from. */
export interface Live {
  readonly settings: AnalyticsSettings;
  readonly tip: TapeTip;
  readonly resolution: Resolution;
  readonly flow: FlowWindows;
  readonly ring: TradeRing;
  readonly sessions: SessionCvd;
  readonly bars: ClosedBars;
  readonly micro: MicrostructureReading;
  readonly completeness: Completeness;
  readonly clock: { readonly sinceUs: TimeUs };
}

/**
 * A state whose numbers are read from the engine itself when somebody looks at them: most are passed over,
 * and objects for each would cost more than all else. *Errors*: looking at a number after the engine has gone
 * on. *Shape*: to be let go of by then: its object is that of another state some states later.
 */
export class StateInHand implements MarketState, Recorded {
  readonly instrument: MarketState['instrument'];
  readonly features: MarketState['features'];
  readonly flow: readonly OrderFlow[];
  readonly structures: readonly StructureReading[];
  readonly #tape: Microstructure;
  readonly #live: Live;
  #timeUs: TimeUs = 0;
  #trades = 0;
  #turn = -1;

  constructor(live: Live) {
    this.#live = live;
    this.instrument = live.settings.instrument;
    this.features = live.settings.features;
    this.flow = FLOW_WINDOWS.map((window) => new WindowInHand(this, window, live.flow));
    this.structures = live.bars.rules.map((rules) => new StructureInHand(this, rules));
    this.#tape = new TapeInHand(this);
  }

  /** Is the state as the engine is now. */
  begin(): this {
    const { nowUs, trades, turn } = this.#live.tip;
    this.#timeUs = nowUs;
    this.#trades = trades;
    this.#turn = turn;
    return this;
  }

  get timeUs() {
    return this.#timeUs;
  }

  get trades() {
    return this.#trades;
  }

  /** Of the tape, when the state was taken. */
  get turn() {
    return this.#turn;
  }

  get price() {
    const { resolution, tip } = this.stillAt('price');
    return resolution.price.toValue(tip.price);
  }

  get priceStep() {
    return this.stillAt('priceStep').resolution.price.step;
  }

  get quantityStep() {
    return this.stillAt('quantityStep').resolution.quantity.step;
  }

  get complete() {
    const { completeness, ring, tip } = this.stillAt('complete');
    return completeness.isWholeAt(tip.nowUs, ring.droppedUs);
  }

  get cvd() {
    const { resolution, sessions } = this.stillAt('cvd');
    return resolution.quantity.toValue(sessions.session);
  }

  get sinceUs() {
    const { sinceUs } = this.stillAt('sinceUs').clock;
    return sinceUs === 0 ? null : sinceUs;
  }

  get bars() {
    return this.stillAt('bars').bars.readings();
  }

  get microstructure() {
    return this.stillAt('microstructure').micro.isKnown ? this.#tape : null;
  }

  record(to: Float64Array): void {
    const { completeness, flow, micro, resolution, ring, sessions, tip } = this.stillAt('record');
    to[RECORD_TIME_US] = tip.nowUs;
    to[RECORD_PRICE] = tip.price;
    to[RECORD_COMPLETE] = completeness.isWholeAt(tip.nowUs, ring.droppedUs) ? 1 : 0;
    to[RECORD_TRADES] = tip.trades;
    to[RECORD_CVD] = resolution.quantity.toValue(sessions.session);
    flow.record(tip, to, RECORD_FLOW);
    if (!micro.isKnown) {
      to[RECORD_SIGNAL] = 0;
      return;
    }
    to[RECORD_SIGNAL] = TAPE_SIGNALS.indexOf(micro.signalAt(tip.nowUs)) + 1;
    to[RECORD_FAST_Z] = micro.fastZ;
    to[RECORD_SLOW_Z] = micro.slowZ;
    to[RECORD_MID] = micro.lastMid ?? Number.NaN;
    to[RECORD_FLIP_SPREAD] = micro.flipSpread(resolution.price) ?? Number.NaN;
  }

  /** Returns the engine, which has not gone on. *Errors*: naming the part that was asked for when it has. */
  stillAt(part: string): Live {
    if (this.#live.tip.turn !== this.#turn) this.#refuse(part);
    return this.#live;
  }

  #refuse(part: string): never {
    throw new Error(`${this.instrument}: ${part} of an old state is asked for, at trade ${this.#trades}`);
  }
}

/** One of the windows; all are read when somebody looks at one. */
class WindowInHand implements OrderFlow {
  readonly window: OrderFlow['window'];
  readonly #state: StateInHand;
  readonly #flow: FlowWindows;
  /** Where the window's parts begin. */
  readonly #at: number;

  constructor(state: StateInHand, window: OrderFlow['window'], flow: FlowWindows) {
    this.#state = state;
    this.window = window;
    this.#flow = flow;
    this.#at = FLOW_WINDOWS.indexOf(window) * HELD;
  }

  get buyVolume() {
    if (this.#flow.turn !== this.#state.turn) this.#read('buyVolume');
    return this.#flow.held[this.#at + BOUGHT]!;
  }

  get sellVolume() {
    if (this.#flow.turn !== this.#state.turn) this.#read('sellVolume');
    return this.#flow.held[this.#at + SOLD]!;
  }

  get buyTrades() {
    if (this.#flow.turn !== this.#state.turn) this.#read('buyTrades');
    return this.#flow.held[this.#at + TRADES_BOUGHT]!;
  }

  get sellTrades() {
    if (this.#flow.turn !== this.#state.turn) this.#read('sellTrades');
    return this.#flow.held[this.#at + TRADES_SOLD]!;
  }

  #read(part: string): void {
    const { flow, resolution, tip } = this.#state.stillAt(part);
    flow.read(tip, resolution.quantity);
  }
}

/** What one set of rules has drawn, each part read when somebody looks at it. */
class StructureInHand implements StructureReading {
  readonly rules: StructureReading['rules'];
  readonly #state: StateInHand;
  readonly #drawn: Rules;

  constructor(state: StateInHand, drawn: Rules) {
    this.#state = state;
    this.rules = drawn.name;
    this.#drawn = drawn;
  }

  get zones() {
    return this.#drawn.zones(this.#state.stillAt('zones').tip);
  }

  get gaps() {
    return this.#drawn.gaps(this.#state.stillAt('gaps').tip);
  }

  get profiles() {
    return this.#drawn.profiles(this.#state.stillAt('profiles').tip);
  }
}

/** The tape's reading, each number worked out when somebody looks. */
class TapeInHand implements Microstructure {
  readonly #state: StateInHand;

  constructor(state: StateInHand) {
    this.#state = state;
  }

  get signal() {
    return this.#state.stillAt('signal').micro.signalAt(this.#state.timeUs);
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
    const { micro, resolution } = this.#state.stillAt('flipSpread');
    return micro.flipSpread(resolution.price);
  }
}
