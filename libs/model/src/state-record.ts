import type { IntoSteps } from './in-steps.ts';
import { FLOW_WINDOWS, type MarketProfile, type MarketState, type Microstructure } from './market-state.ts';

/**
 * Where the numbers of a state stand in a record of them, which is filled at once and without an object.
 * *Units*: price and volumes of `flow` in whole steps, in the order of `MarketStateChanged`.
 */
export const RECORD_TIME_US = 0;
export const RECORD_PRICE = 1;
/** 1 or 0. */
export const RECORD_COMPLETE = 2;
export const RECORD_TRADES = 3;
export const RECORD_FLOW = 4;
export const RECORD_FLOW_END = 20;
export const RECORD_CVD = 20;
/** Place in TAPE_SIGNALS, from 1; 0 where the tape isn't read. */
export const RECORD_SIGNAL = 21;
export const RECORD_FAST_Z = 22;
export const RECORD_SLOW_Z = 23;
/** NaN where there is none. */
export const RECORD_MID = 24;
export const RECORD_FLIP_SPREAD = 25;
export const RECORD_LENGTH = 26;
export const TAPE_SIGNALS: readonly Microstructure['signal'][] = ['bullish', 'bearish', 'neutral'];

/** Where the numbers of a profile stand in a record. *Units*: whole steps; `low` NaN: there is no area. */
export const PROFILE_POC = 0;
export const PROFILE_LOW = 1;
export const PROFILE_HIGH = 2;
export const PROFILE_VOLUME = 3;
export const PROFILE_LENGTH = 4;

/** A state, or a profile, that fills a record from where its numbers are. */
export interface Recorded {
  record(to: Float64Array): void;
}

/** Fills the record of a state; returns whether its windows are those that there are. */
export function recordState(state: MarketState, into: IntoSteps, to: Float64Array): boolean {
  if (isRecorded(state)) {
    state.record(to);
    return true;
  }
  const { flow, microstructure: tape } = state;
  to[RECORD_TIME_US] = state.timeUs;
  to[RECORD_PRICE] = into.price(state.price);
  to[RECORD_COMPLETE] = state.complete ? 1 : 0;
  to[RECORD_TRADES] = state.trades;
  to[RECORD_CVD] = state.cvd;
  to[RECORD_SIGNAL] = tape === null ? 0 : TAPE_SIGNALS.indexOf(tape.signal) + 1;
  to[RECORD_FAST_Z] = tape?.fastZ ?? 0;
  to[RECORD_SLOW_Z] = tape?.slowZ ?? 0;
  to[RECORD_MID] = tape?.mid ?? Number.NaN;
  to[RECORD_FLIP_SPREAD] = tape?.flipSpread ?? Number.NaN;
  if (flow.length !== FLOW_WINDOWS.length) return false;
  for (const [i, { window, buyVolume, sellVolume, buyTrades, sellTrades }] of flow.entries()) {
    if (window !== FLOW_WINDOWS[i]) return false;
    const numbers = [into.quantity(buyVolume), into.quantity(sellVolume), buyTrades, sellTrades];
    to.set(numbers, RECORD_FLOW + i * numbers.length);
  }
  return true;
}

/** Fills the record of a profile. */
export function recordProfile(profile: MarketProfile, into: IntoSteps, to: Float64Array): void {
  if (isRecorded(profile)) {
    profile.record(to);
    return;
  }
  const poc = into.price(profile.poc);
  const { valueArea } = profile;
  const low = valueArea === null ? Number.NaN : into.price(valueArea.low);
  const high = valueArea === null ? Number.NaN : into.price(valueArea.high);
  fillProfile(to, poc, low, high, into.quantity(profile.volume));
}

/** Fills the record of a profile; `low` is NaN where there is no area. *Units*: whole steps. */
export function fillProfile(to: Float64Array, poc: number, low: number, high: number, volume: number): void {
  to[PROFILE_POC] = poc;
  to[PROFILE_LOW] = low;
  to[PROFILE_HIGH] = high;
  to[PROFILE_VOLUME] = volume;
}

function isRecorded<Item extends object>(item: Item): item is Item & Recorded {
  return (item as Partial<Recorded>).record !== undefined;
}
