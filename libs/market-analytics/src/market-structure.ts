import {
  type BarReading,
  type Candle,
  type FairValueGap,
  type InstrumentId,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TimeUs,
  type Zone,
} from '@algo/model';
import { barReading } from './bar-reading.ts';
import { BarSeries } from './bar-series.ts';
import { GapBook } from './gaps.ts';
import type { AnalyticsSink } from './rows.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import { ZoneBook } from './zones.ts';

/**
 * Number in TIMEFRAMES of the shortest timeframe that has zones and gaps: 1m.
 */
const FIRST_WITH_PATTERNS = 1;

/** The closed bars of all timeframes and what is drawn on them: regimes, zones, gaps, the bounce. */
export class MarketStructure {
  /** No zone or gap of any timeframe changes while the price stays strictly between the two. */
  lowerGuard = Number.NEGATIVE_INFINITY;
  upperGuard = Number.POSITIVE_INFINITY;
  private readonly series = TIMEFRAMES.map((timeframe) => new BarSeries(timeframe));
  /** Shortest timeframe first. */
  private readonly zones: readonly ZoneBook[];
  private readonly gaps: readonly GapBook[];
  /** The last reading of each timeframe, kept until its next bar closes. */
  private readonly kept: BarReading[] = [];

  constructor(instrument: InstrumentId, priceTick: number) {
    const patterned = this.series.slice(FIRST_WITH_PATTERNS);
    const zones: ZoneBook[] = [];
    for (const series of patterned.toReversed()) {
      zones.unshift(new ZoneBook(instrument, series, priceTick, [...zones]));
    }
    this.zones = zones;
    this.gaps = patterned.map((series) => new GapBook(instrument, series, priceTick));
  }

  onCandle(candle: Candle, f: number, sink: AnalyticsSink): void {
    this.series[f]!.push(candle);
    if (f < FIRST_WITH_PATTERNS) return;
    const endUs = candle.openTimeUs + TIMEFRAME_US[candle.timeframe];
    this.zones[f - FIRST_WITH_PATTERNS]!.onBar(endUs, (zone) => sink.onZone(zone));
    this.gaps[f - FIRST_WITH_PATTERNS]!.onBar(endUs, (gap) => sink.onGap(gap));
    this.setGuards();
  }

  /**
   * Takes closed bars of somebody else: averages go on over them, and what is drawn on later bars looks back
   * at them. Returns those that are behind what it has; the others stand already.
   */
  warm(candles: readonly Candle[], f: number): readonly Candle[] {
    const series = this.series[f]!;
    const lastUs = series.bars === 0 ? 0 : series.openTime[series.slot(0)]!;
    const fresh = candles.filter(({ openTimeUs }) => openTimeUs > lastUs);
    for (const candle of fresh) series.push(candle);
    return fresh;
  }

  /** Takes a trade's price; call it when the price is outside the guards. */
  onPrice(price: number, timeUs: TimeUs, sink: AnalyticsSink): void {
    for (const book of this.zones) {
      if (price <= book.lowerGuard || price >= book.upperGuard) {
        book.onPrice(price, timeUs, (zone) => sink.onZone(zone));
      }
    }
    for (const book of this.gaps) {
      if (price <= book.lowerGuard || price >= book.upperGuard) {
        book.onPrice(price, timeUs, (gap) => sink.onGap(gap));
      }
    }
    this.setGuards();
  }

  /** Returns one reading for each timeframe. */
  bars(): BarReading[] {
    return this.series.map((series, f) => {
      const kept = this.kept[f];
      if (kept !== undefined && kept.bars === series.bars) return kept;
      const reading = barReading(series);
      this.kept[f] = reading;
      return reading;
    });
  }

  /** Returns what lives on the structure at this moment. */
  read() {
    const zones: Zone[] = this.zones.flatMap((book) => book.living());
    const gaps: FairValueGap[] = this.gaps.flatMap((book) => book.living());
    return { zones, gaps };
  }

  save(to: SnapshotWriter): void {
    for (const part of this.parts()) part.save(to);
  }

  load(from: SnapshotReader): void {
    for (const part of this.parts()) part.load(from);
    this.setGuards();
  }

  private parts(): readonly (BarSeries | ZoneBook | GapBook)[] {
    return [...this.series, ...this.zones, ...this.gaps];
  }

  private setGuards(): void {
    let lower = Number.NEGATIVE_INFINITY;
    let upper = Number.POSITIVE_INFINITY;
    for (const books of [this.zones, this.gaps]) {
      for (const book of books) {
        lower = Math.max(lower, book.lowerGuard);
        upper = Math.min(upper, book.upperGuard);
      }
    }
    this.lowerGuard = lower;
    this.upperGuard = upper;
  }
}
