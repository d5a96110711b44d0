import {
  BUY,
  InputError,
  type Instrument,
  SELL,
  type TimeUs,
  type TradeColumns,
  US_PER_DAY,
  US_PER_SECOND,
} from '@algo/model';
import {
  buyShare,
  CHARACTER,
  firstScene,
  nextScene,
  openingScene,
  type Phase,
  pathAt,
  type ScriptState,
} from './market-script.ts';
import { nextArrival } from './order-arrivals.ts';
import { nextIsBuy, type SignState } from './order-signs.ts';
import { type Grid, gridNumber, gridOf } from './price-grid.ts';
import { type RandomSnapshot, SeededRandom } from './seeded-random.ts';
import { TradeColumnsBuilder } from './trade-columns-builder.ts';

/** Most market time that one call may ask for: it bounds the memory of a call. */
export const SYNTHETIC_SPAN_MAX_US = US_PER_DAY;
/** How many ended phases are remembered as labels, about three hours. */
export const PHASE_LABELS_MAX = 128;

/** Standard deviation of log price over one calm second. */
const VOLATILITY = 6e-5;
/** Half the distance between taker buys and taker sells, share of price. */
const HALF_SPREAD = 6e-5;
/** In a burst, takers with it trade at least this many times the volume of those against it. */
const BURST_RATIO = 4;
const SPLIT_SHARE = 0.09;
const PRINTS_MAX = 6;
const COMPONENTS = ['script', 'arrivals', 'signs', 'sizes', 'path'] as const;

/**
 * *Units*: `startPrice` quote, `medianNotional` quote per order; `ordersPerSecond` in calm times (bursts have
 * 2.5 times as many). At `opensUs` a planted episode begins, whatever is under way.
 */
export interface SyntheticSettings {
  readonly instrument: Instrument;
  readonly seed: number;
  readonly startUs: TimeUs;
  readonly startPrice: number;
  readonly opensUs?: TimeUs;
  readonly ordersPerSecond?: number;
  readonly medianNotional?: number;
}

export interface SyntheticSnapshot {
  readonly version: 1;
  readonly random: readonly RandomSnapshot[];
  readonly script: ScriptState;
  readonly labels: readonly Phase[];
  readonly signs: SignState;
  readonly logPrice: number;
  readonly timeUs: TimeUs;
  readonly nextUs: TimeUs;
  readonly excitation: number;
  readonly nextTradeId: number;
  readonly burstVolume: { readonly along: number; readonly against: number };
}

/**
 * A market that never was, the same for the same settings: regimes, clustered orders with persistent signs
 * and heavy-tailed sizes, and planted episodes (base, one-sided burst, then reversal with a return to the
 * base, or continuation) whose truth is kept as labels. The trades don't depend on how the calls slice time.
 * For a warm history, start it earlier.
 * *Source*: reference analytics §10.
 */
export class SyntheticMarket {
  private readonly settings: SyntheticSettings;
  private readonly prices: Grid;
  private readonly quantities: Grid;
  private readonly homeLogPrice: number;
  private readonly columns: TradeColumnsBuilder;
  private random: readonly [SeededRandom, SeededRandom, SeededRandom, SeededRandom, SeededRandom];
  private script: ScriptState;
  private labels: Phase[] = [];
  private signs: SignState = { buying: true, pieces: 0 };
  private logPrice: number;
  private timeUs: TimeUs;
  private nextUs: TimeUs;
  private excitation = 1;
  private nextTradeId = 1;
  private burstVolume = { along: 0, against: 0 };

  /** *Errors*: InputError on settings no market can be made from. */
  constructor(settings: SyntheticSettings) {
    this.settings = settings;
    this.prices = gridOf(settings.instrument.priceTick);
    this.quantities = gridOf(settings.instrument.quantityStep);
    refuseUnusable(settings, this.prices);
    this.homeLogPrice = Math.log(settings.startPrice);
    this.logPrice = this.homeLogPrice;
    this.timeUs = settings.startUs;
    this.columns = new TradeColumnsBuilder(settings.instrument.id);
    const root = SeededRandom.seeded(settings.seed).stream(settings.instrument.id);
    const [script, arrivals, signs, sizes, path] = COMPONENTS.map((name) => root.stream(name));
    this.random = [script!, arrivals!, signs!, sizes!, path!];
    this.script = firstScene(script!, settings.startUs, this.logPrice);
    this.nextUs = settings.startUs;
    this.scheduleNext();
  }

  /**
   * Returns all trades with `timeUs` < `untilUs` that no earlier call has returned.
   * *Errors*: InputError when that is more than SYNTHETIC_SPAN_MAX_US of market time.
   */
  next(untilUs: TimeUs): TradeColumns {
    if (untilUs - this.timeUs > SYNTHETIC_SPAN_MAX_US)
      throw new InputError({
        field: 'untilUs',
        value: untilUs,
        because: `more than a day after ${this.timeUs}, where the market stands`,
        remedy: 'Ask in shorter stretches; the trades are the same.',
      });
    while (this.nextUs < untilUs) this.trade();
    return this.columns.take();
  }

  /**
   * Returns the truth: the phases that have ended, oldest first, at most PHASE_LABELS_MAX, and the one under
   * way last.
   */
  phases(): readonly Phase[] {
    return [...this.labels, this.script.phase];
  }

  snapshot(): SyntheticSnapshot {
    return {
      version: 1,
      random: this.random.map((random) => random.snapshot()),
      script: { phase: this.script.phase, pending: [...this.script.pending] },
      labels: [...this.labels],
      signs: { ...this.signs },
      logPrice: this.logPrice,
      timeUs: this.timeUs,
      nextUs: this.nextUs,
      excitation: this.excitation,
      nextTradeId: this.nextTradeId,
      burstVolume: { ...this.burstVolume },
    };
  }

  /** Returns the market as it was at the snapshot; the settings must be those it was made with. */
  static restore(settings: SyntheticSettings, snapshot: SyntheticSnapshot): SyntheticMarket {
    if (snapshot.version !== 1)
      throw new InputError({
        field: 'synthetic.version',
        value: snapshot.version,
        because: 'not a version this build reads',
        remedy: 'Start the market anew from its seed.',
      });
    const market = new SyntheticMarket(settings);
    const [script, arrivals, signs, sizes, path] = snapshot.random.map((random) =>
      SeededRandom.restore(random),
    );
    market.random = [script!, arrivals!, signs!, sizes!, path!];
    market.script = { phase: snapshot.script.phase, pending: [...snapshot.script.pending] };
    market.labels = [...snapshot.labels];
    market.signs = { ...snapshot.signs };
    market.logPrice = snapshot.logPrice;
    market.timeUs = snapshot.timeUs;
    market.nextUs = snapshot.nextUs;
    market.excitation = snapshot.excitation;
    market.nextTradeId = snapshot.nextTradeId;
    market.burstVolume = { ...snapshot.burstVolume };
    return market;
  }

  /** One taker order at `nextUs`: the price moves there, the order prints, the next one is scheduled. */
  private trade(): void {
    this.changeScenes();
    this.movePrice();
    this.timeUs = this.nextUs;
    const lots = this.drawLots();
    this.print(this.drawSide(lots), lots);
    this.scheduleNext();
  }

  private changeScenes(): void {
    const { random, settings, homeLogPrice, logPrice } = this;
    while (Math.min(this.script.phase.endUs, this.opensAfter(this.script.phase)) <= this.nextUs) {
      const { phase } = this.script;
      if (this.opensAfter(phase) <= phase.endUs) {
        const opensUs = settings.opensUs!;
        const { cut, opening } = openingScene(random[0], this.script, opensUs, logPrice, homeLogPrice);
        this.change(cut, opening);
      } else this.change(phase, nextScene(random[0], this.script, logPrice, homeLogPrice));
    }
  }

  /** Returns when the opening episode begins, where it isn't this phase or before it. */
  private opensAfter(phase: Phase): TimeUs {
    const { opensUs = Number.NEGATIVE_INFINITY } = this.settings;
    const isAhead = phase.startUs < opensUs || (phase.startUs === opensUs && phase.kind !== 'base');
    return isAhead ? opensUs : Number.POSITIVE_INFINITY;
  }

  private change(ended: Phase, next: ScriptState): void {
    if (ended.endUs > ended.startUs) this.labels.push(ended);
    if (this.labels.length > PHASE_LABELS_MAX) this.labels.shift();
    this.script = next;
    this.burstVolume = { along: 0, against: 0 };
  }

  /** Follows the phase's path with a noise that is pulled back to it (Ornstein-Uhlenbeck). */
  private movePrice(): void {
    const phase = this.script.phase;
    const character = CHARACTER[phase.kind];
    const seconds = (this.nextUs - this.timeUs) / US_PER_SECOND;
    const before = pathAt(phase, this.timeUs);
    const after = pathAt(phase, this.nextUs);
    const off = (this.logPrice - before) * Math.exp(-seconds / character.pullSeconds);
    const noise = VOLATILITY * character.volatility * Math.sqrt(seconds) * this.random[4].normal();
    this.logPrice = after + off + noise;
  }

  private drawLots(): number {
    const sizes = this.random[3];
    const multiple = sizes.chance(0.9) ? sizes.lognormal(1, 0.9) : Math.min(60, sizes.pareto(2, 1.7));
    const quantity = (multiple * (this.settings.medianNotional ?? 2_000)) / Math.exp(this.logPrice);
    return Math.max(1, Math.round(quantity / this.quantities.sizeNumber));
  }

  /** Draws who takes; in a burst the other side gets no more than its share of the volume. */
  private drawSide(lots: number): typeof BUY | typeof SELL {
    const phase = this.script.phase;
    const buys = nextIsBuy(this.random[2], this.signs, buyShare(phase));
    if (phase.kind !== 'burst') return buys ? BUY : SELL;
    const volume = this.burstVolume;
    const along = buys === (phase.direction === 1);
    if (!along && (volume.against + lots) * BURST_RATIO <= volume.along) {
      volume.against += lots;
      return buys ? BUY : SELL;
    }
    volume.along += lots;
    return phase.direction === 1 ? BUY : SELL;
  }

  /** Prints the order, now and then in pieces that walk away from the mid. */
  private print(side: typeof BUY | typeof SELL, lots: number): void {
    const random = this.random[3];
    const sign = side === BUY ? 1 : -1;
    const best = Math.exp(this.logPrice) * (1 + sign * HALF_SPREAD);
    let ticks = Math.max(1, Math.round(best / this.prices.sizeNumber));
    let left = lots;
    const split = lots > 1 && random.chance(SPLIT_SHARE);
    const prints = split ? 2 + random.below(PRINTS_MAX - 1) : 1;
    for (let i = prints; i > 0 && left > 0; i--) {
      const piece = i === 1 ? left : Math.max(1, Math.round((left / i) * random.between(0.5, 1.5)));
      const filled = Math.min(left, piece);
      left -= filled;
      this.columns.append(
        this.nextUs,
        gridNumber(this.prices, ticks),
        gridNumber(this.quantities, filled),
        side,
        this.nextTradeId++,
      );
      if (random.chance(0.6)) ticks = Math.max(1, ticks + sign * (1 + random.below(2)));
    }
  }

  private scheduleNext(): void {
    const rate = (this.settings.ordersPerSecond ?? 2.5) * CHARACTER[this.script.phase.kind].rate;
    const arrival = nextArrival(this.random[1], this.excitation, rate);
    this.nextUs += arrival.waitUs;
    this.excitation = arrival.excitation;
  }
}

function refuseUnusable(settings: SyntheticSettings, prices: Grid): void {
  const check = (field: string, value: number, usable: boolean, remedy: string): void => {
    if (!usable) throw new InputError({ field, value, because: 'no market can be made from it', remedy });
  };
  const { startPrice, startUs, ordersPerSecond = 2.5, medianNotional = 2_000 } = settings;
  const enoughTicks = startPrice / prices.sizeNumber >= 500 && startPrice / prices.sizeNumber < 2 ** 46;
  check('startPrice', startPrice, enoughTicks, 'Use a price of at least 500 ticks.');
  check('startUs', startUs, Number.isSafeInteger(startUs), 'Use whole microseconds.');
  const rateOk = ordersPerSecond > 0 && ordersPerSecond <= 10_000;
  check('ordersPerSecond', ordersPerSecond, rateOk, 'Use a rate above 0, at most 10,000.');
  const sizeOk = medianNotional > 0 && Number.isFinite(medianNotional);
  check('medianNotional', medianNotional, sizeOk, 'Use an amount above 0.');
}
