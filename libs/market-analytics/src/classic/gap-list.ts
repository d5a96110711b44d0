import {
  type FairValueGap,
  type GapId,
  type GapKind,
  type GapStatus,
  type InstrumentId,
  type TimeUs,
  US_PER_HOUR,
} from '@algo/model';
import type { BarSeries } from '../bar-series.ts';
import type { BandList, OnBandChange } from '../kept-nearest.ts';
import type { InSteps, Resolution } from '../resolution.ts';
import type { AnalyticsSink } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { type TimedIds, timedIds } from '../timed-ids.ts';
import { EdgeOrder } from './edge-order.ts';

/** How long a gap is in the list, from the open of its first bar on; so many bars where they are longer. */
const LISTED_HOURS = 4;

/** *Units*: prices in whole steps. */
interface ListedGap {
  /** Open time of its first bar. */
  readonly openUs: TimeUs;
  readonly kind: GapKind;
  readonly id: GapId;
  low: number;
  high: number;
  /** As it is shown while it is listed, once somebody has looked. */
  shown: FairValueGap | null;
}

/** Told each step in a gap's life. */
type Told = Pick<AnalyticsSink, 'onGap'>;

/**
 * Fair value gaps of one timeframe as the owner's document draws them: bars in a row of which the third does
 * not reach back to the first, whatever the size; a bar without trades makes none. A gap is in the list until
 * four hours after its first bar opened; nothing fills it. A list holds one for each bar at most.
 */
export class GapList implements InSteps, BandList<FairValueGap> {
  readonly #onChange: OnBandChange;
  readonly #instrument: InstrumentId;
  readonly #series: BarSeries;
  readonly #resolution: Resolution;
  readonly #ids: Readonly<Record<GapKind, TimedIds<GapId>>>;
  /** Oldest first; the first of them has number `#first`. */
  #gaps: ListedGap[] = [];
  #first = 0;
  /** Those that may be chosen: bullish ones by where they begin, bearish ones by where they end, below 0. */
  readonly #above = new EdgeOrder();
  readonly #below = new EdgeOrder();
  /** So many of them are listed no more at the newest moment that was asked about. */
  #unlisted = 0;

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
    const ids = (kind: GapKind) => timedIds<GapId>('gap', instrument, 'classic', series.timeframe, kind);
    this.#ids = { bullish: ids('bullish'), bearish: ids('bearish') };
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, told: Told): void {
    this.expire(timeUs, told);
    const found = this.#find();
    if (found === null) return;
    this.#gaps.push(found);
    this.#enter(found, this.#first + this.#gaps.length - 1);
    this.#changes(found);
    told.onGap(this.#toShown(found));
  }

  /** Until when none expires. */
  get quietUntilUs(): TimeUs {
    const [oldest] = this.#gaps;
    return oldest === undefined ? Number.POSITIVE_INFINITY : this.#untilUs(oldest);
  }

  /** Lets those leave the list whose time is over. */
  expire(timeUs: TimeUs, told: Told): void {
    for (let oldest = this.#gaps[0]; oldest && !this.#isListed(oldest, timeUs); oldest = this.#gaps[0]) {
      if (this.#unlisted === 0) this.#unlist();
      this.#gaps.shift();
      this.#first++;
      this.#unlisted--;
      told.onGap(this.#toGap(oldest, 'expired'));
    }
  }

  letGo(momentUs: TimeUs): TimeUs {
    const gaps = this.#gaps;
    while (this.#unlisted < gaps.length && !this.#isListed(gaps[this.#unlisted]!, momentUs)) this.#unlist();
    return this.#unlisted < gaps.length ? this.#untilUs(gaps[this.#unlisted]!) : Number.POSITIVE_INFINITY;
  }

  /** Writes the nearest bullish gap wholly above a price and bearish one below, of equals the oldest. */
  choose(to: FairValueGap[], from: number, price: number): number {
    const above = this.#above.beyond(price);
    const below = this.#below.beyond(-price);
    let at = from;
    if (above >= 0) to[at++] = this.#toShown(this.#gaps[above - this.#first]!);
    if (below >= 0) to[at++] = this.#toShown(this.#gaps[below - this.#first]!);
    return at;
  }

  #toShown(gap: ListedGap): FairValueGap {
    gap.shown ??= this.#toGap(gap, 'open');
    return gap.shown;
  }

  rescale(priceFactor: number): void {
    for (const gap of this.#gaps) {
      gap.low *= priceFactor;
      gap.high *= priceFactor;
      gap.shown = null;
    }
    this.#order();
  }

  save(to: SnapshotWriter): void {
    to.numbers(this.#gaps.flatMap((gap) => [gap.openUs, gap.kind === 'bullish' ? 1 : 0, gap.low, gap.high]));
  }

  load(from: SnapshotReader): void {
    const numbers = from.numbers();
    this.#gaps = [];
    for (let i = 0; i < numbers.length; i += 4) {
      const kind = numbers[i + 1] === 1 ? 'bullish' : 'bearish';
      const openUs = numbers[i]!;
      const [low, high] = [numbers[i + 2]!, numbers[i + 3]!];
      this.#gaps.push({ openUs, ...this.#named(kind, openUs), low, high, shown: null });
    }
    this.#order();
  }

  /** Puts all gaps in order anew. */
  #order(): void {
    this.#onChange(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.#unlisted = 0;
    this.#above.clear();
    this.#below.clear();
    for (const [i, gap] of this.#gaps.entries()) this.#enter(gap, this.#first + i);
  }

  #enter({ kind, low, high }: ListedGap, number: number): void {
    if (kind === 'bullish') this.#above.add(low, number);
    else this.#below.add(-high, number);
  }

  /** The oldest that is listed can be chosen no more. */
  #unlist(): void {
    const gap = this.#gaps[this.#unlisted]!;
    const number = this.#first + this.#unlisted++;
    if (gap.kind === 'bullish') this.#above.remove(gap.low, number);
    else this.#below.remove(-gap.high, number);
    this.#changes(gap);
  }

  /** A gap comes or goes: it is chosen before its edge, as far as the one before that. */
  #changes({ kind, low, high }: ListedGap): void {
    if (kind === 'bullish') this.#onChange(this.#above.before(low), low);
    else this.#onChange(high, -this.#below.before(-high));
  }

  #find(): ListedGap | null {
    const series = this.#series;
    if (!series.inRow(3)) return null;
    const [third, middle, first] = [series.slot(0), series.slot(1), series.slot(2)];
    const { high, low, trades, openTime } = series;
    if (trades[first] === 0 || trades[middle] === 0 || trades[third] === 0) return null;
    const openUs = openTime[first]!;
    if (high[first]! < low[third]!)
      return { openUs, ...this.#named('bullish', openUs), low: high[first]!, high: low[third]!, shown: null };
    if (low[first]! > high[third]!)
      return { openUs, ...this.#named('bearish', openUs), low: high[third]!, high: low[first]!, shown: null };
    return null;
  }

  #named(kind: GapKind, openUs: TimeUs): Pick<ListedGap, 'kind' | 'id'> {
    return { kind, id: this.#ids[kind](openUs) };
  }

  #isListed(gap: ListedGap, timeUs: TimeUs): boolean {
    return timeUs <= this.#untilUs(gap);
  }

  #untilUs({ openUs }: ListedGap): TimeUs {
    return openUs + LISTED_HOURS * Math.max(US_PER_HOUR, this.#series.lengthUs);
  }

  #toGap({ id, openUs, kind, low, high }: ListedGap, status: GapStatus): FairValueGap {
    const { timeframe, lengthUs } = this.#series;
    const { price } = this.#resolution;
    return {
      id,
      instrument: this.#instrument,
      rules: 'classic',
      timeframe,
      kind,
      status,
      low: price.toValue(low),
      high: price.toValue(high),
      filled: 0,
      createdUs: openUs + 3 * lengthUs,
      filledUs: 0,
    };
  }
}
