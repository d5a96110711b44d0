import { BUY, TIMEFRAME_US, TIMEFRAMES, type TimeUs, type TradeColumns } from '@algo/model';
import { CandleBuilder } from './candle-builder.ts';
import { candleOf } from './candle-of.ts';
import { type BarSteps, closeBarsUntil } from './close-bars.ts';
import { type InSteps, Resolution } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';
import type { AnalyticsSettings } from './settings.ts';

type BarSink = Pick<AnalyticsSink, 'onCandle' | 'onDoubt'>;

/**
 * The bars of one instrument's trades and nothing else: those that `InstrumentAnalytics` says of the same
 * trades, at a tenth of its cost, for whoever fills a store and trades nothing.
 */
export class TradeBars {
  readonly #settings: Pick<AnalyticsSettings, 'instrument' | 'priceTick' | 'quantityStep'>;
  readonly #candles = new CandleBuilder();
  readonly #resolution: Resolution;
  readonly #parts: readonly InSteps[];
  /** The time and price of the newest trade. *Units*: µs; steps. */
  #nowUs = Number.NEGATIVE_INFINITY;
  #price = 0;
  #isFeedComplete = true;

  constructor(settings: Pick<AnalyticsSettings, 'instrument' | 'priceTick' | 'quantityStep'>) {
    this.#settings = settings;
    this.#resolution = new Resolution(settings.priceTick, settings.quantityStep);
    const tip: InSteps = {
      rescale: (priceFactor) => {
        this.#price *= priceFactor;
      },
    };
    this.#parts = [this.#candles, tip];
  }

  /**
   * Takes the next trades, each of which can be one; `complete` false says that trades are missing before
   * them. What came after its bar had closed is left out of the bars: they are said to be in doubt, also
   * those that were told as incomplete, and longer ones that are open are incomplete.
   */
  onTrades(trades: TradeColumns, complete: boolean, sink: BarSink): void {
    const steps = this.#steps(sink);
    const candles = this.#candles;
    const bar = candles.shortest;
    this.#isFeedComplete = complete;
    if (!complete) bar.complete = false;
    const { count, timeUs: times, price: prices, quantity: quantities, side: sides, merged } = trades;
    let { price: priceGrid, quantity: quantityGrid } = this.#resolution;
    for (let i = 0; i < count; i++) {
      let timeUs = times[i]!;
      if (timeUs < this.#nowUs) {
        if (timeUs < bar.openTimeUs) {
          this.#leaveOut(timeUs, sink);
          continue;
        }
        timeUs = this.#nowUs;
      }
      if (timeUs >= candles.nextCloseUs) closeBarsUntil(candles, timeUs, steps);
      const [price, quantity] = [prices[i]!, quantities[i]!];
      if (!(priceGrid.holds(price) && quantityGrid.holds(quantity)))
        if (this.#resolution.fit(price, quantity, () => this.#parts))
          ({ price: priceGrid, quantity: quantityGrid } = this.#resolution);
      const ticks = priceGrid.toSteps(price);
      const lots = quantityGrid.toSteps(quantity);
      const counted = merged === undefined ? 1 : merged[i]!;
      this.#nowUs = timeUs;
      this.#price = ticks;
      if (ticks > bar.high) {
        if (bar.high < bar.low) bar.open = ticks;
        bar.high = ticks;
      }
      if (ticks < bar.low) bar.low = ticks;
      bar.close = ticks;
      if (sides[i] === BUY) {
        bar.buy += lots;
        bar.buyTrades += counted;
      } else {
        bar.sell += lots;
        bar.sellTrades += counted;
      }
    }
  }

  #leaveOut(timeUs: TimeUs, sink: BarSink): void {
    const { instrument } = this.#settings;
    this.#candles.lost(timeUs, timeUs);
    const openUs = this.#candles.shortest.openTimeUs;
    for (const timeframe of TIMEFRAMES) {
      const lengthUs = TIMEFRAME_US[timeframe];
      const openTimeUs = Math.floor(timeUs / lengthUs) * lengthUs;
      if (openTimeUs + lengthUs <= openUs)
        sink.onDoubt({ instrument, timeframe, openTimeUs, timeUs: this.#nowUs });
    }
  }

  #steps(sink: BarSink): BarSteps {
    const candles = this.#candles;
    return {
      startAt: (timeUs) => candles.startAt(timeUs),
      passTo: (endUs: TimeUs) => {
        this.#nowUs = endUs;
      },
      closeBar: (f) => {
        const bar = candles.close(f, this.#price);
        sink.onCandle(candleOf(this.#settings.instrument, f, bar, this.#resolution));
        candles.reopen(f, this.#isFeedComplete);
      },
      onClosed: () => {},
    };
  }
}
