import type { InstrumentId } from './ids.ts';
import { IntoSteps, OutOfSteps } from './in-steps.ts';
import {
  type BarReading,
  FLOW_WINDOWS,
  type MarketProfile,
  type MarketState,
  type OrderFlow,
  type StructureReading,
} from './market-state.ts';
import type { RuleSet } from './rule-set.ts';
import {
  type FeatureName,
  type GapColumns,
  NUMBERED_FEATURES,
  type SteppedBars,
  type SteppedProfile,
  type SteppedState,
  type SteppedStructure,
  type ZoneColumns,
} from './stepped-state.ts';
import type { FairValueGap, Zone } from './zone.ts';

/** Numbers of a window in `flow`. */
export const FLOW_NUMBERS = 4;
const NUMBERED: ReadonlySet<string> = new Set(NUMBERED_FEATURES);

/** Returns a state as it travels; null for one with other windows, which none has. */
export function steppedState(state: MarketState): SteppedState | null {
  const { instrument, timeUs, priceStep, quantityStep, complete, trades, cvd, microstructure } = state;
  const { features: names, sinceUs } = state;
  if (!(priceStep > 0 && quantityStep > 0)) return null;
  const into = new IntoSteps(state);
  const priceSteps = into.price(state.price);
  const flow = steppedFlow(state.flow, into);
  if (flow === null) return null;
  const features = names.map((name) => (NUMBERED.has(name) ? (name as FeatureName) : 'other'));
  return {
    ...{ instrument, timeUs, priceSteps, priceStep, quantityStep, complete, trades, cvd, flow, features },
    otherFeatures: names.filter((name) => !NUMBERED.has(name)),
    bars: state.bars.map((bars) => steppedBars(bars, into)),
    microstructure,
    structures: state.structures.map((structure) => steppedStructure(structure, into)),
    ...{ sinceUs, exact: into.exact },
  };
}

/** Returns the state that travelled so; null where nothing says this. */
export function stateOf(stepped: SteppedState): MarketState | null {
  const { instrument, timeUs, priceStep, quantityStep, complete, trades, cvd, microstructure } = stepped;
  if (!(priceStep > 0 && quantityStep > 0)) return null;
  const out = new OutOfSteps(stepped, stepped.exact);
  const price = out.price(stepped.priceSteps);
  const flow = flowOf(stepped.flow, out);
  const features = featuresOf(stepped);
  if (flow === null || features === null) return null;
  const bars = stepped.bars.map((reading) => barsOfSteps(reading, out));
  const structures: StructureReading[] = [];
  for (const structure of stepped.structures) {
    const { rules } = structure;
    const zones = zonesOf(structure.zones, instrument, rules, out);
    const gaps = gapsOf(structure.gaps, instrument, rules, out);
    if (zones === null || gaps === null) return null;
    structures.push({ rules, zones, gaps, profiles: structure.profiles.map((each) => profileOf(each, out)) });
  }
  if (!out.isOver) return null;
  return {
    ...{ instrument, timeUs, price, priceStep, quantityStep, complete, trades, cvd, flow, features, bars },
    ...{ microstructure, structures, sinceUs: stepped.sinceUs },
  };
}

/** Returns what the windows hold, one after the other; null for other windows. */
export function steppedFlow(flow: readonly OrderFlow[], into: IntoSteps): readonly number[] | null {
  const numbers: number[] = [];
  for (let i = 0; i < flow.length; i++) {
    const { window, buyVolume, sellVolume, buyTrades, sellTrades } = flow[i]!;
    if (window !== FLOW_WINDOWS[i]) return null;
    numbers.push(into.quantity(buyVolume), into.quantity(sellVolume), buyTrades, sellTrades);
  }
  return numbers;
}

export function flowOf(numbers: readonly number[], out: OutOfSteps): readonly OrderFlow[] | null {
  const windows = numbers.length / FLOW_NUMBERS;
  if (!Number.isInteger(windows) || windows > FLOW_WINDOWS.length) return null;
  return FLOW_WINDOWS.slice(0, windows).map((window, i) => {
    const [bought, sold, buyTrades, sellTrades] = numbers.slice(i * FLOW_NUMBERS);
    const [buyVolume, sellVolume] = [out.quantity(bought!), out.quantity(sold!)];
    return { window, buyVolume, sellVolume, buyTrades: buyTrades!, sellTrades: sellTrades! };
  });
}

export function steppedBars({ timeframe, bars, last, values }: BarReading, into: IntoSteps): SteppedBars {
  return {
    ...{ timeframe, bars },
    last: last && {
      openAgoUs: into.ago(last.openTimeUs),
      open: into.price(last.open),
      high: into.price(last.high),
      low: into.price(last.low),
      close: into.price(last.close),
      volume: into.quantity(last.volume),
    },
    values,
  };
}

export function barsOfSteps({ timeframe, bars, last, values }: SteppedBars, out: OutOfSteps): BarReading {
  return {
    ...{ timeframe, bars },
    last: last && {
      openTimeUs: out.at(last.openAgoUs),
      open: out.price(last.open),
      high: out.price(last.high),
      low: out.price(last.low),
      close: out.price(last.close),
      volume: out.quantity(last.volume),
    },
    values,
  };
}

export function steppedProfile(profile: MarketProfile, into: IntoSteps): SteppedProfile {
  const { scope, pocRunnerUp, valueArea } = profile;
  const poc = into.price(profile.poc);
  const areaLow = valueArea && into.price(valueArea.low);
  const areaHigh = valueArea && into.price(valueArea.high);
  return { scope, poc, pocRunnerUp, areaLow, areaHigh, volume: into.quantity(profile.volume) };
}

export function profileOf(profile: SteppedProfile, out: OutOfSteps): MarketProfile {
  const { scope, pocRunnerUp, areaLow, areaHigh } = profile;
  const poc = out.price(profile.poc);
  const hasArea = areaLow !== null && areaHigh !== null;
  const valueArea = hasArea ? { low: out.price(areaLow), high: out.price(areaHigh) } : null;
  return { scope, poc, pocRunnerUp, valueArea, volume: out.quantity(profile.volume) };
}

function steppedStructure({ rules, zones, gaps, profiles }: StructureReading, into: IntoSteps) {
  const stepped: SteppedStructure = {
    rules,
    zones: zoneColumns(zones, into),
    gaps: gapColumns(gaps, into),
    profiles: profiles.map((profile) => steppedProfile(profile, into)),
  };
  return stepped;
}

export function zoneColumns(zones: readonly Zone[], into: IntoSteps): ZoneColumns {
  return {
    zone: zones.map(({ id }) => id),
    timeframe: zones.map(({ timeframe }) => timeframe),
    kind: zones.map(({ kind }) => kind),
    origin: zones.map(({ origin }) => origin),
    low: zones.map(({ low }) => into.price(low)),
    high: zones.map(({ high }) => into.price(high)),
    strength: zones.map(({ strength }) => strength),
    status: zones.map(({ status }) => status),
    touches: zones.map(({ touches }) => touches),
    firstSeenAgoUs: zones.map(({ firstSeenUs }) => into.ago(firstSeenUs)),
    lastTestedAgoUs: zones.map(({ lastTestedUs }) => into.agoOrNever(lastTestedUs)),
  };
}

/** Returns the zones of columns; null where those are not all as long. */
export function zonesOf(
  columns: ZoneColumns,
  instrument: InstrumentId,
  rules: RuleSet,
  out: OutOfSteps,
): readonly Zone[] | null {
  const { zone, timeframe, kind, origin, strength, status, touches } = columns;
  const { length } = zone;
  if (Object.values<readonly unknown[]>({ ...columns }).some((column) => column.length !== length))
    return null;
  const low = columns.low.map((steps) => out.price(steps));
  const high = columns.high.map((steps) => out.price(steps));
  const firstSeenUs = columns.firstSeenAgoUs.map((ago) => out.at(ago));
  const lastTestedUs = columns.lastTestedAgoUs.map((ago) => out.atOrNever(ago));
  return zone.map((id, i) => ({
    ...{ id, instrument, rules, timeframe: timeframe[i]!, kind: kind[i]!, origin: origin[i]! },
    ...{ low: low[i]!, high: high[i]!, strength: strength[i]!, status: status[i]!, touches: touches[i]! },
    ...{ firstSeenUs: firstSeenUs[i]!, lastTestedUs: lastTestedUs[i]! },
  }));
}

export function gapColumns(gaps: readonly FairValueGap[], into: IntoSteps): GapColumns {
  return {
    fairValueGap: gaps.map(({ id }) => id),
    timeframe: gaps.map(({ timeframe }) => timeframe),
    kind: gaps.map(({ kind }) => kind),
    low: gaps.map(({ low }) => into.price(low)),
    high: gaps.map(({ high }) => into.price(high)),
    filled: gaps.every(({ filled }) => Object.is(filled, 0)) ? [] : gaps.map(({ filled }) => filled),
    status: gaps.map(({ status }) => status),
    createdAgoUs: gaps.map(({ createdUs }) => into.ago(createdUs)),
    filledAgoUs: gaps.map(({ filledUs }) => into.agoOrNever(filledUs)),
  };
}

/** Returns the gaps of columns; null where those are not all as long. */
export function gapsOf(
  columns: GapColumns,
  instrument: InstrumentId,
  rules: RuleSet,
  out: OutOfSteps,
): readonly FairValueGap[] | null {
  const { fairValueGap, timeframe, kind, status } = columns;
  const { length } = fairValueGap;
  const filled = columns.filled.length === 0 ? fairValueGap.map(() => 0) : columns.filled;
  const all = Object.values<readonly unknown[]>({ ...columns, filled });
  if (all.some((column) => column.length !== length)) return null;
  const low = columns.low.map((steps) => out.price(steps));
  const high = columns.high.map((steps) => out.price(steps));
  const createdUs = columns.createdAgoUs.map((ago) => out.at(ago));
  const filledUs = columns.filledAgoUs.map((ago) => out.atOrNever(ago));
  return fairValueGap.map((id, i) => ({
    ...{ id, instrument, rules, timeframe: timeframe[i]!, kind: kind[i]!, low: low[i]!, high: high[i]! },
    ...{ filled: filled[i]!, status: status[i]!, createdUs: createdUs[i]!, filledUs: filledUs[i]! },
  }));
}

/** Returns the names of the features; null where one is missing or left over. */
function featuresOf({ features, otherFeatures }: SteppedState): readonly string[] | null {
  let next = 0;
  const names = features.map((name) => (name === 'other' ? (otherFeatures[next++] ?? '') : name));
  return next === otherFeatures.length ? names : null;
}
