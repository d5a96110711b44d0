import {
  BUY,
  hashId,
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
import { ClosedBars } from './closed-bars.ts';
import { FlowWindows, LONGEST_WINDOW_US, REBASE_STEPS } from './flow-windows.ts';
import { MicrostructureReading } from './microstructure.ts';
import { type InSteps, Resolution } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';
import { type AnalyticsSettings, checkSettings } from './settings.ts';
import { readHead, SnapshotReader, type SnapshotWriter, writeHead } from './snapshot.ts';
import {
  type RulesReading,
  readWhole,
  refuseEmpty,
  type StateHead,
  StateInHand,
  type StateReading,
} from './state-in-hand.ts';
import { checkWarmBars, warmStepBars } from './warm-bars.ts';

/**
 * A MarketState is due so long after the last one when an order is over or time is told, if anything traded,
 * and at each candle close.
 */
export const STATE_EVERY_US = 250 * US_PER_MS;
/**
 * A longer silence is skipped instead of being filled with empty candles: at most 5,760 of 15s in one call.
 */
export const MAX_SILENCE_US = US_PER_DAY;

/**
 * All analytics of one instrument: takes executed trades in slices of any size, and the passing of event
 * time, and tells a sink what came of it. How the trades are cut into slices changes nothing. Prints of one
 * side at one time are one order, and what is judged is judged when it is over. A trade older than the newest,
 * or than what `advanceTo` was told, counts at that time while its 15s bar is open; later it is left out, and
 * the state is incomplete. Restored from a snapshot it goes on as if it had never stopped.
 */
export class InstrumentAnalytics {
  /** Numbers that are kept, in this order. */
  private static readonly kept = [
    ...(['nowUs', 'lastPrice', 'trades', 'late', 'stateDueUs', 'stateTrades'] as const),
    ...(['gapUs', 'sinceUs', 'sessionEndUs', 'sessionCvd', 'pastCvd'] as const),
  ];
  readonly settings: AnalyticsSettings;
  /** Trades that came after their bar had closed, and were left out. */
  late = 0;
  private readonly resolution: Resolution;
  private readonly flow = new FlowWindows();
  private readonly micro = new MicrostructureReading();
  private readonly barFlow = new BarFlow(this.flow, this.micro);
  private readonly agreement = new Agreement();
  private readonly candles = new CandleBuilder();
  private readonly bars: ClosedBars;
  private nowUs = Number.NEGATIVE_INFINITY;
  /** Whether the newest thing was a trade: a moment behind it is after `nowUs`. */
  private isAtTrade = false;
  /** *Units*: steps. */
  private lastPrice = 0;
  private trades = 0;
  private stateDueUs = Number.NEGATIVE_INFINITY;
  /** The count of trades at the last state. */
  private stateTrades = 0;
  private feedComplete = true;
  /** Until when something is known to be missing: an open gap, the start, a skipped silence. */
  private gapUs = Number.NEGATIVE_INFINITY;
  /** From when on trades were seen behind bars of somebody else; 0 where there were none. */
  private sinceUs = 0;
  private sessionEndUs = 0;
  /** CVD of this session and of all before it, up to where the running totals last began. *Units*: steps. */
  private sessionCvd = 0;
  private pastCvd = 0;
  private readonly reading: StateReading = {
    isAt: ({ timeUs, trades }) => timeUs === this.nowUs && trades === this.trades,
    flow: () => this.flow.read(this.momentUs(), this.resolution.quantity),
    bars: () => this.bars.readings(),
    microstructure: () => this.micro.read(this.nowUs),
    flipSpread: () => this.micro.flipSpread((value) => this.resolution.price.nearest(value)),
    structures: () => this.rulesReadings(),
  };

  /** *Errors*: InputError naming the setting that makes no sense. */
  constructor(settings: AnalyticsSettings) {
    checkSettings(settings);
    this.settings = settings;
    this.resolution = new Resolution(settings.priceTick, settings.quantityStep);
    this.bars = new ClosedBars(settings, this.resolution, () => this.orders());
  }

  /**
   * Takes the next trades. `complete` false says that trades are missing before or among them.
   * *Errors*: InputError naming the row that is not a trade; nothing of the slice is used then.
   */
  onTrades(trades: TradeColumns, complete: boolean, sink: AnalyticsSink): void {
    checkTrades(trades, this.settings.instrument);
    if (!complete || !this.feedComplete) this.gapUs = Math.max(this.gapUs, this.nowUs);
    this.feedComplete = complete;
    const { candles, flow, micro } = this;
    const { classic, robust } = this.bars;
    let { price: priceGrid, quantity: quantityGrid } = this.resolution;
    const bar = candles.shortest;
    if (!complete) bar.complete = false;
    const { count, timeUs: times, price: prices, quantity: quantities, side: sides, merged } = trades;
    for (let i = 0; i < count; i++) {
      const price = prices[i]!;
      const quantity = quantities[i]!;
      const side = sides[i] === BUY ? 1 : -1;
      const counted = merged === undefined ? 1 : merged[i]!;
      let timeUs = times[i]!;
      if (timeUs < this.nowUs) {
        if (timeUs < bar.openTimeUs) {
          this.leaveOut(counted);
          continue;
        }
        timeUs = this.nowUs;
      }
      if (timeUs >= candles.nextCloseUs || !micro.continues(timeUs, side)) {
        if (micro.isOpen) this.endOrder(sink);
        if (timeUs >= candles.nextCloseUs) this.closeUntil(timeUs, sink);
      }
      if (!(priceGrid.holds(price) && quantityGrid.holds(quantity)))
        if (this.resolution.fit(price, quantity, () => this.inSteps()))
          ({ price: priceGrid, quantity: quantityGrid } = this.resolution);
      const ticks = priceGrid.toSteps(price);
      const lots = quantityGrid.toSteps(quantity);
      this.nowUs = timeUs;
      this.isAtTrade = true;
      this.lastPrice = ticks;
      this.trades += counted;
      if (ticks > bar.high) {
        if (bar.high < bar.low) bar.open = ticks;
        bar.high = ticks;
      }
      if (ticks < bar.low) bar.low = ticks;
      bar.close = ticks;
      flow.add(timeUs, lots, side > 0, counted);
      micro.add(timeUs, price, price * quantity, side);
      if (classic !== null) classic.add(timeUs, ticks, lots);
      if (robust !== null) {
        robust.add(ticks, lots);
        if (ticks <= robust.lowerGuard || ticks >= robust.upperGuard) robust.onPrice(ticks, timeUs, sink);
      }
    }
  }

  /**
   * Takes closed bars from before the trades that come next; those that it has stand. *Errors*: InputError.
   */
  onWarmBars(bars: WarmBars): void {
    checkWarmBars(bars);
    for (const { open, high, low, close, volume } of bars.bars)
      for (const price of [open, high, low, close]) this.resolution.fit(price, volume, () => this.inSteps());
    const f = TIMEFRAMES.indexOf(bars.timeframe);
    const fresh = this.bars.warm(f, warmStepBars(bars, this.resolution));
    this.candles.warm(f, fresh, bars.untilUs);
    const last = fresh.at(-1);
    if (last !== undefined && last.openTimeUs + TIMEFRAME_US[bars.timeframe] === bars.untilUs)
      this.lastPrice = last.close;
  }

  /** Returns whether anything would come of `advanceTo`: something closes, is over or is due by then. */
  isDueAt(timeUs: TimeUs): boolean {
    if (this.trades === 0 || !(timeUs > this.nowUs)) return false;
    const isStateDue = timeUs >= this.stateDueUs && this.trades !== this.stateTrades;
    return isStateDue || this.micro.isOpen || timeUs >= this.candles.nextCloseUs;
  }

  /** Moves event time forward without a trade and closes the bars that end by then; from a first trade on. */
  advanceTo(timeUs: TimeUs, sink: AnalyticsSink): void {
    if (this.trades === 0 || !(timeUs > this.nowUs)) return;
    if (this.micro.isOpen) this.endOrder(sink);
    if (timeUs >= this.candles.nextCloseUs) this.closeUntil(timeUs, sink);
    this.nowUs = timeUs;
    this.isAtTrade = false;
    this.sayIfDue(sink);
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
    const { quantity } = this.resolution;
    const session = this.sessionCvd + this.flow.buy - this.flow.sell;
    return { session: quantity.toValue(session), running: quantity.toValue(this.pastCvd + session) };
  }

  /** Writes all state, for `restore`. */
  save(to: SnapshotWriter): void {
    writeHead(to, this.settings);
    this.resolution.save(to);
    to.numbers(InstrumentAnalytics.kept.map((name) => this[name]));
    to.flag(this.feedComplete);
    to.flag(this.isAtTrade);
    this.flow.save(to, this.momentUs());
    for (const part of this.parts()) part.save(to);
    this.bars.save(to, this.momentUs());
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
    this.resolution.load(from);
    const values = from.numbers();
    for (const [i, name] of InstrumentAnalytics.kept.entries()) this[name] = values[i]!;
    this.feedComplete = from.flag();
    this.isAtTrade = from.flag();
    this.flow.load(from);
    for (const part of this.parts()) part.load(from);
    this.bars.load(from);
  }

  private stateHead(): StateHead {
    if (this.lastPrice === 0) refuseEmpty(this.settings.instrument);
    const { price, quantity } = this.resolution;
    const missingUs = Math.max(this.gapUs, this.flow.droppedUs, this.bars.classic?.droppedUs ?? 0);
    return {
      instrument: this.settings.instrument,
      timeUs: this.nowUs,
      price: price.toValue(this.lastPrice),
      priceStep: price.step,
      quantityStep: quantity.step,
      features: this.settings.features,
      complete: this.feedComplete && this.nowUs - missingUs >= LONGEST_WINDOW_US,
      trades: this.trades,
      cvd: this.cvd().session,
      sinceUs: this.sinceUs === 0 ? null : this.sinceUs,
    };
  }

  private parts() {
    return [this.agreement, this.micro, this.barFlow, this.candles] as const;
  }

  private inSteps(): InSteps[] {
    const price = { rescale: (factor: number) => this.rescale(factor) };
    return [this.flow, this.barFlow, this.candles, this.bars, price];
  }

  private rescale(priceFactor: number): void {
    this.lastPrice *= priceFactor;
  }

  /** What traded before this is known. */
  private momentUs(): TimeUs {
    return this.isAtTrade ? this.nowUs + 1 : this.nowUs;
  }

  private rulesReadings(): RulesReading[] {
    const { classic, robust } = this.bars;
    const [price, momentUs] = [this.lastPrice, this.momentUs()];
    return [classic, robust]
      .filter((rules) => rules !== null)
      .map((rules) => ({
        rules: rules.name,
        zones: () => rules.zones(price, momentUs),
        gaps: () => rules.gaps(price, momentUs),
        profiles: () => rules.profiles(momentUs),
      }));
  }

  /** A trade of a bar that has closed: what is known of the last quarter of an hour is not all. */
  private leaveOut(trades: number): void {
    this.late += trades;
    this.gapUs = this.nowUs;
  }

  /** Nothing more comes of the open order: whatever judges orders judges it. */
  private endOrder(sink: AnalyticsSink): void {
    const { agreement, flow, micro, nowUs } = this;
    micro.endOrder();
    const { signalImbalance, signalMinTrades } = this.settings;
    const reading = micro.signal;
    if (reading === 0) agreement.end();
    else {
      const side = flow.oneMinuteSide(this.momentUs(), signalImbalance, signalMinTrades);
      if (agreement.weigh(reading, side, nowUs)) this.raise(reading, sink);
    }
    this.sayIfDue(sink);
    if (flow.buy + flow.sell >= REBASE_STEPS) this.rebase();
  }

  private sayIfDue(sink: AnalyticsSink): void {
    if (this.nowUs >= this.stateDueUs && this.trades !== this.stateTrades) this.sayState(sink);
  }

  private sayState(sink: AnalyticsSink): void {
    this.stateDueUs = this.nowUs + STATE_EVERY_US;
    this.stateTrades = this.trades;
    sink.onStateDue(this.nowUs);
  }

  /** Begins the running totals afresh, so that they stay exact for ever. */
  private rebase(): void {
    this.sessionCvd += this.flow.buy - this.flow.sell;
    this.barFlow.rebase();
    this.flow.rebase(this.momentUs());
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
    this.isAtTrade = false;
    this.closeShortest(endUs, sink);
    for (let f = 1; f < TIMEFRAMES.length && this.candles.endOf(f) === endUs; f++) this.closeBar(f, sink);
    if (endUs >= this.sessionEndUs) this.endSession(sink);
    this.sayState(sink);
  }

  private closeShortest(endUs: TimeUs, sink: AnalyticsSink): void {
    this.barFlow.fill(this.candles.shortest, this.trades);
    this.closeBar(0, sink);
    sink.onOrderFlow(this.barFlow.row(endUs, this.cvd().session, this.resolution.quantity));
    this.barFlow.restart(this.trades);
  }

  private closeBar(f: number, sink: AnalyticsSink): void {
    this.bars.onBar(f, this.candles.close(f, this.lastPrice), sink);
    this.candles.reopen(f, this.feedComplete);
  }

  private endSession(sink: AnalyticsSink): void {
    this.bars.robust?.endSession(this.sessionEndUs, sink);
    this.rebase();
    this.pastCvd += this.sessionCvd;
    this.sessionCvd = 0;
    this.sessionEndUs += US_PER_DAY;
  }
}
