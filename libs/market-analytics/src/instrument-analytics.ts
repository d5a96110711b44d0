import {
  BUY,
  type Direction,
  InputError,
  type MarketState,
  plainState,
  type SignalId,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TimeUs,
  type TradeColumns,
  type WarmBars,
} from '@algo/model';
import { Agreement } from './agreement.ts';
import { BarClock } from './bar-clock.ts';
import { BarFlow } from './bar-flow.ts';
import { CandleBuilder } from './candle-builder.ts';
import { checkTrades } from './check-trades.ts';
import { ClosedBars } from './closed-bars.ts';
import { Completeness } from './completeness.ts';
import { DueStates } from './due-states.ts';
import type { FeatureFamily } from './features/feature.ts';
import { FEATURE_FAMILIES } from './features/registry.ts';
import { FlowWindows, REBASE_STEPS } from './flow-windows.ts';
import { MicrostructureReading } from './microstructure.ts';
import { type InSteps, Resolution } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';
import { SessionCvd } from './session-cvd.ts';
import { type AnalyticsSettings, checkSettings } from './settings.ts';
import { SnapshotReader, type SnapshotWriter } from './snapshot.ts';
import { readHead, writeHead } from './snapshot-head.ts';
import { type Live, StateInHand } from './state-in-hand.ts';
import { STATES, TapeTip } from './tape-tip.ts';
import { type TimedIds, timedIds } from './timed-ids.ts';
import { TradeRing } from './trade-ring.ts';
import { checkWarmBars, warmStepBars } from './warm-bars.ts';

/**
 * All analytics of one instrument: takes executed trades in slices of any size, and the passing of event
 * time, and tells a sink what came of it. How the trades are cut into slices changes nothing. Prints of one
 * side at one time are one order, and what is judged is judged when it is over. A trade older than the
 * newest, or than what `advanceTo` was told, counts at that time while its 15s bar is open; later it is left
 * out, and what lacks it is incomplete: the state, and its bars of all lengths, closed or open. Restored
 * from a snapshot it goes on as if it had never stopped.
 */
export class InstrumentAnalytics {
  readonly settings: AnalyticsSettings;
  private readonly resolution: Resolution;
  private readonly ring = new TradeRing();
  private readonly flow = new FlowWindows(this.ring);
  private readonly micro = new MicrostructureReading();
  private readonly barFlow = new BarFlow(this.flow, this.micro);
  private readonly agreement = new Agreement();
  private readonly candles = new CandleBuilder();
  private readonly completeness = new Completeness();
  private readonly dueStates = new DueStates();
  private readonly sessions = new SessionCvd(this.flow);
  private readonly bars: ClosedBars;
  private readonly tip = new TapeTip();
  private readonly clock: BarClock;
  private readonly live: Live;
  /** States that were in hand, to be so again, and which of them is next. */
  private readonly states: StateInHand[] = [];
  private nextState = -1;
  private readonly signalIds: Readonly<Record<Direction, TimedIds<SignalId>>>;

  /** `families` has every feature that may be named. *Errors*: InputError naming the wrong setting. */
  constructor(settings: AnalyticsSettings, families: readonly FeatureFamily[] = FEATURE_FAMILIES) {
    checkSettings(settings, families);
    this.settings = settings;
    this.resolution = new Resolution(settings.priceTick, settings.quantityStep);
    this.bars = new ClosedBars(settings, this.resolution, families, this.ring, () => this.orders());
    const { barFlow, bars, candles, completeness, dueStates, flow, resolution, ring, sessions, tip } = this;
    const parts = { barFlow, bars, candles, completeness, dueStates, flow, resolution, ring, sessions, tip };
    this.clock = new BarClock({ ...parts, settings });
    this.live = { ...parts, settings, clock: this.clock, micro: this.micro };
    const ids = (direction: Direction) => timedIds<SignalId>('signal', settings.instrument, direction);
    this.signalIds = { long: ids('long'), short: ids('short') };
  }

  /**
   * Takes the next trades. `complete` false says that trades are missing before or among them.
   * *Errors*: InputError naming the row that is not a trade; nothing of the slice is used then.
   */
  onTrades(trades: TradeColumns, complete: boolean, sink: AnalyticsSink): void {
    checkTrades(trades, this.settings.instrument);
    this.completeness.onSlice(complete, this.tip.tradeUs);
    const { candles, flow, micro, tip } = this;
    const { robust } = this.bars;
    let { price: priceGrid, quantity: quantityGrid } = this.resolution;
    const bar = candles.shortest;
    if (!complete) bar.complete = false;
    const { count, timeUs: times, price: prices, quantity: quantities, side: sides, merged } = trades;
    for (let i = 0; i < count; i++) {
      const price = prices[i]!;
      const quantity = quantities[i]!;
      const isBuy = (sides[i]! & BUY) as 0 | 1;
      const side = (2 * isBuy - 1) as 1 | -1;
      const counted = merged === undefined ? 1 : merged[i]!;
      let timeUs = times[i]!;
      if (timeUs < tip.nowUs) {
        if (timeUs < bar.openTimeUs) {
          this.completeness.leaveOut(counted, tip.nowUs);
          this.onLost(timeUs, timeUs, sink);
          continue;
        }
        timeUs = tip.nowUs;
      }
      if (timeUs >= candles.nextCloseUs || !micro.continues(timeUs, side)) {
        micro.nextUs = timeUs;
        this.beginOrder(side, sink);
      }
      let ticks = priceGrid.toSteps(price);
      let lots = quantityGrid.toSteps(quantity);
      if (priceGrid.toValue(ticks) !== price || quantityGrid.toValue(lots) !== quantity)
        if (this.resolution.fit(price, quantity, () => this.inSteps())) {
          ({ price: priceGrid, quantity: quantityGrid } = this.resolution);
          ticks = priceGrid.toSteps(price);
          lots = quantityGrid.toSteps(quantity);
        }
      tip.turn++;
      tip.nowUs = timeUs;
      tip.tradeUs = timeUs;
      tip.isAtTrade = true;
      tip.price = ticks;
      tip.trades += counted;
      if (ticks > bar.high) {
        if (bar.high < bar.low) bar.open = ticks;
        bar.high = ticks;
      }
      if (ticks < bar.low) bar.low = ticks;
      bar.close = ticks;
      flow.add(timeUs, ticks, lots, isBuy, counted);
      micro.add(price, price * quantity, side);
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
      this.tip.price = last.close;
  }

  /**
   * Trades between two times are lost, and no slice says so: bars that are open, and those that have closed,
   * are incomplete. Says which of these were told as complete.
   */
  onLost(fromUs: TimeUs, toUs: TimeUs, sink: AnalyticsSink): void {
    const knownUs = Math.max(this.tip.nowUs, toUs);
    this.completeness.missUntil(toUs);
    this.candles.lost(fromUs, toUs);
    this.bars.doubt(fromUs, toUs, knownUs, sink);
  }

  /** Returns whether anything would come of `advanceTo`: something closes, is over or is due by then. */
  isDueAt(timeUs: TimeUs): boolean {
    if (this.tip.trades === 0 || !(timeUs > this.tip.nowUs)) return false;
    const isStateDue = timeUs >= this.dueStates.nextUs(this.tip.trades);
    return isStateDue || this.micro.isOpen || timeUs >= this.candles.nextCloseUs;
  }

  /** Moves event time forward without a trade and closes the bars that end by then; from a first trade on. */
  advanceTo(timeUs: TimeUs, sink: AnalyticsSink): void {
    if (this.tip.trades === 0 || !(timeUs > this.tip.nowUs)) return;
    if (this.micro.isOpen) this.endOrder(sink);
    this.dueStates.sayUntil(timeUs, this.candles.nextCloseUs, this.tip, sink);
    if (timeUs >= this.candles.nextCloseUs) this.clock.closeUntil(timeUs, sink);
    this.tip.passTo(timeUs);
  }

  /**
   * Returns everything a strategy may read, as of the newest
   * trade or time. *Errors*: InputError before the first trade.
   * *Shape*: `trades` counts since the engine's start; `cvd` runs since UTC midnight; `complete` is false
   * while a gap is open, for 15 minutes after one, and for the first 15 minutes after a start, when the
   * windows are not full yet.
   */
  state(): MarketState {
    return plainState(this.stateInHand());
  }

  /**
   * Returns the same, to be looked at before the engine goes on: what nobody looks at is not read. *Shape*:
   * its object is that of another state some states later.
   */
  stateInHand(): MarketState {
    if (this.tip.price === 0)
      throw new InputError({
        field: 'state',
        value: this.settings.instrument,
        because: 'no trade was seen yet',
        remedy: 'Ask after onStateDue.',
      });
    this.nextState = (this.nextState + 1) % STATES;
    this.states[this.nextState] ??= new StateInHand(this.live);
    return this.states[this.nextState]!.begin();
  }

  /**
   * Returns taker buy less taker sell volume since UTC midnight, and since the engine's start. *Units*: base.
   */
  cvd(): { readonly session: number; readonly running: number } {
    const { quantity } = this.resolution;
    const { session, running } = this.sessions;
    return { session: quantity.toValue(session), running: quantity.toValue(running) };
  }

  /** How many trades came after their bar had closed, and were left out. */
  get late(): number {
    return this.completeness.late;
  }

  /** Writes all state, for `restore`. */
  save(to: SnapshotWriter): void {
    writeHead(to, this.settings);
    this.resolution.save(to);
    this.ring.save(to, this.tip.momentUs);
    this.flow.save(to, this.tip.momentUs);
    for (const part of this.parts()) part.save(to);
    this.bars.save(to);
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
    this.ring.load(from);
    this.flow.load(from);
    for (const part of this.parts()) part.load(from);
    this.bars.load(from);
  }

  private parts() {
    const { agreement, barFlow, candles, clock, completeness, dueStates, micro, sessions, tip } = this;
    return [tip, clock, agreement, micro, barFlow, candles, completeness, dueStates, sessions] as const;
  }

  private inSteps(): InSteps[] {
    return [this.ring, this.flow, this.barFlow, this.candles, this.bars, this.sessions, this.tip];
  }

  /** The open order is over, and what is due before the next one is said: it is of `micro.nextUs`. */
  private beginOrder(side: -1 | 1, sink: AnalyticsSink): void {
    const { candles, micro } = this;
    if (micro.isOpen) this.endOrder(sink);
    this.dueStates.sayUntil(micro.nextUs, candles.nextCloseUs, this.tip, sink);
    if (micro.nextUs >= candles.nextCloseUs) this.clock.closeUntil(micro.nextUs, sink);
    micro.startOrder(side);
  }

  /** Nothing more comes of the open order: whatever judges orders judges it. */
  private endOrder(sink: AnalyticsSink): void {
    const { agreement, flow, micro, tip } = this;
    micro.endOrder();
    const { signalImbalance, signalMinTrades } = this.settings;
    const reading = micro.signal;
    if (reading === 0) agreement.end();
    else {
      const side = flow.oneMinuteSide(this.tip.momentUs, signalImbalance, signalMinTrades);
      if (agreement.weigh(reading, side, tip.nowUs)) this.raise(reading, sink);
    }
    this.dueStates.sayIfDue(micro.signal, tip, sink);
    if (flow.volume >= REBASE_STEPS) this.clock.rebase();
  }

  private orders(): number {
    return this.micro.orders;
  }

  private raise(reading: -1 | 1, sink: AnalyticsSink): void {
    const direction = reading > 0 ? 'long' : 'short';
    const id = this.signalIds[direction](this.tip.nowUs, this.tip.trades);
    sink.onSignal({ id, direction, state: this.stateInHand() });
  }
}
