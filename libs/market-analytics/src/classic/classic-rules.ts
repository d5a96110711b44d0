import {
  type FairValueGap,
  type InstrumentId,
  type MarketProfile,
  type ProfileScope,
  TIMEFRAMES,
  type TimeUs,
  type Wanted,
  type Zone,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import { KeptNearest } from '../kept-nearest.ts';
import type { Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { Rules } from '../rules.ts';
import { refuseSnapshot, type SnapshotReader, type SnapshotWriter } from '../snapshot.ts';
import { GapList, type KeptGaps } from './gap-list.ts';
import { LOOK_BACK_SCOPES, type LookBack, LookBackProfiles } from './look-back-profiles.ts';
import { type KeptZones, ZoneList } from './zone-list.ts';

/** Number in TIMEFRAMES of the shortest timeframe that has zones and gaps: 1m. */
const FIRST_WITH_PATTERNS = 1;
/** The look-back whose profile is stored as the bar of each timeframe closes. */
const STORED: readonly (LookBack | null)[] = TIMEFRAMES.map((timeframe) =>
  timeframe === '15s' ? null : timeframe === '1h' ? '60m' : timeframe,
);

/** What is drawn on the bars of one timeframe. */
interface PatternLists {
  readonly zones: ZoneList;
  readonly gaps: GapList;
}

/** What rule set `classic` draws on the closed bars of all timeframes, and where the last trades were. */
export class ClassicRules implements Rules {
  readonly name = 'classic';
  /** By number in TIMEFRAMES; none where nobody asked. */
  readonly #lists: readonly (PatternLists | null)[];
  readonly #asked: readonly PatternLists[];
  /** Null where nobody asked for any. */
  readonly #profiles: LookBackProfiles | null;
  readonly #scopes: readonly ProfileScope[];
  readonly #hasRows: boolean;
  readonly #nearZones: KeptZones = new KeptNearest();
  readonly #nearGaps: KeptGaps = new KeptNearest();

  /** *Shape*: `series` in order of TIMEFRAMES. */
  constructor(instrument: InstrumentId, series: readonly BarSeries[], resolution: Resolution, asked: Wanted) {
    this.#lists = series.map((bars, f) => {
      if (f < FIRST_WITH_PATTERNS || !asked.timeframes.includes(bars.timeframe)) return null;
      const zones = new ZoneList(instrument, bars, resolution, this.#nearZones);
      return { zones, gaps: new GapList(instrument, bars, resolution, this.#nearGaps) };
    });
    this.#asked = this.#lists.filter((lists) => lists !== null);
    this.#scopes = asked.profiles;
    this.#hasRows = asked.rows;
    const scopes = LOOK_BACK_SCOPES.filter((scope) => asked.rows || asked.profiles.includes(scope));
    this.#profiles = scopes.length > 0 ? new LookBackProfiles(resolution, scopes) : null;
  }

  /** Time of the newest trade that a profile had to let go of too early, −∞ when none. */
  get droppedUs(): TimeUs {
    return this.#profiles?.droppedUs ?? Number.NEGATIVE_INFINITY;
  }

  /** *Units*: whole steps. */
  add(timeUs: TimeUs, price: number, volume: number): void {
    this.#profiles?.add(timeUs, price, volume);
  }

  /** Takes the newest closed bar of timeframe number `f`, which ends at `endUs`. */
  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void {
    if (f < FIRST_WITH_PATTERNS) {
      for (const { zones } of this.#asked) zones.expire(endUs, sink);
      for (const { gaps } of this.#asked) gaps.expire(endUs, sink);
      return;
    }
    this.#lists[f]?.zones.onBar(endUs, sink);
    this.#lists[f]?.gaps.onBar(endUs, sink);
    const scope = this.#hasRows ? STORED[f] : null;
    const row = scope && this.#profiles !== null ? this.#profiles.row(scope, endUs) : null;
    if (row !== null) sink.onProfile(row);
  }

  zones(price: number, momentUs: TimeUs): readonly Zone[] {
    return this.#nearZones.at(price, momentUs);
  }

  gaps(price: number, momentUs: TimeUs): readonly FairValueGap[] {
    return this.#nearGaps.at(price, momentUs);
  }

  profiles(momentUs: TimeUs): MarketProfile[] {
    return this.#profiles?.read(momentUs, this.#scopes) ?? [];
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const part of this.#parts()) part.rescale(priceFactor);
    this.#profiles?.rescale(priceFactor, quantityFactor);
  }

  save(to: SnapshotWriter, momentUs: TimeUs): void {
    for (const part of this.#parts()) part.save(to);
    to.flag(this.#profiles !== null);
    this.#profiles?.save(to, momentUs);
  }

  load(from: SnapshotReader): void {
    for (const part of this.#parts()) part.load(from);
    if (from.flag() !== (this.#profiles !== null)) refuseSnapshot('with other profiles');
    this.#profiles?.load(from);
  }

  #parts(): (ZoneList | GapList)[] {
    return this.#asked.flatMap(({ zones, gaps }) => [zones, gaps]);
  }
}
