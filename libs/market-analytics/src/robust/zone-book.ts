import { hashId, type InstrumentId, type TimeUs, type Zone, type ZoneKind, zoneId } from '@algo/model';
import { NearestZones } from '../nearest-zones.ts';
import type { InSteps } from '../resolution.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { AtrBars } from './atr-bars.ts';
import {
  isAlive,
  type LiveZone,
  loadKinds,
  loadZone,
  mostlyOverlap,
  proximalOf,
  saveKinds,
  saveZone,
} from './live-zone.ts';
import { type FoundZone, findBaseImpulse, findRejection, sidedBar, sideOf } from './zone-detection.ts';

/** Living zones of one kind on one timeframe; one more lets the weakest expire. */
export const MAX_ZONES = 16;
/** Bars a zone lives at most, and touches after which it is used up. *Source*: reference analytics §4.3. */
const MAX_AGE_BARS = 500;
const MAX_TOUCHES = 3;
/** Bars within which a rejection must be confirmed. */
const CONFIRM_BARS = 3;
const DEEP_TEST_COST = 15;
const HIGHER_TIMEFRAME_POINTS = 10;
const FRESHNESS = [20, 10, 5, 0] as const;

/** A rejection that waits for its confirmation. */
interface Candidate {
  readonly found: FoundZone;
  /** A close must go beyond this price (seen from the zone's side). */
  readonly beyond: number;
  readonly bornBar: number;
}

type Emit = (zone: Zone) => void;
const KINDS: readonly ZoneKind[] = ['demand', 'supply'];

/**
 * Supply and demand zones of one timeframe. Zones are made and broken when a bar closes; trades touch them. A
 * zone is fresh when price has left it, tested at each touch (a new one only after price has left by half its
 * height), broken when a bar closes beyond it by more than 0.1 ATR, expired after 500 bars or with its third
 * touch. A visit is one touch, also where a wick goes through the zone: that costs strength. *Units*: steps.
 */
export class ZoneBook implements InSteps {
  /** Nothing happens to any zone here while the price stays strictly between the two. */
  lowerGuard = Number.NEGATIVE_INFINITY;
  upperGuard = Number.POSITIVE_INFINITY;
  private zones: LiveZone[] = [];
  private candidates: Candidate[] = [];
  private readonly instrument: InstrumentId;
  private readonly bars: AtrBars;
  /** The books of the longer timeframes: a zone that one of theirs overlaps is stronger. */
  private readonly longer: readonly ZoneBook[];

  constructor(instrument: InstrumentId, bars: AtrBars, longer: readonly ZoneBook[]) {
    this.instrument = instrument;
    this.bars = bars;
    this.longer = longer;
  }

  /** Takes a trade's price; call it when the price is outside the guards. */
  onPrice(price: number, timeUs: TimeUs, emit: Emit): void {
    let gone = false;
    for (const zone of this.zones) {
      const s = sideOf(zone.kind);
      const proximal = proximalOf(zone);
      if (!zone.armed) {
        if (s * price < s * proximal + (zone.high - zone.low) / 2) continue;
        zone.armed = true;
        zone.deep = false;
      } else if (s * price <= s * proximal) {
        zone.armed = false;
        gone = this.touch(zone, timeUs, emit) || gone;
      }
    }
    if (gone) this.zones = this.zones.filter(isAlive);
    this.setGuards();
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, emit: Emit): void {
    for (const zone of this.zones) this.age(zone, timeUs, emit);
    this.zones = this.zones.filter(isAlive);
    for (const kind of KINDS) {
      const impulse = findBaseImpulse(this.bars, kind);
      if (impulse !== null) this.add(impulse, timeUs, emit);
    }
    this.confirm(timeUs, emit);
    for (const kind of KINDS) {
      const found = findRejection(this.bars, kind);
      if (found === null) continue;
      const beyond = sidedBar(this.bars, 0, kind).high;
      this.candidates.push({ found, beyond, bornBar: this.bars.series.bars });
    }
    this.setGuards();
  }

  /** Returns the fresh and tested zones that a rule can choose at a price, oldest first. */
  nearest(price: number): Zone[] {
    const nearest = new NearestZones(price);
    for (const [i, zone] of this.zones.entries())
      nearest.weigh(i, zone.kind === 'demand', zone.low, zone.high, this.strength(zone));
    return nearest.chosen().map((i) => this.toZone(this.zones[i]!));
  }

  /** Returns whether a living zone of this kind shares prices with the band. */
  overlaps(kind: ZoneKind, low: number, high: number): boolean {
    return this.zones.some((zone) => zone.kind === kind && zone.low <= high && zone.high >= low);
  }

  rescale(priceFactor: number): void {
    for (const zone of this.zones) {
      zone.low *= priceFactor;
      zone.high *= priceFactor;
    }
    this.candidates = this.candidates.map(({ found, beyond, bornBar }) => {
      const { low, high } = found;
      const moved = { ...found, low: low * priceFactor, high: high * priceFactor };
      return { found: moved, beyond: beyond * priceFactor, bornBar };
    });
    this.setGuards();
  }

  save(to: SnapshotWriter): void {
    to.number(this.zones.length);
    for (const zone of this.zones) saveZone(to, zone);
    to.number(this.candidates.length);
    for (const { found, beyond, bornBar } of this.candidates) {
      saveKinds(to, found.kind, found.origin);
      to.numbers([found.low, found.high, found.score, found.barUs, beyond, bornBar]);
    }
  }

  load(from: SnapshotReader): void {
    const zones = from.count(8);
    for (let i = 0; i < zones; i++) this.zones.push(loadZone(from));
    const candidates = from.count(8);
    for (let i = 0; i < candidates; i++) {
      const kinds = loadKinds(from);
      const [low, high, score, barUs, beyond, bornBar] = from.numbers();
      const found = { ...kinds, low: low!, high: high!, score: score!, barUs: barUs! };
      this.candidates.push({ found, beyond: beyond!, bornBar: bornBar! });
    }
    this.setGuards();
  }

  /** Counts a touch; returns whether it used the zone up. */
  private touch(zone: LiveZone, timeUs: TimeUs, emit: Emit): boolean {
    zone.touches++;
    zone.lastTestedUs = timeUs;
    zone.status = zone.touches >= MAX_TOUCHES ? 'expired' : 'tested';
    emit(this.toZone(zone));
    return !isAlive(zone);
  }

  private age(zone: LiveZone, _timeUs: TimeUs, emit: Emit): void {
    const s = sideOf(zone.kind);
    const bar = sidedBar(this.bars, 0, zone.kind);
    const distal = s * (s > 0 ? zone.low : zone.high);
    const atr = this.atr();
    if (bar.close < distal - 0.1 * atr) zone.status = 'broken';
    else if (this.bars.series.bars - zone.bornBar >= MAX_AGE_BARS) zone.status = 'expired';
    else if (bar.low < distal && !zone.deep) {
      zone.deep = true;
      zone.deepTests++;
    } else return;
    emit(this.toZone(zone));
  }

  private confirm(timeUs: TimeUs, emit: Emit): void {
    this.candidates = this.candidates.filter(({ found, beyond, bornBar }) => {
      const s = sideOf(found.kind);
      const close = sidedBar(this.bars, 0, found.kind).close;
      const [distal, proximal] = s > 0 ? [found.low, found.high] : [-found.high, -found.low];
      if (close < distal) return false;
      const left = Math.min(proximal - distal, 0.5 * this.atr());
      if (close > beyond && close >= proximal + left) {
        this.add(found, timeUs, emit);
        return false;
      }
      return this.bars.series.bars - bornBar < CONFIRM_BARS;
    });
  }

  private add(found: FoundZone, timeUs: TimeUs, emit: Emit): void {
    const { timeframe, bars } = this.bars.series;
    const nested = this.longer.some((book) => book.overlaps(found.kind, found.low, found.high));
    const id = zoneId(
      hashId('zone', this.instrument, 'robust', timeframe, found.kind, found.origin, found.barUs),
    );
    if (this.zones.some((zone) => zone.id === id)) return;
    const zone: LiveZone = {
      id,
      kind: found.kind,
      origin: found.origin,
      firstSeenUs: timeUs,
      bornBar: bars,
      score: found.score + (nested ? HIGHER_TIMEFRAME_POINTS : 0),
      low: found.low,
      high: found.high,
      status: 'fresh',
      touches: 0,
      deepTests: 0,
      lastTestedUs: 0,
      armed: true,
      deep: false,
    };
    if (!this.merge(zone, emit)) return;
    this.zones.push(zone);
    emit(this.toZone(zone));
    this.evictWeakest(zone.kind, emit);
  }

  /**
   * Joins the zone with those that it mostly covers. Returns false when an older, stronger one took it in.
   */
  private merge(zone: LiveZone, emit: Emit): boolean {
    const tallest = 2 * this.atr();
    for (const other of this.zones) {
      if (other.kind !== zone.kind || !mostlyOverlap(other, zone)) continue;
      const otherWins = this.strength(other) >= this.strength(zone);
      const [kept, lost] = otherWins ? [other, zone] : [zone, other];
      const low = Math.min(kept.low, lost.low);
      const high = Math.max(kept.high, lost.high);
      // A union that has become too tall to mean a level is not made.
      if (high - low <= tallest && high - low > kept.high - kept.low) {
        kept.low = low;
        kept.high = high;
        if (otherWins) emit(this.toZone(other));
      }
      if (otherWins) return false;
      other.status = 'expired';
      emit(this.toZone(other));
    }
    this.zones = this.zones.filter(isAlive);
    return true;
  }

  private evictWeakest(kind: ZoneKind, emit: Emit): void {
    const same = this.zones.filter((zone) => zone.kind === kind);
    if (same.length <= MAX_ZONES) return;
    let weakest = same[0]!;
    for (const zone of same) if (this.strength(zone) < this.strength(weakest)) weakest = zone;
    weakest.status = 'expired';
    emit(this.toZone(weakest));
    this.zones = this.zones.filter(isAlive);
  }

  /** *Units*: steps; 0 before it exists. */
  private atr(): number {
    return this.bars.atr() || 0;
  }

  private strength(zone: LiveZone): number {
    const fresh = FRESHNESS[Math.min(zone.touches, MAX_TOUCHES)]!;
    const points = zone.score + fresh - DEEP_TEST_COST * zone.deepTests;
    return Math.max(0, points * Math.exp(-(this.bars.series.bars - zone.bornBar) / MAX_AGE_BARS));
  }

  private setGuards(): void {
    let lower = Number.NEGATIVE_INFINITY;
    let upper = Number.POSITIVE_INFINITY;
    for (const zone of this.zones) {
      const s = sideOf(zone.kind);
      const next = zone.armed ? proximalOf(zone) : proximalOf(zone) + (s * (zone.high - zone.low)) / 2;
      if (zone.armed === s > 0) lower = Math.max(lower, next);
      else upper = Math.min(upper, next);
    }
    this.lowerGuard = lower;
    this.upperGuard = upper;
  }

  private toZone(zone: LiveZone): Zone {
    const { price } = this.bars.resolution;
    return {
      id: zone.id,
      instrument: this.instrument,
      rules: 'robust',
      timeframe: this.bars.series.timeframe,
      kind: zone.kind,
      origin: zone.origin,
      low: price.toValue(zone.low),
      high: price.toValue(zone.high),
      strength: this.strength(zone),
      status: zone.status,
      touches: zone.touches,
      firstSeenUs: zone.firstSeenUs,
      lastTestedUs: zone.lastTestedUs,
    };
  }
}
