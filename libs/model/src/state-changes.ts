import { IntoSteps } from './in-steps.ts';
import {
  type BarReading,
  FLOW_WINDOWS,
  type MarketProfile,
  type MarketState,
  plainProfile,
  plainTape,
  type StructureReading,
} from './market-state.ts';
import type { ListChange, MarketStateChanged, StructureChange } from './market-state-change.ts';
import { gapColumns, steppedBars, steppedFlow, steppedProfile, zoneColumns } from './state-in-steps.ts';
import type { SteppedBars, SteppedProfile } from './stepped-state.ts';
import type { FairValueGap, Zone } from './zone.ts';

/** What of a set of rules the next state is compared with. */
interface Drawn {
  readonly rules: StructureReading['rules'];
  zones: readonly Zone[];
  gaps: readonly FairValueGap[];
  readonly profiles: Writable<MarketProfile>[];
}

type Writable<Item> = { -readonly [Key in keyof Item]: Item[Key] };

/** What of the state that was told last the next one is compared with. *Shape*: plain data. */
interface Compared extends Pick<MarketState, 'priceStep' | 'quantityStep' | 'features' | 'sinceUs'> {
  readonly bars: { readonly timeframe: BarReading['timeframe']; bars: number }[];
  readonly structures: readonly Drawn[];
}

const NO_BARS: readonly SteppedBars[] = [];
const NO_PROFILES: readonly SteppedProfile[] = [];

/** Tells what changes from one state of an instrument to the next, and keeps only what it compares. */
export class StateChanges {
  readonly #before: Compared;
  readonly #into: IntoSteps;

  /** Begins behind a state that was told, or goes on from what `saved` returned. */
  constructor(from: MarketState | string) {
    this.#before = typeof from === 'string' ? (JSON.parse(from) as Compared) : comparedOf(from);
    this.#into = new IntoSteps({ ...this.#before, timeUs: 0 });
  }

  /**
   * Returns what of a state is not as before, and goes on behind it; null where more has changed than can be
   * told so: it begins anew behind a state that is told whole. *Shape*: of the state its lists of zones and
   * gaps are kept, nothing else.
   */
  to(now: MarketState, number: number): MarketStateChanged | null {
    if (!hasShapeOf(this.#before, now) || now.flow.length !== FLOW_WINDOWS.length) return null;
    const { instrument, timeUs, complete, trades, cvd } = now;
    const into = this.#into;
    into.begin(timeUs);
    const priceSteps = into.price(now.price);
    const flow = steppedFlow(now.flow, into);
    const structures = this.#structures(now.structures);
    const bars = this.#bars(now.bars);
    if (flow === null || structures === null || into.exact.length > 0) return null;
    const tape = now.microstructure;
    const microstructure = tape && plainTape(tape);
    return {
      instrument,
      timeUs,
      number,
      priceSteps,
      complete,
      trades,
      cvd,
      flow,
      microstructure,
      bars,
      structures,
    };
  }

  saved(): string {
    return JSON.stringify(this.#before);
  }

  #bars(now: readonly BarReading[]): readonly SteppedBars[] {
    let changed: SteppedBars[] | null = null;
    for (let i = 0; i < now.length; i++) {
      const [before, reading] = [this.#before.bars[i]!, now[i]!];
      if (before.bars === reading.bars) continue;
      before.bars = reading.bars;
      changed ??= [];
      changed.push(steppedBars(reading, this.#into));
    }
    return changed ?? NO_BARS;
  }

  #structures(now: readonly StructureReading[]): readonly StructureChange[] | null {
    const changed: StructureChange[] = [];
    for (let i = 0; i < now.length; i++) {
      const [before, structure] = [this.#before.structures[i]!, now[i]!];
      const { zones, gaps, profiles: all } = structure;
      if (all.length !== before.profiles.length) return null;
      const zonesChange = listChange(before.zones, zones, (fresh) => zoneColumns(fresh, this.#into));
      const gapsChange = listChange(before.gaps, gaps, (fresh) => gapColumns(fresh, this.#into));
      before.zones = zones;
      before.gaps = gaps;
      let isAsBefore = zonesChange === null && gapsChange === null;
      const volumes: number[] = [];
      let profiles: SteppedProfile[] | null = null;
      for (let p = 0; p < all.length; p++) {
        const [told, profile] = [before.profiles[p]!, all[p]!];
        const { volume } = profile;
        if (told.scope !== profile.scope) return null;
        volumes.push(this.#into.quantity(volume));
        if (isSameButVolume(told, profile)) {
          if (told.volume === volume) continue;
          told.volume = volume;
        } else {
          before.profiles[p] = plainProfile(profile);
          profiles ??= [];
          profiles.push(steppedProfile(profile, this.#into));
        }
        isAsBefore = false;
      }
      if (isAsBefore) continue;
      const { rules } = structure;
      changed.push({
        rules,
        zones: zonesChange,
        gaps: gapsChange,
        volumes,
        profiles: profiles ?? NO_PROFILES,
      });
    }
    return changed;
  }
}

function comparedOf({ priceStep, quantityStep, features, sinceUs, bars, structures }: MarketState): Compared {
  return {
    ...{ priceStep, quantityStep, features, sinceUs },
    bars: bars.map(({ timeframe, bars: closed }) => ({ timeframe, bars: closed })),
    structures: structures.map(({ rules, zones, gaps, profiles }) => ({
      ...{ rules, zones, gaps, profiles: profiles.map(plainProfile) },
    })),
  };
}

/** Says whether two states name the same things in the same order, so that one can be told by the other. */
function hasShapeOf(before: Compared, now: MarketState): boolean {
  return (
    before.priceStep === now.priceStep &&
    before.quantityStep === now.quantityStep &&
    before.sinceUs === now.sinceUs &&
    (before.features === now.features || agree(before.features, now.features, (a, b) => a === b)) &&
    agree(before.bars, now.bars, (a, b) => a.timeframe === b.timeframe) &&
    agree(before.structures, now.structures, (a, b) => a.rules === b.rules)
  );
}

function agree<A, B>(a: readonly A[], b: readonly B[], does: (a: A, b: B) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!does(a[i]!, b[i]!)) return false;
  return true;
}

function isSameButVolume(a: MarketProfile, b: MarketProfile): boolean {
  if (a.poc !== b.poc || a.pocRunnerUp !== b.pocRunnerUp) return false;
  const [before, now] = [a.valueArea, b.valueArea];
  if (before === null || now === null) return before === now;
  return before.low === now.low && before.high === now.high;
}

/** Returns how a list became another; null when it did not change. */
function listChange<Item extends Zone | FairValueGap, Columns>(
  before: readonly Item[],
  now: readonly Item[],
  toColumns: (fresh: readonly Item[]) => Columns,
): ListChange<Columns> | null {
  if (before === now) return null;
  const places = now.map((item) => placeOf(item, before) + 1);
  if (now.length === before.length && places.every((place, i) => place === i + 1)) return null;
  return { places, fresh: toColumns(now.filter((_, i) => places[i] === 0)) };
}

function placeOf<Item extends Zone | FairValueGap>(item: Item, list: readonly Item[]): number {
  const at = list.indexOf(item);
  return at >= 0 ? at : list.findIndex((other) => other.id === item.id && isSame(other, item));
}

/** Says whether two zones or gaps say the same in everything. */
function isSame<Item extends Zone | FairValueGap>(a: Item, b: Item): boolean {
  return (Object.keys(a) as (keyof Item)[]).every((key) => a[key] === b[key]);
}
