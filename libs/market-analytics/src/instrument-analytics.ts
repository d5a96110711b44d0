import {
  BUY,
  Grid,
  hashId,
  type MarketProfile,
  type MarketState,
  signalId,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TimeUs,
  type TradeColumns,
  US_PER_DAY,
  US_PER_MS,
  type WarmBars,
} from '@algo/model';
import { Agreement } from './agreement.ts';
import { BarFlow } from './bar-flow.ts';
import { CandleBuilder } from './candle-builder.ts';
import { checkTrades } from './check-trades.ts';
import { FlowWindows, LONGEST_WINDOW_US } from './flow-windows.ts';
import { MarketStructure } from './market-structure.ts';
import { MicrostructureReading } from './microstructure.ts';
import type { AnalyticsSink } from './rows.ts';
import { SessionProfile } from './session-profile.ts';
import { type AnalyticsSettings, checkSettings } from './settings.ts';
import { readHead, SnapshotReader, type SnapshotWriter, writeHead } from './snapshot.ts';
import { readWhole, refuseEmpty, type StateHead, StateInHand, type StateReading } from './state-in-hand.ts';
import { warmCandles } from './warm-bars.ts';

/** A MarketState is due at the first trade so long after the last one, and at each candle close. */
export const STATE_EVERY_US = 250 * US_PER_MS;
/**
 * A longer silence is skipped instead of being filled with empty candles: at most 5,760 of 15s in one call.
 */
export const MAX_SILENCE_US = US_PER_DAY;
const QUARTER_HOUR = TIMEFRAMES.indexOf('15m');

/**
 * All analytics of one instrument: takes executed trades in slices of any size, and the passing of event
 * time, and tells a sink what came of it. How the trades are cut into slices changes nothing. A trade older
 * than what `advanceTo` was told counts at that time. Restored from a snapshot it goes on as if it had never
 * stopped.
 */
export class InstrumentAnalytics {
  /** Numbers that are kept, in this order. */
  private static readonly kept = [
    ...(['nowUs', 'lastPrice', 'trades', 'stateDueUs'] as const),
    ...(['gapUs', 'sinceUs', 'sessionEndUs', 'pastCvd', 'sessionOrders'] as const),
  ];
  readonly settings: AnalyticsSettings;
  private readonly price: Grid;
  private readonly quantity: Grid;
  private readonly flow = new FlowWindows();
  private readonly micro = new MicrostructureReading();
  private readonly barFlow = new BarFlow(this.flow, this.micro);
  private readonly agreement = new Agreement();
  private readonly candles: CandleBuilder;
  private readonly profile: SessionProfile;
  private readonly structure: MarketStructure;
  private nowUs = Number.NEGATIVE_INFINITY;
  private lastPrice = 0;
  private trades = 0;
  private stateDueUs = Number.NEGATIVE_INFINITY;
  private feedComplete = true;
  /** Until when something is known to be missing: an open gap, the start, a skipped silence. */
  private gapUs = Number.NEGATIVE_INFINITY;
  /** From when on trades were seen behind bars of somebody else; 0 where there were none. */
  private sinceUs = 0;
  private sessionEndUs = 0;
  /** CVD of the sessions that have ended. *Units*: steps. */
  private pastCvd = 0;
  /** Taker orders seen when the session began. */
  private sessionOrders = 0;
  private readonly reading: StateReading = {
    isAt: ({ timeUs, trades }) => timeUs === this.nowUs && trades === this.trades,
    flow: () => this.flow.read(this.nowUs, this.quantity),
    bars: () => this.structure.bars(),
    microstructure: () => this.micro.read(this.nowUs),
    flipSpread: () => this.micro.flipSpread((value) => this.price.toValue(this.price.toSteps(value))),
    structures: () => [{ rules: 'classic', ...this.structure.read(), profiles: this.profiles() }],
  };

  constructor(settings: AnalyticsSettings) {
    checkSettings(settings);
    this.settings = settings;
    this.price = new Grid(settings.priceTick, 'priceTick');
    this.quantity = new Grid(settings.quantityStep, 'quantityStep');
    this.candles = new CandleBuilder(settings.instrument, this.quantity);
    this.profile = new SessionProfile(this.price, this.quantity);
    this.structure = new MarketStructure(settings.instrument, settings.priceTick);
  }

  /**
   * Takes the next trades. `complete` false says that trades are missing before or among them.
   * *Errors*: InputError naming the row that is not a trade; nothing of the slice is used then.
   */
  onTrades(trades: TradeColumns, complete: boolean, sink: AnalyticsSink): void {
    checkTrades(trades, this.settings.instrument);
    if (!complete || !this.feedComplete) this.gapUs = Math.max(this.gapUs, this.nowUs);
    this.feedComplete = complete;
    const { agreement, candles, flow, micro, profile, structure } = this;
    const { price: priceGrid, quantity: quantityGrid } = this;
    const bar = candles.shortest;
    if (!complete) bar.complete = false;
    const { signalImbalance, signalMinTrades } = this.settings;
    const { count, timeUs: times, price: prices, quantity: quantities, side: sides, merged } = trades;
    for (let i = 0; i < count; i++) {
      const price = prices[i]!;
      const quantity = quantities[i]!;
      const isBuy = sides[i] === BUY;
      let timeUs = times[i]!;
      if (timeUs < this.nowUs) timeUs = this.nowUs;
      if (timeUs >= candles.nextCloseUs) this.closeUntil(timeUs, sink);
      this.nowUs = timeUs;
      this.lastPrice = price;
      const counted = merged === undefined ? 1 : merged[i]!;
      this.trades += counted;
      if (price > bar.high) {
        if (bar.high < bar.low) bar.open = price;
        bar.high = price;
      }
      if (price < bar.low) bar.low = price;
      const steps = quantityGrid.toSteps(quantity);
      flow.add(timeUs, steps, isBuy, counted);
      profile.add(priceGrid.toSteps(price), steps);
      micro.add(timeUs, price, price * quantity, isBuy ? 1 : -1);
      if (price <= structure.lowerGuard || price >= structure.upperGuard)
        structure.onPrice(price, timeUs, sink);
      const reading = micro.signal;
      if (reading === 0) agreement.end();
      else if (agreement.weigh(reading, flow.oneMinuteSide(timeUs, signalImbalance, signalMinTrades), timeUs))
        this.raise(reading, sink);
      if (timeUs >= this.stateDueUs) {
        this.stateDueUs = timeUs + STATE_EVERY_US;
        sink.onStateDue(timeUs);
      }
    }
  }

  /**
   * Takes closed bars from before the trades that come next; those that it has stand. *Errors*: InputError.
   */
  onWarmBars(bars: WarmBars): void {
    const f = TIMEFRAMES.indexOf(bars.timeframe);
    const candles = this.structure.warm(warmCandles(bars), f);
    this.candles.warm(f, candles, bars.untilUs);
    const last = candles.at(-1);
    if (last !== undefined && last.openTimeUs + TIMEFRAME_US[last.timeframe] === bars.untilUs)
      this.lastPrice = last.close;
  }

  /** Moves event time forward without a trade and closes the bars that end by then; from a first trade on. */
  advanceTo(timeUs: TimeUs, sink: AnalyticsSink): void {
    if (this.trades === 0 || !(timeUs > this.nowUs)) return;
    if (timeUs >= this.candles.nextCloseUs) this.closeUntil(timeUs, sink);
    this.nowUs = timeUs;
  }

  /**
   * Returns everything a strategy may read, as of the newest
   * trade or time. *Errors*: InputError before the first trade.
   * *Shape*: `trades` counts since the engine's start; `cvd` runs since UTC midnight; `complete` is false
   * while a gap is open, for 15 minutes after one, and for the first 15 minutes after a start, when the
   * windows are not full yet.
   */
  state(): MarketState {
    return readWhole(this.stateHead(), this.reading);
  }

  /** Returns the same, to be looked at before the engine goes on: what nobody looks at is not read. */
  stateInHand(): MarketState {
    return new StateInHand(this.stateHead(), this.reading);
  }

  /**
   * Returns taker buy less taker sell volume since UTC midnight, and since the engine's start. *Units*: base.
   */
  cvd(): { readonly session: number; readonly running: number } {
    const session = this.flow.buy - this.flow.sell;
    return {
      session: this.quantity.toValue(session),
      running: this.quantity.toValue(this.pastCvd + session),
    };
  }

  /** Writes all state, for `restore`. */
  save(to: SnapshotWriter): void {
    writeHead(to, this.settings);
    to.numbers(InstrumentAnalytics.kept.map((name) => this[name]));
    to.flag(this.feedComplete);
    this.flow.save(to, this.nowUs);
    for (const part of this.parts()) part.save(to);
  }

  /**
   * Returns an engine that goes on from a snapshot. *Errors*: InputError on another version, another
   * instrument or other steps than the settings have, and on damaged bytes.
   */
  static restore(settings: AnalyticsSettings, bytes: Uint8Array): InstrumentAnalytics {
    const engine = new InstrumentAnalytics(settings);
    const from = new SnapshotReader(bytes);
    readHead(from, settings);
    engine.load(from);
    from.end();
    return engine;
  }

  private load(from: SnapshotReader): void {
    const values = from.numbers();
    for (const [i, name] of InstrumentAnalytics.kept.entries()) this[name] = values[i]!;
    this.feedComplete = from.flag();
    this.flow.load(from);
    for (const part of this.parts()) part.load(from);
  }

  private stateHead(): StateHead {
    if (this.lastPrice === 0) refuseEmpty(this.settings.instrument);
    const missingUs = Math.max(this.gapUs, this.flow.droppedUs);
    return {
      instrument: this.settings.instrument,
      timeUs: this.nowUs,
      price: this.lastPrice,
      priceStep: this.price.step,
      quantityStep: this.quantity.step,
      complete: this.feedComplete && this.nowUs - missingUs >= LONGEST_WINDOW_US,
      trades: this.trades,
      cvd: this.cvd().session,
      sinceUs: this.sinceUs === 0 ? null : this.sinceUs,
    };
  }

  private parts() {
    return [this.agreement, this.micro, this.barFlow, this.candles, this.profile, this.structure] as const;
  }

  private profiles(): MarketProfile[] {
    const developing = this.profile.developing(this.orders() - this.sessionOrders);
    return [developing, this.profile.previousSession()].filter((profile) => profile !== null);
  }

  private orders(): number {
    return this.micro.buyOrders + this.micro.sellOrders;
  }

  private raise(reading: -1 | 1, sink: AnalyticsSink): void {
    const direction = reading > 0 ? 'long' : 'short';
    const id = signalId(hashId('signal', this.settings.instrument, direction, this.nowUs, this.trades));
    sink.onSignal({ id, direction, state: this.state() });
  }

  /** Closes every 15s bar that ends by `timeUs`; opens the first bars when there are none. */
  private closeUntil(timeUs: TimeUs, sink: AnalyticsSink): void {
    const { candles } = this;
    if (candles.nextCloseUs === Number.NEGATIVE_INFINITY)
      this.startAt(candles.warmUntilUs > 0 ? candles.warmUntilUs : timeUs, sink);
    if (timeUs - candles.nextCloseUs > MAX_SILENCE_US) this.skipSilence(timeUs, sink);
    else while (candles.nextCloseUs <= timeUs) this.closeBars(candles.nextCloseUs, sink);
  }

  private startAt(timeUs: TimeUs, sink: AnalyticsSink): void {
    if (this.sessionEndUs > 0 && this.sessionEndUs <= timeUs) this.endSession(sink);
    if (timeUs === this.candles.warmUntilUs) this.sinceUs = timeUs;
    this.candles.startAt(timeUs);
    this.barFlow.restart(this.trades);
    this.gapUs = timeUs;
    this.sessionEndUs = (Math.floor(timeUs / US_PER_DAY) + 1) * US_PER_DAY;
  }

  /** Closes what is open, as incomplete where it was cut short, and begins anew at `timeUs`. */
  private skipSilence(timeUs: TimeUs, sink: AnalyticsSink): void {
    const endUs = this.candles.nextCloseUs;
    this.closeBars(endUs, sink);
    for (let f = 1; f < TIMEFRAMES.length; f++) {
      if (!this.candles.cutShort(f, endUs)) continue;
      this.nowUs = this.candles.endOf(f);
      this.closeBar(f, sink);
    }
    this.startAt(timeUs, sink);
  }

  /** Closes the 15s bar and each longer one that ends with it. */
  private closeBars(endUs: TimeUs, sink: AnalyticsSink): void {
    this.nowUs = endUs;
    this.closeShortest(endUs, sink);
    for (let f = 1; f < TIMEFRAMES.length && this.candles.endOf(f) === endUs; f++) this.closeBar(f, sink);
    if (endUs >= this.sessionEndUs) this.endSession(sink);
    this.stateDueUs = endUs + STATE_EVERY_US;
    sink.onStateDue(endUs);
  }

  private closeShortest(endUs: TimeUs, sink: AnalyticsSink): void {
    const bar = this.candles.shortest;
    bar.close = this.lastPrice;
    this.barFlow.fill(bar, this.trades);
    this.closeBar(0, sink);
    sink.onOrderFlow(this.barFlow.row(endUs, this.quantity));
    this.barFlow.restart(this.trades);
  }

  private closeBar(f: number, sink: AnalyticsSink): void {
    const candle = this.candles.close(f, this.lastPrice, this.feedComplete);
    sink.onCandle(candle);
    this.structure.onCandle(candle, f, sink);
    if (f !== QUARTER_HOUR) return;
    const endUs = candle.openTimeUs + TIMEFRAME_US[candle.timeframe];
    const row = this.profile.row(endUs, 'developing', this.orders() - this.sessionOrders);
    if (row !== null) sink.onProfile(row);
  }

  private endSession(sink: AnalyticsSink): void {
    const orders = this.orders() - this.sessionOrders;
    const row = this.profile.row(this.sessionEndUs, 'session', orders);
    if (row !== null) sink.onProfile(row);
    this.profile.endSession(orders);
    this.sessionOrders = this.orders();
    this.pastCvd += this.flow.buy - this.flow.sell;
    this.flow.rebase(this.nowUs);
    this.barFlow.restart(this.trades);
    this.sessionEndUs += US_PER_DAY;
  }
}
