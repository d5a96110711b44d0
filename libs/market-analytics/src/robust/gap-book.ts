import {
  type FairValueGap,
  type GapId,
  type GapKind,
  type GapStatus,
  gapId,
  hashId,
  type InstrumentId,
  type TimeUs,
} from '@algo/model';
import { NearestGaps } from '../nearest-gaps.ts';
import type { InSteps } from '../resolution.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { AtrBars } from './atr-bars.ts';

/** Living gaps of one kind on one timeframe; one more lets the oldest expire. */
export const MAX_GAPS = 16;
/** A gap must be so wide, and the bar that made it have such a body. *Source*: reference analytics §4.4. */
const MIN_TICKS = 2;
const MIN_GAP_ATR = 0.25;
const MIN_BODY_ATR = 1;

interface LiveGap {
  readonly id: GapId;
  readonly kind: GapKind;
  low: number;
  high: number;
  readonly createdUs: TimeUs;
  /** The price that has gone farthest into it since. */
  deepest: number;
  status: GapStatus;
  filledUs: TimeUs;
}

/** Those that a price can still fill. */
const UNFILLED: readonly GapStatus[] = ['open', 'touched', 'partial'];
const STATUSES: readonly GapStatus[] = [...UNFILLED, 'filled', 'inverted', 'expired'];

/**
 * Fair value gaps of one timeframe. They are found on three consecutive complete bars when the third closes
 * and filled by every later trade: open → touched → partial (half filled) → filled; one whose far edge a bar
 * of its timeframe then closes beyond is inverted, and lives on until a bar closes back through its other
 * edge.
 * *Units*: steps.
 */
export class GapBook implements InSteps {
  /** Nothing happens to any gap here while the price stays strictly between the two. */
  lowerGuard = Number.NEGATIVE_INFINITY;
  upperGuard = Number.POSITIVE_INFINITY;
  private gaps: LiveGap[] = [];
  private readonly instrument: InstrumentId;
  private readonly bars: AtrBars;

  constructor(instrument: InstrumentId, bars: AtrBars) {
    this.instrument = instrument;
    this.bars = bars;
  }

  /** Takes a trade's price; call it when the price is outside the guards. */
  onPrice(price: number, timeUs: TimeUs, emit: (gap: FairValueGap) => void): void {
    for (const gap of this.gaps) {
      if (!UNFILLED.includes(gap.status)) continue;
      if (gap.kind === 'bullish' ? price >= gap.deepest : price <= gap.deepest) continue;
      gap.deepest = price;
      const depth = depthOf(gap);
      const height = gap.high - gap.low;
      const status = depth >= height ? 'filled' : 2 * depth >= height ? 'partial' : 'touched';
      if (status === gap.status) continue;
      gap.status = status;
      if (status === 'filled') gap.filledUs = timeUs;
      emit(this.toGap(gap));
    }
    this.setGuards();
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, emit: (gap: FairValueGap) => void): void {
    const { series } = this.bars;
    const close = series.close[series.slot(0)]!;
    for (const gap of this.gaps) {
      const beyond = gap.kind === 'bullish' ? close < gap.low : close > gap.high;
      const back = gap.kind === 'bullish' ? close > gap.high : close < gap.low;
      if (gap.status === 'filled' && beyond) gap.status = 'inverted';
      else if (gap.status === 'inverted' && back) gap.status = 'filled';
      else continue;
      emit(this.toGap(gap));
    }
    this.gaps = this.gaps.filter((gap) => gap.status !== 'filled');
    const found = this.find(timeUs);
    if (found !== null) {
      this.gaps.push(found);
      const same = this.gaps.filter((gap) => gap.kind === found.kind);
      if (same.length > MAX_GAPS) {
        const [oldest] = this.gaps.splice(this.gaps.indexOf(same[0]!), 1);
        emit({ ...this.toGap(oldest!), status: 'expired' });
      }
      emit(this.toGap(found));
    }
    this.setGuards();
  }

  /** Returns the nearest of the living ones that lie wholly ahead of a price. */
  nearest(price: number): FairValueGap[] {
    const nearest = new NearestGaps<(typeof this.gaps)[number]>(price);
    for (const gap of this.gaps) if (gap.status !== 'filled') nearest.weigh(gap);
    return nearest.chosen().map((gap) => this.toGap(gap));
  }

  rescale(priceFactor: number): void {
    for (const gap of this.gaps) {
      gap.low *= priceFactor;
      gap.high *= priceFactor;
      gap.deepest *= priceFactor;
    }
    this.setGuards();
  }

  save(to: SnapshotWriter): void {
    to.number(this.gaps.length);
    for (const gap of this.gaps) {
      to.text(gap.id);
      to.flag(gap.kind === 'bullish');
      to.numbers([gap.low, gap.high, gap.createdUs, gap.deepest, STATUSES.indexOf(gap.status), gap.filledUs]);
    }
  }

  load(from: SnapshotReader): void {
    const count = from.count(8);
    for (let i = 0; i < count; i++) {
      const id = gapId(from.text());
      const kind = from.flag() ? 'bullish' : 'bearish';
      const [low, high, createdUs, deepest, status, filledUs] = from.numbers();
      this.gaps.push({
        id,
        kind,
        low: low!,
        high: high!,
        createdUs: createdUs!,
        deepest: deepest!,
        status: STATUSES[status!]!,
        filledUs: filledUs!,
      });
    }
    this.setGuards();
  }

  private find(timeUs: TimeUs): LiveGap | null {
    const { bars } = this;
    const s = bars.series;
    if (!bars.unbroken(3) || !bars.isFull(1)) return null;
    const [c, m, a] = [s.slot(0), s.slot(1), s.slot(2)];
    // A bar without trades is drawn flat at the last price, which says nothing of where price has been.
    if (s.trades[c] === 0 || s.trades[a] === 0) return null;
    const atr = bars.atr(2);
    const body = s.close[m]! - s.open[m]!;
    if (!(Math.abs(body) >= MIN_BODY_ATR * atr)) return null;
    const bullish = body > 0;
    const low = bullish ? s.high[a]! : s.high[c]!;
    const high = bullish ? s.low[c]! : s.low[a]!;
    if (high - low < Math.max(MIN_TICKS * bars.resolution.tickSteps, MIN_GAP_ATR * atr)) return null;
    const kind = bullish ? 'bullish' : 'bearish';
    return {
      id: gapId(hashId('gap', this.instrument, 'robust', s.timeframe, kind, s.openTime[c]!)),
      kind,
      low,
      high,
      createdUs: timeUs,
      deepest: bullish ? high : low,
      status: 'open',
      filledUs: 0,
    };
  }

  private setGuards(): void {
    let lower = Number.NEGATIVE_INFINITY;
    let upper = Number.POSITIVE_INFINITY;
    for (const gap of this.gaps) {
      if (!UNFILLED.includes(gap.status)) continue;
      // The same price again changes nothing.
      if (gap.kind === 'bullish') lower = Math.max(lower, gap.deepest - 1);
      else upper = Math.min(upper, gap.deepest + 1);
    }
    this.lowerGuard = lower;
    this.upperGuard = upper;
  }

  private toGap(gap: LiveGap): FairValueGap {
    const { resolution, series } = this.bars;
    return {
      id: gap.id,
      instrument: this.instrument,
      rules: 'robust',
      timeframe: series.timeframe,
      kind: gap.kind,
      low: resolution.price.toValue(gap.low),
      high: resolution.price.toValue(gap.high),
      filled: Math.min(1, depthOf(gap) / (gap.high - gap.low)),
      status: gap.status,
      createdUs: gap.createdUs,
      filledUs: gap.filledUs,
    };
  }
}

/** Returns how far price has gone into a gap. */
function depthOf(gap: LiveGap): number {
  return gap.kind === 'bullish' ? gap.high - gap.deepest : gap.deepest - gap.low;
}
