import {
  type FairValueGap,
  type InstrumentId,
  type MarketProfile,
  TIMEFRAMES,
  type TimeUs,
  type Zone,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import type { Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { Rules } from '../rules.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { GapList } from './gap-list.ts';
import { type LookBack, LookBackProfiles } from './look-back-profiles.ts';
import { ZoneList } from './zone-list.ts';

/** Number in TIMEFRAMES of the shortest timeframe that has zones and gaps: 1m. */
const FIRST_WITH_PATTERNS = 1;
/** The look-back whose profile is stored as the bar of each timeframe closes. */
const STORED: readonly (LookBack | null)[] = TIMEFRAMES.map((timeframe) =>
  timeframe === '15s' ? null : timeframe === '1h' ? '60m' : timeframe,
);

/** What rule set `classic` draws on the closed bars of all timeframes, and where the last trades were. */
export class ClassicRules implements Rules {
  readonly name = 'classic';
  readonly #zones: readonly ZoneList[];
  readonly #gaps: readonly GapList[];
  readonly #profiles: LookBackProfiles;

  /** *Shape*: `series` in order of TIMEFRAMES. */
  constructor(instrument: InstrumentId, series: readonly BarSeries[], resolution: Resolution) {
    const patterned = series.slice(FIRST_WITH_PATTERNS);
    this.#zones = patterned.map((bars) => new ZoneList(instrument, bars, resolution));
    this.#gaps = patterned.map((bars) => new GapList(instrument, bars, resolution));
    this.#profiles = new LookBackProfiles(resolution);
  }

  /** Time of the newest trade that a profile had to let go of too early, −∞ when none. */
  get droppedUs(): TimeUs {
    return this.#profiles.droppedUs;
  }

  /** *Units*: whole steps. */
  add(timeUs: TimeUs, price: number, volume: number): void {
    this.#profiles.add(timeUs, price, volume);
  }

  /** Takes the newest closed bar of timeframe number `f`, which ends at `endUs`. */
  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void {
    const i = f - FIRST_WITH_PATTERNS;
    if (i < 0) {
      for (const list of this.#zones) list.expire(endUs, (zone) => sink.onZone(zone));
      for (const list of this.#gaps) list.expire(endUs, (gap) => sink.onGap(gap));
      return;
    }
    this.#zones[i]!.onBar(endUs, (zone) => sink.onZone(zone));
    this.#gaps[i]!.onBar(endUs, (gap) => sink.onGap(gap));
    const scope = STORED[f];
    const row = scope ? this.#profiles.row(scope, endUs) : null;
    if (row !== null) sink.onProfile(row);
  }

  zones(price: number, momentUs: TimeUs): Zone[] {
    return this.#zones.flatMap((list) => list.nearest(price, momentUs));
  }

  gaps(price: number, momentUs: TimeUs): FairValueGap[] {
    return this.#gaps.flatMap((list) => list.nearest(price, momentUs));
  }

  profiles(momentUs: TimeUs): MarketProfile[] {
    return this.#profiles.read(momentUs);
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const part of [...this.#zones, ...this.#gaps]) part.rescale(priceFactor);
    this.#profiles.rescale(priceFactor, quantityFactor);
  }

  save(to: SnapshotWriter, momentUs: TimeUs): void {
    for (const part of [...this.#zones, ...this.#gaps]) part.save(to);
    this.#profiles.save(to, momentUs);
  }

  load(from: SnapshotReader): void {
    for (const part of [...this.#zones, ...this.#gaps]) part.load(from);
    this.#profiles.load(from);
  }
}
