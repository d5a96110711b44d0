import {
  type InstrumentId,
  type TimeUs,
  US_PER_HOUR,
  type Zone,
  type ZoneId,
  type ZoneKind,
  type ZoneStatus,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import type { BandList, OnBandChange } from '../kept-nearest.ts';
import type { InSteps, Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { type TimedIds, timedIds } from '../timed-ids.ts';
import { sortFew } from './sort-few.ts';
import { HIGH, IS_BROKEN, IS_DEMAND, LOW, OPEN, PARTS, STRENGTH, TESTED, TOUCHES } from './zone-parts.ts';
import { ZonesOfKind } from './zones-of-kind.ts';

/**
 * How long a zone is in the list, from the open of its bar on, less two bars; so many bars where they are
 * longer.
 */
const LISTED_HOURS = 24;
/** The first bars of all make no zone: the document looks at none of a list's two oldest. */
const OLDEST_WITHOUT = 2;
/** A range of so many bodies is a wick, and each body of range is worth so much strength. */
const RANGE_IN_BODIES = 2;
const STRENGTH_PER_BODY = 20;
const STRENGTH_MAX = 100;
/** Touches are told up to here: rules ask for none, up to two, or more. */
const TOUCHES_MAX = 3;
const FIRST_CAPACITY = 32;

const found: number[] = [0, 0, 0, 0, 0, 0]; // places that are chosen, for a moment

/** Told each step in a zone's life. */
type Told = Pick<AnalyticsSink, 'onZone'>;

/**
 * Supply and demand zones of one timeframe as the owner's document draws them: every bar whose range is more
 * than twice its body makes one, demand `[low, open]` where it closed up, supply `[open, high]` where it
 * closed down. A zone is in the list for 24 hours less two bars. It is broken when a later bar closes beyond
 * it, and touched by each later bar that reaches it behind one, later than its own, that did not; only the
 * first three touches are told. All of it happens when a bar closes. *Units*: whole steps.
 */
export class ZoneList implements InSteps, BandList<Zone> {
  readonly #onChange: OnBandChange;
  readonly #instrument: InstrumentId;
  readonly #series: BarSeries;
  readonly #resolution: Resolution;
  readonly #ids: Readonly<Record<ZoneKind, TimedIds<ZoneId>>>;
  /** The zones from `#first` to `#end`, oldest first. A list holds one for each bar of a day at most. */
  #zones = new Float64Array(FIRST_CAPACITY * PARTS);
  #first = 0;
  #end = 0;
  /** The first that is still listed at the newest moment that was asked about, and until when it is. */
  #listed = 0;
  #listedUs = Number.POSITIVE_INFINITY;
  /** Where those stand that may still change or be chosen: the others are looked at no more. */
  readonly #demand = new ZonesOfKind(1);
  readonly #supply = new ZonesOfKind(-1);
  /** Those that a bar has changed, as it is taken. */
  readonly #changed: number[] = [];
  /** Zones as they are shown, by their place, until they change. */
  readonly #shown: (Zone | undefined)[] = [];

  constructor(
    instrument: InstrumentId,
    series: BarSeries,
    resolution: Resolution,
    onChange: OnBandChange = () => {},
  ) {
    this.#onChange = onChange;
    this.#instrument = instrument;
    this.#series = series;
    this.#resolution = resolution;
    const ids = (kind: ZoneKind) => timedIds<ZoneId>('zone', instrument, 'classic', series.timeframe, kind);
    this.#ids = { demand: ids('demand'), supply: ids('supply') };
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, told: Told): void {
    this.expire(timeUs, told);
    const { bars, high, low, close } = this.#series;
    const slot = this.#series.slot(0);
    if (bars > 1) {
      const before = this.#series.slot(1);
      const changed = this.#changed;
      changed.length = 0;
      this.#demand.addReached(changed, low[slot]!, low[before]!);
      this.#supply.addReached(changed, -high[slot]!, -high[before]!);
      const reached = changed.length;
      for (let i = 0; i < reached; i++) this.#touch(changed[i]!, timeUs);
      this.#demand.addBroken(changed, close[slot]!);
      this.#supply.addBroken(changed, -close[slot]!);
      for (let i = reached; i < changed.length; i++) this.#break(changed[i]!);
      if (changed.length > 0) this.#tell(told);
    }
    this.#find(slot, told);
  }

  /** Until when none expires. */
  get quietUntilUs(): TimeUs {
    return this.#first < this.#end ? this.#untilUs(this.#first) : Number.POSITIVE_INFINITY;
  }

  /** Lets those leave the list whose time is over. */
  expire(timeUs: TimeUs, told: Told): void {
    for (; this.#first < this.#end && timeUs > this.#untilUs(this.#first); this.#first += PARTS) {
      const at = this.#first;
      if (this.#listed === at) this.#unlist();
      this.#kindOf(at).touchable.remove(this.#near(at), at);
      this.#kindOf(at).far.remove(this.#far(at), at);
      this.#shown[at / PARTS] = undefined;
      if (this.#zones[at + IS_BROKEN] === 0) told.onZone({ ...this.#toZone(at), status: 'expired' });
    }
  }

  letGo(momentUs: TimeUs): TimeUs {
    while (momentUs > this.#listedUs) this.#unlist();
    return this.#listedUs;
  }

  choose(to: Zone[], from: number, price: number): number {
    const ofDemand = this.#demand.findNearest(found, 0, price, this.#zones);
    const count = this.#supply.findNearest(found, ofDemand, -price, this.#zones);
    sortFew(found, count);
    for (let i = 0; i < count; i++) to[from + i] = this.#toShown(found[i]!);
    return from + count;
  }

  rescale(priceFactor: number): void {
    for (let at = this.#first; at < this.#end; at += PARTS) {
      this.#zones[at + LOW]! *= priceFactor;
      this.#zones[at + HIGH]! *= priceFactor;
    }
    this.#order();
  }

  save(to: SnapshotWriter): void {
    to.number(this.#end - this.#first);
    to.run(this.#zones.subarray(this.#first, this.#end));
  }

  load(from: SnapshotReader): void {
    const count = from.count(8);
    this.#zones = new Float64Array(Math.max(FIRST_CAPACITY * PARTS, count));
    this.#zones.set(from.doubles(count));
    this.#first = 0;
    this.#end = count;
    this.#order();
  }

  #touch(at: number, timeUs: TimeUs): void {
    const zones = this.#zones;
    zones[at + TESTED] = timeUs;
    if (++zones[at + TOUCHES]! === TOUCHES_MAX) this.#kindOf(at).touchable.remove(this.#near(at), at);
  }

  /** A broken zone is still touched, and chosen no more. */
  #break(at: number): void {
    const kind = this.#kindOf(at);
    this.#zones[at + IS_BROKEN] = 1;
    kind.near.remove(this.#near(at), at);
    kind.far.remove(this.#far(at), at);
  }

  /** Tells of those that have changed, each once, oldest first. */
  #tell(told: Told): void {
    let before = -1;
    for (const at of sortFew(this.#changed)) {
      if (at === before) continue;
      before = at;
      this.#changes(at);
      this.#shown[at / PARTS] = undefined;
      told.onZone(this.#zones[at + IS_BROKEN] === 1 ? this.#toZone(at) : this.#toShown(at));
    }
  }

  #find(slot: number, told: Told): void {
    const { open, high, low, close, openTime } = this.#series;
    const body = Math.abs(close[slot]! - open[slot]!);
    const range = high[slot]! - low[slot]!;
    if (body === 0 || !(range > RANGE_IN_BODIES * body) || this.#series.bars <= OLDEST_WITHOUT) return;
    if (this.#end === this.#zones.length) this.#makeRoom();
    const at = this.#end;
    const isDemand = close[slot]! > open[slot]!;
    const zones = this.#zones;
    zones[at + OPEN] = openTime[slot]!;
    zones[at + LOW] = isDemand ? low[slot]! : open[slot]!;
    zones[at + HIGH] = isDemand ? open[slot]! : high[slot]!;
    zones[at + STRENGTH] = Math.min(STRENGTH_MAX, (range / body) * STRENGTH_PER_BODY);
    zones[at + IS_DEMAND] = isDemand ? 1 : 0;
    zones[at + TOUCHES] = 0;
    zones[at + TESTED] = 0;
    zones[at + IS_BROKEN] = 0;
    this.#end += PARTS;
    this.#enter(at);
    if (this.#listed === at) this.#listedUs = this.#untilUs(at);
    this.#changes(at);
    told.onZone(this.#toShown(at));
  }

  /** Moves the zones to the front, into twice the room where they take more than half of it. */
  #makeRoom(): void {
    const held = this.#end - this.#first;
    const isTight = held > this.#zones.length / 2;
    const room = isTight ? new Float64Array(this.#zones.length * 2) : this.#zones;
    room.set(this.#zones.subarray(this.#first, this.#end), 0);
    this.#zones = room;
    this.#first = 0;
    this.#end = held;
    this.#order();
  }

  /** Puts all zones in order anew. */
  #order(): void {
    this.#onChange(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.#shown.length = 0;
    this.#demand.clear();
    this.#supply.clear();
    this.#listed = this.#first;
    this.#listedUs = this.#first < this.#end ? this.#untilUs(this.#first) : Number.POSITIVE_INFINITY;
    for (let at = this.#first; at < this.#end; at += PARTS) this.#enter(at);
  }

  #enter(at: number): void {
    const kind = this.#kindOf(at);
    const near = this.#near(at);
    // Nothing more is told of a zone that was touched as often as is told, but that it breaks or expires.
    if (this.#zones[at + TOUCHES]! < TOUCHES_MAX) kind.touchable.add(near, at);
    if (this.#zones[at + IS_BROKEN] === 1) return;
    kind.near.add(near, at);
    kind.far.add(this.#far(at), at);
  }

  /** The oldest that is listed can be chosen no more. */
  #unlist(): void {
    const at = this.#listed;
    this.#kindOf(at).near.remove(this.#near(at), at);
    this.#listed += PARTS;
    this.#listedUs = this.#listed < this.#end ? this.#untilUs(this.#listed) : Number.POSITIVE_INFINITY;
    if (this.#zones[at + IS_BROKEN] === 0) this.#changes(at);
  }

  /** A zone comes, changes or goes. */
  #changes(at: number): void {
    this.#kindOf(at).tell(this.#onChange, this.#far(at), this.#near(at));
  }

  #kindOf(at: number): ZonesOfKind {
    return this.#zones[at + IS_DEMAND] === 1 ? this.#demand : this.#supply;
  }

  #near(at: number): number {
    return this.#zones[at + IS_DEMAND] === 1 ? this.#zones[at + HIGH]! : -this.#zones[at + LOW]!;
  }

  #far(at: number): number {
    return this.#zones[at + IS_DEMAND] === 1 ? this.#zones[at + LOW]! : -this.#zones[at + HIGH]!;
  }

  #untilUs(at: number): TimeUs {
    const { lengthUs } = this.#series;
    return this.#zones[at + OPEN]! + LISTED_HOURS * Math.max(US_PER_HOUR, lengthUs) - 2 * lengthUs;
  }

  #toShown(at: number): Zone {
    const place = at / PARTS;
    this.#shown[place] ??= this.#toZone(at);
    return this.#shown[place];
  }

  #toZone(at: number): Zone {
    const zones = this.#zones;
    const { timeframe, lengthUs } = this.#series;
    const { price } = this.#resolution;
    const kind: ZoneKind = zones[at + IS_DEMAND] === 1 ? 'demand' : 'supply';
    const openUs = zones[at + OPEN]!;
    const touches = zones[at + TOUCHES]!;
    const isBroken = zones[at + IS_BROKEN] === 1;
    const status: ZoneStatus = isBroken ? 'broken' : touches > 0 ? 'tested' : 'fresh';
    return {
      id: this.#ids[kind](openUs),
      instrument: this.#instrument,
      rules: 'classic',
      timeframe,
      kind,
      origin: 'wick',
      low: price.toValue(zones[at + LOW]!),
      high: price.toValue(zones[at + HIGH]!),
      strength: zones[at + STRENGTH]!,
      status,
      touches,
      firstSeenUs: openUs + lengthUs,
      lastTestedUs: zones[at + TESTED]!,
    };
  }
}
