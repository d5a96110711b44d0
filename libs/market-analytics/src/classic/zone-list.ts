import {
  hashId,
  type InstrumentId,
  type TimeUs,
  US_PER_HOUR,
  type Zone,
  type ZoneId,
  type ZoneKind,
  type ZoneStatus,
  zoneId,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import { KeptNearest } from '../kept-nearest.ts';
import { NearestZones } from '../nearest-zones.ts';
import type { InSteps, Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

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

/** Parts of a zone, a number each. */
const PARTS = 8;
const [OPEN, LOW, HIGH, STRENGTH, IS_DEMAND, TOUCHES, TESTED, MARKS] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Marks: the last bar reached the zone, a bar closed beyond it. */
const REACHED = 1;
const BROKEN = 2;

/** The zones nearest to each price, those of all timeframes. */
export type KeptZones = KeptNearest<number, NearestZones, Zone>;
/** Told each step in a zone's life. */
type Told = Pick<AnalyticsSink, 'onZone'>;

/**
 * Supply and demand zones of one timeframe as the owner's document draws them: every bar whose range is more
 * than twice its body makes one, demand `[low, open]` where it closed up, supply `[open, high]` where it
 * closed down. A zone is in the list for 24 hours less two bars. It is broken when a later bar closes beyond
 * it, and touched by each later bar that reaches it behind one, later than its own, that did not; only the
 * first three touches are told. All of it happens when a bar closes. *Units*: whole steps.
 */
export class ZoneList implements InSteps {
  readonly #instrument: InstrumentId;
  readonly #series: BarSeries;
  readonly #resolution: Resolution;
  /** The zones from `#first` to `#end`, oldest first. A list holds one for each bar of a day at most. */
  #zones = new Float64Array(FIRST_CAPACITY * PARTS);
  #first = 0;
  #end = 0;
  /** The first that is still listed at the newest moment that was asked about. */
  #listed = 0;
  /** Where those stand that may still change or be chosen, oldest first: the others are looked at no more. */
  readonly #active: number[] = [];
  /** Ids that were worked out, by the open of the zone's bar: they cost more than all else. */
  readonly #ids = new Map<TimeUs, ZoneId>();
  readonly #nearest: KeptZones;
  /** Its number there. */
  readonly #list: number;
  /** Zones as they are shown, by their place, until they change. */
  readonly #shown: (Zone | undefined)[] = [];

  constructor(
    instrument: InstrumentId,
    series: BarSeries,
    resolution: Resolution,
    nearest: KeptZones = new KeptNearest(),
  ) {
    this.#instrument = instrument;
    this.#series = series;
    this.#resolution = resolution;
    this.#nearest = nearest;
    this.#list = nearest.add(this);
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, told: Told): void {
    this.expire(timeUs, told);
    const series = this.#series;
    const zones = this.#zones;
    const slot = series.slot(0);
    const [high, low, close] = [series.high[slot]!, series.low[slot]!, series.close[slot]!];
    let kept = 0;
    for (const at of this.#active) {
      if (at < this.#first) continue;
      const isDemand = zones[at + IS_DEMAND] === 1;
      const reaches = isDemand ? low <= zones[at + HIGH]! : high >= zones[at + LOW]!;
      const breaks = isDemand ? close < zones[at + LOW]! : close > zones[at + HIGH]!;
      const marks = zones[at + MARKS]!;
      const isTouch = reaches && (marks & REACHED) === 0 && zones[at + TOUCHES]! < TOUCHES_MAX;
      const isBreak = breaks && (marks & BROKEN) === 0;
      zones[at + MARKS] = (reaches ? REACHED : 0) | (marks & BROKEN) | (breaks ? BROKEN : 0);
      if (isTouch) {
        zones[at + TOUCHES]!++;
        zones[at + TESTED] = timeUs;
      }
      if (this.#isActive(at)) this.#active[kept++] = at;
      if (!isTouch && !isBreak) continue;
      this.#shown[at / PARTS] = undefined;
      if (isBreak) this.#nearest.leave(this.#list, at);
      else this.#nearest.change(this.#list, at);
      told.onZone(this.#toZone(at));
    }
    this.#active.length = kept;
    this.#find(slot, told);
  }

  /** Lets those leave the list whose time is over. */
  expire(timeUs: TimeUs, told: Told): void {
    while (this.#first < this.#end && !this.#isListed(this.#first, timeUs)) {
      this.#nearest.leave(this.#list, this.#first);
      if (!this.#isBroken(this.#first)) told.onZone({ ...this.#toZone(this.#first), status: 'expired' });
      this.#ids.delete(this.#zones[this.#first + OPEN]!);
      this.#shown[this.#first / PARTS] = undefined;
      this.#first += PARTS;
      if (this.#listed < this.#first) this.#listed = this.#first;
    }
  }

  letGo(momentUs: TimeUs): void {
    for (; this.#listed < this.#end && !this.#isListed(this.#listed, momentUs); this.#listed += PARTS)
      this.#nearest.leave(this.#list, this.#listed);
  }

  /** Returns which of the unbroken zones that are listed a rule can choose at a price, oldest first. */
  chosenAt(price: number): NearestZones {
    const nearest = new NearestZones(price);
    for (const at of this.#active) if (at >= this.#listed && !this.#isBroken(at)) this.#weigh(at, nearest);
    return nearest;
  }

  shown(at: number): Zone {
    const place = at / PARTS;
    this.#shown[place] ??= this.#toZone(at);
    return this.#shown[place];
  }

  rescale(priceFactor: number): void {
    this.#shown.length = 0;
    this.#nearest.forget();
    for (let at = this.#first; at < this.#end; at += PARTS) {
      this.#zones[at + LOW]! *= priceFactor;
      this.#zones[at + HIGH]! *= priceFactor;
    }
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
    this.#listActive();
  }

  #weigh(at: number, nearest: NearestZones): boolean {
    const zones = this.#zones;
    const isDemand = zones[at + IS_DEMAND] === 1;
    return nearest.weigh(at, isDemand, zones[at + LOW]!, zones[at + HIGH]!, zones[at + STRENGTH]!);
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
    zones[at + MARKS] = REACHED; // a bar that comes right behind is no visit yet
    this.#active.push(at);
    this.#end += PARTS;
    this.#nearest.come(this.#list, (nearest) => this.#weigh(at, nearest));
    told.onZone(this.#toZone(at));
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
    this.#listActive();
  }

  #listActive(): void {
    this.#listed = 0;
    this.#nearest.forget();
    this.#shown.length = 0;
    this.#active.length = 0;
    for (let at = this.#first; at < this.#end; at += PARTS) if (this.#isActive(at)) this.#active.push(at);
  }

  /** Nothing more is told of a zone that is broken and was touched as often as is told, nor is it chosen. */
  #isActive(at: number): boolean {
    return !this.#isBroken(at) || this.#zones[at + TOUCHES]! < TOUCHES_MAX;
  }

  #isBroken(at: number): boolean {
    return (this.#zones[at + MARKS]! & BROKEN) !== 0;
  }

  #isListed(at: number, timeUs: TimeUs): boolean {
    const { lengthUs } = this.#series;
    return timeUs <= this.#zones[at + OPEN]! + LISTED_HOURS * Math.max(US_PER_HOUR, lengthUs) - 2 * lengthUs;
  }

  #idOf(kind: ZoneKind, openUs: TimeUs): ZoneId {
    let id = this.#ids.get(openUs);
    if (id === undefined) {
      id = zoneId(hashId('zone', this.#instrument, 'classic', this.#series.timeframe, kind, openUs));
      this.#ids.set(openUs, id);
    }
    return id;
  }

  #toZone(at: number): Zone {
    const zones = this.#zones;
    const { timeframe, lengthUs } = this.#series;
    const { price } = this.#resolution;
    const kind: ZoneKind = zones[at + IS_DEMAND] === 1 ? 'demand' : 'supply';
    const openUs = zones[at + OPEN]!;
    const touches = zones[at + TOUCHES]!;
    const status: ZoneStatus = this.#isBroken(at) ? 'broken' : touches > 0 ? 'tested' : 'fresh';
    return {
      id: this.#idOf(kind, openUs),
      ...{ instrument: this.#instrument, rules: 'classic', timeframe, kind, origin: 'wick' },
      low: price.toValue(zones[at + LOW]!),
      high: price.toValue(zones[at + HIGH]!),
      strength: zones[at + STRENGTH]!,
      ...{ status, touches, firstSeenUs: openUs + lengthUs, lastTestedUs: zones[at + TESTED]! },
    };
  }
}
