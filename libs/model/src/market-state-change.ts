import type { InstrumentId } from './ids.ts';
import { OutOfSteps } from './in-steps.ts';
import { FLOW_WINDOWS, type MarketState, type StructureReading } from './market-state.ts';
import { barsOfSteps, FLOW_NUMBERS, flowOf, gapsOf, profileOf, zonesOf } from './state-in-steps.ts';
import type { GapColumns, SteppedBars, SteppedProfile, ZoneColumns } from './stepped-state.ts';

/** A state that is told whole. `changesFollow`: those behind it are told by what changed in them. */
export interface MarketStateUpdated {
  readonly state: MarketState;
  readonly changesFollow: boolean;
}

/**
 * A list told by what was there before. *Shape*: `places` one for each of the list: n, from 1, is the n-th of
 * the list before; 0 is the next of `fresh`.
 */
export interface ListChange<Columns> {
  readonly places: readonly number[];
  readonly fresh: Columns;
}
export type ZonesChange = ListChange<ZoneColumns>;
export type GapsChange = ListChange<GapColumns>;

/**
 * What has changed in what one set of rules has drawn. *Shape*: zones and gaps null as before; `volumes` of
 * all profiles, in the order of the state before; `profiles` those of which more has changed. *Units*:
 * `volumes` whole steps of quantity.
 */
export interface StructureChange {
  readonly rules: StructureReading['rules'];
  readonly zones: ZonesChange | null;
  readonly gaps: GapsChange | null;
  readonly volumes: readonly number[];
  readonly profiles: readonly SteppedProfile[];
}

/** What each state says anew, as it is. */
type Told = Pick<MarketState, 'instrument' | 'timeUs' | 'complete' | 'trades' | 'cvd' | 'microstructure'>;

/**
 * A state told by what is not as in the one before of its instrument. *Shape*: `number` counts from 1 behind
 * the last that was told whole; `flow` of each window, in the order of FLOW_WINDOWS, what takers bought, what
 * they sold, the trades in which they bought and sold; `bars` and `structures` only those in which something
 * changed. *Units*: volumes of `flow` in whole steps.
 */
export interface MarketStateChanged extends Told {
  readonly number: number;
  readonly priceSteps: number;
  readonly flow: readonly number[];
  readonly bars: readonly SteppedBars[];
  readonly structures: readonly StructureChange[];
}

/** Returns the state after a change; null where the change cannot be one of this state. */
export function changedState(before: MarketState, change: MarketStateChanged): MarketState | null {
  const { instrument, timeUs, complete, trades, cvd, microstructure } = change;
  const { features, priceStep, quantityStep, sinceUs } = before;
  const out = new OutOfSteps({ priceStep, quantityStep, timeUs }, []);
  const bars = before.bars.map((reading) => {
    const changed = change.bars.find(({ timeframe }) => timeframe === reading.timeframe);
    return changed === undefined ? reading : barsOfSteps(changed, out);
  });
  const structures: StructureReading[] = [];
  for (const structure of before.structures) {
    const changed = change.structures.find(({ rules }) => rules === structure.rules);
    const after =
      changed === undefined ? structure : changedStructure(structure, changed, before.instrument, out);
    if (after === null) return null;
    structures.push(after);
  }
  const price = out.price(change.priceSteps);
  const flow = change.flow.length === FLOW_WINDOWS.length * FLOW_NUMBERS ? flowOf(change.flow, out) : null;
  if (flow === null || !out.isOver) return null;
  return {
    ...{ instrument, timeUs, price, priceStep, quantityStep, complete, trades, cvd, flow, features },
    ...{ bars, microstructure, structures, sinceUs },
  };
}

/** A state that was told whole with all changes since. *Shape*: plain data. */
export interface ToldState {
  readonly state: MarketState;
  /** Of the last change; 0 behind one that was told whole. */
  readonly number: number;
}

/**
 * The states of all instruments, told whole or by what changed: what a reader keeps of them. One that misses
 * a change knows nothing of the instrument until a state is told whole.
 */
export class ToldStates {
  readonly #told: Map<InstrumentId, ToldState>;

  constructor(told: readonly ToldState[] = []) {
    this.#told = new Map(told.map((one) => [one.state.instrument, one]));
  }

  /** Returns the state that was told whole, kept where changes follow. */
  whole({ state, changesFollow }: MarketStateUpdated): MarketState {
    if (changesFollow) this.#told.set(state.instrument, { state, number: 0 });
    return state;
  }

  /** Returns the state after a change; null where the one before is not known. */
  after(change: MarketStateChanged): MarketState | null {
    const before = this.#told.get(change.instrument);
    if (before === undefined) return null;
    const state = change.number === before.number + 1 ? changedState(before.state, change) : null;
    if (state === null) this.#told.delete(change.instrument);
    else this.#told.set(change.instrument, { state, number: change.number });
    return state;
  }

  /** Returns all that it keeps, to begin again with. */
  entries(): readonly ToldState[] {
    return [...this.#told.values()];
  }
}

function changedStructure(
  before: StructureReading,
  change: StructureChange,
  instrument: InstrumentId,
  out: OutOfSteps,
): StructureReading | null {
  const { rules } = before;
  const { zones: zonesChange, gaps: gapsChange, volumes } = change;
  const freshZones = zonesChange && zonesOf(zonesChange.fresh, instrument, rules, out);
  const freshGaps = gapsChange && gapsOf(gapsChange.fresh, instrument, rules, out);
  const zones = zonesChange === null ? before.zones : changedList(before.zones, zonesChange, freshZones);
  const gaps = gapsChange === null ? before.gaps : changedList(before.gaps, gapsChange, freshGaps);
  if (zones === null || gaps === null || volumes.length !== before.profiles.length) return null;
  const profiles = before.profiles.map((profile, i) => {
    const changed = change.profiles.find(({ scope }) => scope === profile.scope);
    return changed === undefined
      ? { ...profile, volume: out.quantity(volumes[i]!) }
      : profileOf(changed, out);
  });
  return { rules, zones, gaps, profiles };
}

function changedList<Item>(
  before: readonly Item[],
  { places }: ListChange<unknown>,
  fresh: readonly Item[] | null,
): readonly Item[] | null {
  if (fresh === null) return null;
  const list: Item[] = [];
  let next = 0;
  for (const place of places) {
    const item = place === 0 ? fresh[next++] : before[place - 1];
    if (item === undefined) return null;
    list.push(item);
  }
  return next === fresh.length ? list : null;
}
