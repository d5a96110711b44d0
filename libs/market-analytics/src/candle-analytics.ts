import {
  type FairValueGap,
  type InstrumentId,
  MIN_TRADES,
  type RuleSet,
  type TimeUs,
  type Zone,
} from '@algo/model';
import { BarSeries, type StepBar } from './bar-series.ts';
import { GapList } from './classic/gap-list.ts';
import { ZoneList } from './classic/zone-list.ts';
import { FeatureSet } from './features/feature-set.ts';
import { type InSteps, Resolution } from './resolution.ts';
import { AtrBars } from './robust/atr-bars.ts';
import { GapBook } from './robust/gap-book.ts';
import { ZoneBook } from './robust/zone-book.ts';

/** A closed bar of any length. *Units*: quote; base. *Shape*: `buyVolume` null where nobody tells. */
export interface AnyBar {
  readonly openTimeUs: TimeUs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly buyVolume: number | null;
}

/** What happens to the zones and gaps of a bar. */
export interface PatternSink {
  onZone(zone: Zone): void;
  onGap(gap: FairValueGap): void;
}

interface Books extends InSteps {
  onBar(timeUs: TimeUs, bar: StepBar, sink: PatternSink): void;
}

/** The timeframe that bars of other lengths stand under: it decides nothing but a least count of trades. */
const STANDS_FOR = '1m';

/**
 * Features, zones and gaps of one series of bars, where there are no trades: bars of any length, oldest
 * first. How prices went inside a bar is taken as open, the edge nearer to it, the other edge, close.
 */
export class CandleAnalytics {
  readonly #series: BarSeries;
  readonly #resolution = new Resolution(1, 1);
  readonly #features: FeatureSet;
  readonly #books: readonly Books[];

  /** *Errors*: InputError naming a feature that is unknown or impossible. */
  constructor(
    instrument: InstrumentId,
    lengthUs: number,
    features: readonly string[],
    rules: readonly RuleSet[],
  ) {
    this.#series = new BarSeries(STANDS_FOR, lengthUs);
    this.#features = new FeatureSet(features, this.#series, this.#resolution);
    this.#books = rules.map((name) =>
      name === 'classic'
        ? classicBooks(instrument, this.#series, this.#resolution)
        : robustBooks(instrument, this.#series, this.#resolution),
    );
  }

  /** Takes the next bar and returns the value of each feature behind it. */
  onBar(bar: AnyBar, sink: PatternSink): readonly (number | null)[] {
    const resolution = this.#resolution;
    for (const price of [bar.open, bar.high, bar.low, bar.close])
      resolution.fit(price, bar.volume, () => [this.#series, ...this.#books]);
    const { price, quantity } = resolution;
    const volume = quantity.toSteps(bar.volume);
    const buy = bar.buyVolume === null ? Math.floor(volume / 2) : quantity.toSteps(bar.buyVolume);
    const steps: StepBar = {
      openTimeUs: bar.openTimeUs,
      open: price.toSteps(bar.open),
      high: price.toSteps(bar.high),
      low: price.toSteps(bar.low),
      close: price.toSteps(bar.close),
      ...{ buy, sell: volume - buy, complete: true },
      ...{ buyTrades: bar.volume > 0 ? MIN_TRADES[STANDS_FOR] : 0, sellTrades: 0 }, // they aren't counted
    };
    this.#series.push(steps);
    this.#features.onBar(steps);
    const endUs = bar.openTimeUs + this.#series.lengthUs;
    for (const books of this.#books) books.onBar(endUs, steps, sink);
    return this.#features.values();
  }
}

function classicBooks(instrument: InstrumentId, series: BarSeries, resolution: Resolution): Books {
  const zones = new ZoneList(instrument, series, resolution);
  const gaps = new GapList(instrument, series, resolution);
  return {
    onBar(timeUs, _bar, sink) {
      zones.onBar(timeUs, sink);
      gaps.onBar(timeUs, sink);
    },
    rescale(priceFactor) {
      for (const list of [zones, gaps]) list.rescale(priceFactor);
    },
  };
}

function robustBooks(instrument: InstrumentId, series: BarSeries, resolution: Resolution): Books {
  const bars = new AtrBars(series, resolution);
  const zones = new ZoneBook(instrument, bars, []);
  const gaps = new GapBook(instrument, bars);
  return {
    onBar(timeUs, { open, high, low, close }, sink) {
      const inside = open - low <= high - open ? [low, high] : [high, low];
      for (const price of [open, ...inside, close]) {
        zones.onPrice(price, timeUs, (zone) => sink.onZone(zone));
        gaps.onPrice(price, timeUs, (gap) => sink.onGap(gap));
      }
      bars.onBar();
      zones.onBar(timeUs, (zone) => sink.onZone(zone));
      gaps.onBar(timeUs, (gap) => sink.onGap(gap));
    },
    rescale(priceFactor) {
      for (const book of [zones, gaps]) book.rescale(priceFactor);
    },
  };
}
