import {
  type AnalyticsSink,
  footprintOf,
  type InSteps,
  InstrumentAnalytics,
  type MarketProfileRow,
  NOBODY,
  Resolution,
  USUAL_SETTINGS,
} from '@algo/market-analytics';
import {
  BUY,
  type Candle,
  type FairValueGap,
  type Instrument,
  type RuleSet,
  sliceTrades,
  TIMEFRAME_US,
  TIMEFRAMES,
  type Timeframe,
  type TradeColumns,
  type Zone,
} from '@algo/model';
import {
  type AnalysisLine,
  candleLine,
  footprintLine,
  gapLine,
  profileLine,
  zoneLine,
} from './analysis-lines.ts';

/** What of an instrument's trades is wanted. */
export interface TradeAnalysis {
  readonly instrument: Instrument;
  readonly timeframes: readonly Timeframe[];
  readonly features: readonly string[];
  readonly rules: readonly RuleSet[];
}

const BAR_US = TIMEFRAME_US['15s'];
type Traded = Map<number, [buy: number, sell: number]>;

/**
 * Takes trades of one instrument, oldest first, and gathers a line for each bar that closes and for each step
 * of what is drawn. *Errors*: InputError naming a feature.
 */
export class TradeAnalyst implements InSteps {
  readonly #wanted: TradeAnalysis;
  readonly #engine: InstrumentAnalytics;
  readonly #traded: readonly Traded[] = TIMEFRAMES.map((): Traded => new Map());
  readonly #resolution: Resolution;
  #lines: AnalysisLine[] = [];
  /** When the newest bar ended. */
  #endUs = 0;
  /** Candles of this moment, whose features are read when the moment is over. */
  #closed: { readonly candle: Candle; readonly at: number }[] = [];

  constructor(wanted: TradeAnalysis) {
    const { instrument, features, rules } = wanted;
    const [priceTick, quantityStep] = [instrument.priceTick.toNumber(), instrument.quantityStep.toNumber()];
    this.#wanted = wanted;
    this.#engine = new InstrumentAnalytics({
      ...{ ...USUAL_SETTINGS, instrument: instrument.id, priceTick, quantityStep, features, rules },
    });
    this.#resolution = new Resolution(priceTick, quantityStep);
  }

  /** Takes trades and returns the lines that came of them. */
  take(trades: TradeColumns): AnalysisLine[] {
    for (let from = 0; from < trades.count; ) {
      const barUs = Math.floor(trades.timeUs[from]! / BAR_US) * BAR_US;
      let to = from + 1;
      while (to < trades.count && trades.timeUs[to]! < barUs + BAR_US) to++;
      this.#engine.advanceTo(barUs, this.#sink); // closes the bars before, with what has traded so far
      this.#print(trades, from, to);
      this.#engine.onTrades(sliceTrades(trades, from, to), true, this.#sink);
      from = to;
    }
    return this.#lines.splice(0);
  }

  readonly #sink: AnalyticsSink = {
    ...NOBODY,
    onCandle: (candle: Candle) => this.#onCandle(candle),
    onZone: (zone: Zone) => {
      const atUs = Math.max(this.#endUs, zone.lastTestedUs);
      if (this.#wants(zone.timeframe)) this.#say(zoneLine(zone, zone.timeframe, atUs));
    },
    onGap: (gap: FairValueGap) => {
      const atUs = Math.max(this.#endUs, gap.filledUs);
      if (this.#wants(gap.timeframe)) this.#say(gapLine(gap, gap.timeframe, atUs));
    },
    onProfile: (row: MarketProfileRow) => {
      const { timeframe } = row;
      const isSession = timeframe === 'session' || timeframe === 'developing';
      if (isSession || this.#wants(timeframe === '60m' ? '1h' : timeframe))
        this.#say(profileLine(row, this.#wanted.instrument.id, isSession ? 'robust' : 'classic'));
    },
    onStateDue: () => this.#fill(),
  };
  #onCandle(candle: Candle): void {
    const lengthUs = TIMEFRAME_US[candle.timeframe];
    this.#endUs = candle.openTimeUs + lengthUs;
    const traded = this.#traded[TIMEFRAMES.indexOf(candle.timeframe)]!;
    if (this.#wants(candle.timeframe)) {
      this.#closed.push({ candle, at: this.#lines.length });
      this.#say(candleLine(candle, [], []));
      const { price, quantity } = this.#resolution;
      const footprint = footprintOf(
        traded,
        (s) => price.toValue(s),
        (s) => quantity.toValue(s),
      );
      if (footprint.rows.length > 0) this.#say(footprintLine(candle, footprint));
    }
    traded.clear();
  }

  /** Puts the features into the lines of candles: a state is due when all bars of a moment have closed. */
  #fill(): void {
    if (this.#closed.length === 0) return;
    const { features, bars } = this.#engine.stateInHand();
    for (const { candle, at } of this.#closed.splice(0)) {
      const { values } = bars[TIMEFRAMES.indexOf(candle.timeframe)]!;
      this.#lines[at] = candleLine(candle, features, values);
    }
  }

  /** Counts trades into the footprints of all open bars. */
  #print(trades: TradeColumns, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      this.#resolution.fit(trades.price[i]!, trades.quantity[i]!, () => [this]);
      const step = this.#resolution.price.toSteps(trades.price[i]!);
      const lots = this.#resolution.quantity.toSteps(trades.quantity[i]!);
      const side = trades.side[i] === BUY ? 0 : 1;
      for (const traded of this.#traded) {
        let row = traded.get(step);
        if (row === undefined) {
          row = [0, 0];
          traded.set(step, row);
        }
        row[side] += lots;
      }
    }
  }

  /** Follows finer steps; called by them. */
  rescale(priceFactor: number, quantityFactor: number): void {
    for (const traded of this.#traded) {
      const rows = [...traded];
      traded.clear();
      for (const [step, [buy, sell]] of rows)
        traded.set(step * priceFactor, [buy * quantityFactor, sell * quantityFactor]);
    }
  }

  #wants(timeframe: Timeframe): boolean {
    return this.#wanted.timeframes.includes(timeframe);
  }

  #say(line: AnalysisLine): void {
    this.#lines.push(line);
  }
}
