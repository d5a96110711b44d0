import {
  type FairValueGap,
  type InstrumentId,
  type MarketProfile,
  type ProfileScope,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TimeUs,
  US_PER_DAY,
  type Wanted,
  type Zone,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import type { Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { Rules } from '../rules.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { TapeTip } from '../tape-tip.ts';
import { AtrBars } from './atr-bars.ts';
import { GapBook } from './gap-book.ts';
import { SessionProfile } from './session-profile.ts';
import { ZoneBook } from './zone-book.ts';

/** Number in TIMEFRAMES of the shortest timeframe that has zones and gaps: 1m. */
const FIRST_WITH_PATTERNS = 1;
const QUARTER_HOUR = TIMEFRAMES.indexOf('15m');

/** What rule set `robust` draws on the closed bars of all timeframes, and the session's volume by price. */
export class RobustRules implements Rules {
  readonly name = 'robust';
  /** No zone or gap of any timeframe changes while the price stays strictly between the two. */
  lowerGuard = Number.NEGATIVE_INFINITY;
  upperGuard = Number.POSITIVE_INFINITY;
  /** Shortest timeframe first, as the books are. */
  readonly #bars: readonly AtrBars[];
  readonly #zones: readonly ZoneBook[];
  readonly #gaps: readonly GapBook[];
  readonly #profile: SessionProfile;
  readonly #wanted: Wanted;
  readonly #orders: () => number;
  /** Taker orders seen when the session began. */
  #sessionOrders = 0;

  /** *Shape*: `series` in order of TIMEFRAMES; `orders` counts taker orders since the start. */
  constructor(
    instrument: InstrumentId,
    series: readonly BarSeries[],
    resolution: Resolution,
    wanted: Wanted,
    orders: () => number,
  ) {
    this.#wanted = wanted;
    this.#orders = orders;
    this.#bars = series.slice(FIRST_WITH_PATTERNS).map((bars) => new AtrBars(bars, resolution));
    const zones: ZoneBook[] = [];
    for (const bars of this.#bars.toReversed()) zones.unshift(new ZoneBook(instrument, bars, [...zones]));
    this.#zones = zones;
    this.#gaps = this.#bars.map((bars) => new GapBook(instrument, bars));
    this.#profile = new SessionProfile(resolution, () => this.#usualRange());
  }

  /** Takes a trade; `onPrice` must be called too when its price is outside the guards. */
  add(price: number, volume: number): void {
    this.#profile.add(price, volume);
  }

  onPrice(price: number, timeUs: TimeUs, sink: AnalyticsSink): void {
    for (const book of this.#zones)
      if (price <= book.lowerGuard || price >= book.upperGuard)
        book.onPrice(price, timeUs, (zone) => sink.onZone(zone));
    for (const book of this.#gaps)
      if (price <= book.lowerGuard || price >= book.upperGuard)
        book.onPrice(price, timeUs, (gap) => sink.onGap(gap));
    this.#setGuards();
  }

  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void {
    const i = f - FIRST_WITH_PATTERNS;
    if (i < 0) return;
    this.#bars[i]!.onBar();
    this.#zones[i]!.onBar(endUs, (zone) => sink.onZone(zone));
    this.#gaps[i]!.onBar(endUs, (gap) => sink.onGap(gap));
    this.#setGuards();
    if (f !== QUARTER_HOUR || !this.#wanted.rows) return;
    const row = this.#profile.row(endUs, 'developing', this.#ordersOfSession());
    if (row !== null) sink.onProfile(row);
  }

  /** Takes a bar of somebody else, which the series has just taken: nothing is drawn on it. */
  onWarmBar(f: number): void {
    this.#bars[f - FIRST_WITH_PATTERNS]?.onBar();
  }

  endSession(endUs: TimeUs, sink: AnalyticsSink): void {
    const orders = this.#ordersOfSession();
    const row = this.#wanted.rows ? this.#profile.row(endUs, 'session', orders) : null;
    if (row !== null) sink.onProfile(row);
    this.#profile.endSession(orders);
    this.#sessionOrders = this.#orders();
  }

  zones({ price }: TapeTip): Zone[] {
    return this.#zones.flatMap((book, i) => (this.#isAsked(i) ? book.nearest(price) : []));
  }

  gaps({ price }: TapeTip): FairValueGap[] {
    return this.#gaps.flatMap((book, i) => (this.#isAsked(i) ? book.nearest(price) : []));
  }

  profiles(): MarketProfile[] {
    const asks = (scope: ProfileScope) => this.#wanted.profiles.includes(scope);
    const session = asks('session') ? this.#profile.developing(this.#ordersOfSession()) : null;
    const previous = asks('previous-session') ? this.#profile.previousSession() : null;
    return [session, previous].filter((profile) => profile !== null);
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const part of [...this.#zones, ...this.#gaps]) part.rescale(priceFactor);
    this.#profile.rescale(priceFactor, quantityFactor);
    this.#setGuards();
  }

  save(to: SnapshotWriter): void {
    to.number(this.#sessionOrders);
    for (const part of this.#parts()) part.save(to);
  }

  load(from: SnapshotReader): void {
    this.#sessionOrders = from.number();
    for (const part of this.#parts()) part.load(from);
    this.#setGuards();
  }

  #parts() {
    return [...this.#bars, ...this.#zones, ...this.#gaps, this.#profile] as const;
  }

  /** Books of all timeframes are kept, because they look at each other; those that are asked are read. */
  #isAsked(i: number): boolean {
    return this.#wanted.timeframes.includes(this.#bars[i]!.series.timeframe);
  }

  #ordersOfSession(): number {
    return this.#orders() - this.#sessionOrders;
  }

  /** Returns a day's range by the longest timeframe whose true range is known, 0 where none is. */
  #usualRange(): number {
    for (const bars of this.#bars.toReversed()) {
      if (bars.series.bars === 0) continue;
      const atr = bars.atr();
      if (atr > 0) return atr * Math.sqrt(US_PER_DAY / TIMEFRAME_US[bars.series.timeframe]);
    }
    return 0;
  }

  #setGuards(): void {
    const books = [...this.#zones, ...this.#gaps];
    this.lowerGuard = Math.max(...books.map((book) => book.lowerGuard));
    this.upperGuard = Math.min(...books.map((book) => book.upperGuard));
  }
}
