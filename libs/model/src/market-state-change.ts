import type { InstrumentId } from './ids.ts';
import type { BarReading, MarketProfile, MarketState, StructureReading } from './market-state.ts';
import type { FairValueGap, Zone } from './zone.ts';

/** A state that is told whole. `changesFollow`: those behind it are told by what changed in them. */
export interface MarketStateUpdated {
  readonly state: MarketState;
  readonly changesFollow: boolean;
}

/**
 * A list told by what was there before. *Shape*: `places` one for each of the list: n, from 1, is the n-th of
 * the list before; 0 is the next of `fresh`.
 */
export interface ListChange<Item> {
  readonly places: readonly number[];
  readonly fresh: readonly Item[];
}
export type ZonesChange = ListChange<Zone>;
export type GapsChange = ListChange<FairValueGap>;

/**
 * What has changed in what one set of rules has drawn. *Shape*: zones and gaps null as before; `volumes` of
 * all profiles, in the order of the state before; `profiles` those of which more has changed. *Units*: base.
 */
export interface StructureChange {
  readonly rules: StructureReading['rules'];
  readonly zones: ZonesChange | null;
  readonly gaps: GapsChange | null;
  readonly volumes: readonly number[];
  readonly profiles: readonly MarketProfile[];
}

/** What each state says anew. */
type Told = Pick<
  MarketState,
  'instrument' | 'timeUs' | 'price' | 'complete' | 'trades' | 'cvd' | 'flow' | 'microstructure'
>;

/**
 * A state told by what is not as in the one before of its instrument. *Shape*: `number` counts from 1 behind
 * the last that was told whole; `bars` and `structures` only those in which something changed.
 */
export interface MarketStateChanged extends Told {
  readonly number: number;
  readonly bars: readonly BarReading[];
  readonly structures: readonly StructureChange[];
}

/** Returns what of a state is not as before; null where more has changed than can be told so. */
export function changeOf(before: MarketState, now: MarketState, number: number): MarketStateChanged | null {
  if (!hasShapeOf(before, now)) return null;
  const { instrument, timeUs, price, complete, trades, cvd, flow, microstructure } = now;
  const structures: StructureChange[] = [];
  for (let i = 0; i < now.structures.length; i++) {
    const change = structureChange(before.structures[i]!, now.structures[i]!);
    if (change !== null) structures.push(change);
  }
  const bars = now.bars.filter((reading, i) => !isSame(before.bars[i], reading));
  return { instrument, timeUs, number, price, complete, trades, cvd, flow, microstructure, bars, structures };
}

/** Returns the state after a change; null where the change cannot be one of this state. */
export function changedState(before: MarketState, change: MarketStateChanged): MarketState | null {
  const { instrument, timeUs, price, complete, trades, cvd, flow, microstructure } = change;
  const bars = before.bars.map(
    (reading) => change.bars.find(({ timeframe }) => timeframe === reading.timeframe) ?? reading,
  );
  const structures: StructureReading[] = [];
  for (const structure of before.structures) {
    const changed = change.structures.find(({ rules }) => rules === structure.rules);
    const after = changed === undefined ? structure : changedStructure(structure, changed);
    if (after === null) return null;
    structures.push(after);
  }
  const { features, priceStep, quantityStep, sinceUs } = before;
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

/** Says whether two states name the same things in the same order, so that one can be told by the other. */
function hasShapeOf(before: MarketState, now: MarketState): boolean {
  return (
    before.priceStep === now.priceStep &&
    before.quantityStep === now.quantityStep &&
    before.sinceUs === now.sinceUs &&
    isSame(before.features, now.features) &&
    agree(before.bars, now.bars, (a, b) => a.timeframe === b.timeframe) &&
    agree(before.structures, now.structures, namesSame)
  );
}

function namesSame(a: StructureReading, b: StructureReading): boolean {
  return a.rules === b.rules && agree(a.profiles, b.profiles, (one, other) => one.scope === other.scope);
}

function agree<Item>(a: readonly Item[], b: readonly Item[], does: (a: Item, b: Item) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!does(a[i]!, b[i]!)) return false;
  return true;
}

/** Returns what has changed of a set of rules; null where nothing has. */
function structureChange(before: StructureReading, now: StructureReading): StructureChange | null {
  const zones = listChange(before.zones, now.zones);
  const gaps = listChange(before.gaps, now.gaps);
  const profiles = now.profiles.filter((profile, i) => !isSameButVolume(before.profiles[i]!, profile));
  const isAsBefore = zones === null && gaps === null && profiles.length === 0;
  if (isAsBefore && agree(before.profiles, now.profiles, (a, b) => a.volume === b.volume)) return null;
  return { rules: now.rules, zones, gaps, volumes: now.profiles.map(({ volume }) => volume), profiles };
}

function isSameButVolume(a: MarketProfile, b: MarketProfile): boolean {
  return a.poc === b.poc && a.pocRunnerUp === b.pocRunnerUp && isSame(a.valueArea, b.valueArea);
}

function changedStructure(before: StructureReading, change: StructureChange): StructureReading | null {
  const zones = change.zones === null ? before.zones : changedList(before.zones, change.zones);
  const gaps = change.gaps === null ? before.gaps : changedList(before.gaps, change.gaps);
  if (zones === null || gaps === null || change.volumes.length !== before.profiles.length) return null;
  const profiles = before.profiles.map((profile, i) => {
    const changed = change.profiles.find(({ scope }) => scope === profile.scope);
    return changed ?? { ...profile, volume: change.volumes[i]! };
  });
  return { rules: before.rules, zones, gaps, profiles };
}

/** Returns how a list became another; null when it did not change. */
function listChange<Item extends Zone | FairValueGap>(
  before: readonly Item[],
  now: readonly Item[],
): ListChange<Item> | null {
  if (before === now) return null;
  const places = now.map((item) => placeOf(item, before) + 1);
  if (now.length === before.length && places.every((place, i) => place === i + 1)) return null;
  return { places, fresh: now.filter((_, i) => places[i] === 0) };
}

function placeOf<Item extends Zone | FairValueGap>(item: Item, list: readonly Item[]): number {
  const at = list.indexOf(item);
  return at >= 0 ? at : list.findIndex((other) => other.id === item.id && isSame(other, item));
}

function changedList<Item>(before: readonly Item[], change: ListChange<Item>): readonly Item[] | null {
  const list: Item[] = [];
  let fresh = 0;
  for (const place of change.places) {
    const item = place === 0 ? change.fresh[fresh++] : before[place - 1];
    if (item === undefined) return null;
    list.push(item);
  }
  return fresh === change.fresh.length ? list : null;
}

/** Says whether two values of plain data are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a, b] as Readonly<Record<string, unknown>>[];
  return keys.every((key) => isSame(left![key], right![key]));
}
