import type { Candle, Timeframe } from './candle.ts';
import type { InstrumentId, SignalId } from './ids.ts';
import type { RuleSet } from './rule-set.ts';
import type { Direction } from './side.ts';
import type { TimeUs } from './time.ts';
import type { FairValueGap, Zone } from './zone.ts';

/** The order-flow windows, shortest first. */
export const FLOW_WINDOWS = ['15s', '1m', '5m', '15m'] as const;
export type FlowWindow = (typeof FLOW_WINDOWS)[number];

/**
 * Taker flow over one sliding window: trades from `t − window` on, that one included, that are known at t.
 * *Units*: volumes base.
 */
export interface OrderFlow {
  readonly window: FlowWindow;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly buyTrades: number;
  readonly sellTrades: number;
}

/** Returns buy ÷ sell volume: infinite without sells, 1 when nothing traded. */
export function imbalanceOf(flow: Pick<OrderFlow, 'buyVolume' | 'sellVolume'>): number {
  const { buyVolume, sellVolume } = flow;
  return buyVolume === 0 && sellVolume === 0 ? 1 : buyVolume / sellVolume;
}

/** The last closed bar of a timeframe. *Units*: prices quote, volume base. */
export type ClosedBar = Pick<Candle, 'openTimeUs' | 'open' | 'high' | 'low' | 'close' | 'volume'>;

/**
 * What the closed bars of one timeframe say. *Shape*: `values` one for each name in the state's `features`,
 * null until enough bars have closed: *not available*, never a guess; `last` null before a bar has closed.
 */
export interface BarReading {
  readonly timeframe: Timeframe;
  /** Closed so far. */
  readonly bars: number;
  readonly last: ClosedBar | null;
  readonly values: readonly (number | null)[];
}

/** What bars say whose values are worked out when somebody looks: one alone costs less than all. */
export interface BarReadingInHand extends BarReading {
  valueAt(index: number): number | null;
}

/** The directional reading of the tape. *Source*: reference analytics §3.7. */
export interface Microstructure {
  readonly signal: 'bullish' | 'bearish' | 'neutral';
  readonly fastZ: number;
  readonly slowZ: number;
  /** Proxy mid from the last taker buy and sell prices; null before both were seen. */
  readonly mid: number | null;
  /** Median jump between successive opposite orders; null before enough were seen. */
  readonly flipSpread: number | null;
}

/** What a profile looks back over: a session, or the last minutes. */
export const PROFILE_SCOPES = ['session', 'previous-session', '1m', '5m', '15m', '60m'] as const;
export type ProfileScope = (typeof PROFILE_SCOPES)[number];

/** Where volume traded. *Units*: prices quote, volume base. */
export interface MarketProfile {
  readonly scope: ProfileScope;
  readonly poc: number;
  /** Runner-up peak's volume ÷ POC volume; above 0.9 the POC is ambiguous. Null: the rules name none. */
  readonly pocRunnerUp: number | null;
  /** Null: the rules find no value area, such as where one price holds more than its share. */
  readonly valueArea: ValueArea | null;
  readonly volume: number;
}

/** The prices between which the given share of the volume traded. *Units*: quote. */
export interface ValueArea {
  readonly low: number;
  readonly high: number;
}

/**
 * What one set of rules has drawn. *Shape*: `zones` and `gaps` are the nearest ones only, of each timeframe
 * and kind those that an entry, a level or a target can choose; each one's whole life is told by events.
 */
export interface StructureReading {
  readonly rules: RuleSet;
  readonly zones: readonly Zone[];
  readonly gaps: readonly FairValueGap[];
  readonly profiles: readonly MarketProfile[];
}

/**
 * Everything a strategy may read of one instrument at one moment. Null is *not available*.
 * *Shape*: `flow` in order of FLOW_WINDOWS, `bars` one for each timeframe, `structures` one for each set of
 * rules that is computed.
 */
export interface MarketState {
  readonly instrument: InstrumentId;
  readonly timeUs: TimeUs;
  readonly price: number;
  /** The grid that prices and quantities are whole numbers of: rules compare on it. *Units*: quote; base. */
  readonly priceStep: number;
  readonly quantityStep: number;
  /** False while the feed has an open gap that touches the windows below. */
  readonly complete: boolean;
  readonly trades: number;
  /** Cumulative volume delta since 00:00 UTC. *Units*: base. */
  readonly cvd: number;
  readonly flow: readonly OrderFlow[];
  /** The names of the features that are computed, in the order of each `values`. */
  readonly features: readonly string[];
  readonly bars: readonly BarReading[];
  readonly microstructure: Microstructure | null;
  readonly structures: readonly StructureReading[];
  /**
   * From when on trades were seen, where bars of somebody else warmed the indicators up: `cvd`, profiles,
   * robust zones and gaps know nothing from before; classic ones are drawn on those bars too. Null: all is
   * made of the same trades. *Units*: event time.
   */
  readonly sinceUs: TimeUs | null;
}

/** Returns a state with everything in it read, to be kept. */
export function plainState(state: MarketState): MarketState {
  const { instrument, timeUs, price, priceStep, quantityStep, complete, trades, cvd, features } = state;
  return {
    ...{ instrument, timeUs, price, priceStep, quantityStep, complete, trades, cvd },
    flow: state.flow.map(plainFlow),
    features,
    bars: state.bars.map(plainBars),
    microstructure: state.microstructure && plainTape(state.microstructure),
    structures: state.structures.map(plainStructure),
    sinceUs: state.sinceUs,
  };
}

function plainFlow({ window, buyVolume, sellVolume, buyTrades, sellTrades }: OrderFlow): OrderFlow {
  return { window, buyVolume, sellVolume, buyTrades, sellTrades };
}

function plainStructure({ rules, zones, gaps, profiles }: StructureReading): StructureReading {
  return { rules, zones, gaps, profiles: profiles.map(plainProfile) };
}

/** Return a part of a state with everything in it read, to be kept. */
export function plainBars({ timeframe, bars, last, values }: BarReading): BarReading {
  return { timeframe, bars, last, values };
}

export function plainTape({ signal, fastZ, slowZ, mid, flipSpread }: Microstructure): Microstructure {
  return { signal, fastZ, slowZ, mid, flipSpread };
}

export function plainProfile(profile: MarketProfile): MarketProfile {
  const { scope, poc, pocRunnerUp, valueArea, volume } = profile;
  return { scope, poc, pocRunnerUp, valueArea, volume };
}

/** Returns what the bars of a timeframe say of a feature; null when not available or not computed. */
export function featureOf(state: MarketState, timeframe: Timeframe, name: string): number | null {
  const { features } = state;
  let index = 0; // no indexOf: it costs more than all else here
  while (index < features.length && features[index] !== name) index++;
  const bars = barsOf(state, timeframe);
  if (index === features.length || bars === undefined) return null;
  return isInHand(bars) ? bars.valueAt(index) : (bars.values[index] ?? null);
}

function isInHand(bars: BarReading): bars is BarReadingInHand {
  return 'valueAt' in bars;
}

/** Returns what the closed bars of a timeframe say; undefined for a timeframe that is not computed. */
export function barsOf(state: MarketState, timeframe: Timeframe): BarReading | undefined {
  const { bars } = state;
  let index = 0; // no `for … of` here either
  while (index < bars.length && bars[index]!.timeframe !== timeframe) index++;
  return bars[index];
}

/** Returns what a set of rules has drawn; undefined when it is not computed. */
export function structureOf(state: MarketState, rules: RuleSet): StructureReading | undefined {
  for (const structure of state.structures) if (structure.rules === rules) return structure;
  return undefined;
}

/** Both primary analysers (order flow and microstructure) agree; carries the state that they read. */
export interface Signal {
  readonly id: SignalId;
  readonly direction: Direction;
  readonly state: MarketState;
}
