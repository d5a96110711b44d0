import {
  type FairValueGap,
  type InstrumentId,
  type MarketProfile,
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
import type { TapeTip } from '../tape-tip.ts';
import type { TradeRing } from '../trade-ring.ts';
import { GapList } from './gap-list.ts';
import { LOOK_BACK_SCOPES, type LookBack } from './look-back.ts';
import { LookBackProfiles } from './look-back-profiles.ts';
import { ZoneList } from './zone-list.ts';

/** Number in TIMEFRAMES of the shortest timeframe that has zones and gaps: 1m. */
const FIRST_WITH_PATTERNS = 1;
/** The look-back whose profile is stored as the bar of each timeframe closes. */
const STORED: readonly (LookBack | null)[] = TIMEFRAMES.map((timeframe) =>
  timeframe === '15s' ? null : timeframe === '1h' ? '60m' : timeframe,
);

const NO_PROFILES: readonly MarketProfile[] = [];

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
  readonly #hasRows: boolean;
  /** Until when no list lets anything go. */
  #quietUntilUs = Number.NEGATIVE_INFINITY;
  readonly #nearZones = new KeptNearest<Zone>();
  readonly #nearGaps = new KeptNearest<FairValueGap>();

  /** *Shape*: `series` in order of TIMEFRAMES. */
  constructor(
    instrument: InstrumentId,
    series: readonly BarSeries[],
    resolution: Resolution,
    asked: Wanted,
    ring: TradeRing,
  ) {
    this.#lists = series.map((bars, f) => {
      if (f < FIRST_WITH_PATTERNS || !asked.timeframes.includes(bars.timeframe)) return null;
      return {
        zones: this.#nearZones.add((onChange) => new ZoneList(instrument, bars, resolution, onChange)),
        gaps: this.#nearGaps.add((onChange) => new GapList(instrument, bars, resolution, onChange)),
      };
    });
    this.#asked = this.#lists.filter((lists) => lists !== null);
    this.#hasRows = asked.rows;
    const scopes = LOOK_BACK_SCOPES.filter((scope) => asked.rows || asked.profiles.includes(scope));
    const shown = scopes.filter((scope) => asked.profiles.includes(scope));
    this.#profiles = scopes.length > 0 ? new LookBackProfiles(resolution, scopes, shown, ring) : null;
  }

  /** Takes the newest closed bar of timeframe number `f`, which ends at `endUs`. */
  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void {
    if (f < FIRST_WITH_PATTERNS) {
      if (endUs <= this.#quietUntilUs) return;
      for (const { zones } of this.#asked) zones.expire(endUs, sink);
      for (const { gaps } of this.#asked) gaps.expire(endUs, sink);
    } else {
      this.#lists[f]?.zones.onBar(endUs, sink);
      this.#lists[f]?.gaps.onBar(endUs, sink);
    }
    this.#quietUntilUs = Number.POSITIVE_INFINITY;
    for (const { zones, gaps } of this.#asked)
      this.#quietUntilUs = Math.min(this.#quietUntilUs, zones.quietUntilUs, gaps.quietUntilUs);
    if (f < FIRST_WITH_PATTERNS) return;
    const scope = this.#hasRows ? STORED[f] : null;
    const row = scope && this.#profiles !== null ? this.#profiles.row(scope, endUs) : null;
    if (row !== null) sink.onProfile(row);
  }

  zones(tip: TapeTip): readonly Zone[] {
    return this.#nearZones.at(tip);
  }

  gaps(tip: TapeTip): readonly FairValueGap[] {
    return this.#nearGaps.at(tip);
  }

  profiles(tip: TapeTip): readonly MarketProfile[] {
    return this.#profiles?.read(tip) ?? NO_PROFILES;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const part of this.#parts()) part.rescale(priceFactor);
    this.#profiles?.rescale(priceFactor, quantityFactor);
  }

  save(to: SnapshotWriter): void {
    for (const part of this.#parts()) part.save(to);
    to.number(this.#profiles?.lengthUs ?? 0);
  }

  load(from: SnapshotReader): void {
    this.#quietUntilUs = Number.NEGATIVE_INFINITY;
    for (const part of this.#parts()) part.load(from);
    if (from.number() !== (this.#profiles?.lengthUs ?? 0)) refuseSnapshot('with other profiles');
    this.#profiles?.restart();
  }

  #parts(): (ZoneList | GapList)[] {
    return this.#asked.flatMap(({ zones, gaps }) => [zones, gaps]);
  }
}
