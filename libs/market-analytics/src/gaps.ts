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
import type { BarSeries } from './bar-series.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Living gaps of one kind on one timeframe; one more lets the oldest fall out. */
export const MAX_GAPS = 16;
/** A gap must be so wide, and the bar that made it have such a body. *Source*: reference analytics §4.4. */
const MIN_TICKS = 2;
const MIN_GAP_ATR = 0.25;
const MIN_BODY_ATR = 1;

interface LiveGap {
  readonly id: GapId;
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
  readonly createdUs: TimeUs;
  /** The price that has gone farthest into it since. */
  deepest: number;
  status: GapStatus;
  filledUs: TimeUs;
}

const STATUSES: readonly GapStatus[] = ['open', 'partial', 'filled', 'inverted'];

/**
 * Fair value gaps of one timeframe. They are found on three consecutive complete bars when the third closes
 * and filled by every later trade: open → partial (half filled) → filled; one whose far edge a bar of its
 * timeframe then closes beyond is inverted, and lives on until a bar closes back through its other edge.
 */
export class GapBook {
  /** Nothing happens to any gap here while the price stays strictly between the two. */
  lowerGuard = Number.NEGATIVE_INFINITY;
  upperGuard = Number.POSITIVE_INFINITY;
  private gaps: LiveGap[] = [];
  private readonly instrument: InstrumentId;
  private readonly series: BarSeries;
  private readonly tick: number;

  constructor(instrument: InstrumentId, series: BarSeries, tick: number) {
    this.instrument = instrument;
    this.series = series;
    this.tick = tick;
  }

  /** Takes a trade's price; call it when the price is outside the guards. */
  onPrice(price: number, timeUs: TimeUs, emit: (gap: FairValueGap) => void): void {
    for (const gap of this.gaps) {
      if (gap.status !== 'open' && gap.status !== 'partial') continue;
      if (gap.kind === 'bullish' ? price >= gap.deepest : price <= gap.deepest) continue;
      gap.deepest = price;
      const filled = filledShare(gap);
      if (filled >= 1) {
        gap.status = 'filled';
        gap.filledUs = timeUs;
        emit(this.toGap(gap));
      } else if (filled >= 0.5 && gap.status === 'open') {
        gap.status = 'partial';
        emit(this.toGap(gap));
      }
    }
    this.setGuards();
  }

  /** Takes the series' newest closed bar, which ends at `timeUs`. */
  onBar(timeUs: TimeUs, emit: (gap: FairValueGap) => void): void {
    const close = this.series.close[this.series.slot(0)]!;
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
      if (same.length > MAX_GAPS) this.gaps.splice(this.gaps.indexOf(same[0]!), 1);
      emit(this.toGap(found));
    }
    this.setGuards();
  }

  /** Returns the gaps that are open, partial or inverted, oldest first. */
  living(): FairValueGap[] {
    return this.gaps.filter((gap) => gap.status !== 'filled').map((gap) => this.toGap(gap));
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
    const s = this.series;
    if (!s.unbroken(3)) return null;
    const [c, m, a] = [s.slot(0), s.slot(1), s.slot(2)];
    const atr = s.atr14[a]!;
    const body = s.close[m]! - s.open[m]!;
    if (!(Math.abs(body) >= MIN_BODY_ATR * atr) || s.quality[m] !== 2) return null;
    const bullish = body > 0;
    const low = bullish ? s.high[a]! : s.high[c]!;
    const high = bullish ? s.low[c]! : s.low[a]!;
    // Half a tick of slack, because prices are doubles.
    if (high - low < Math.max((MIN_TICKS - 0.5) * this.tick, MIN_GAP_ATR * atr)) return null;
    const kind = bullish ? 'bullish' : 'bearish';
    return {
      id: gapId(hashId('gap', this.instrument, s.timeframe, kind, s.openTime[c]!)),
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
      if (gap.status !== 'open' && gap.status !== 'partial') continue;
      // Half a tick beyond: the same price again changes nothing.
      if (gap.kind === 'bullish') lower = Math.max(lower, gap.deepest - this.tick / 2);
      else upper = Math.min(upper, gap.deepest + this.tick / 2);
    }
    this.lowerGuard = lower;
    this.upperGuard = upper;
  }

  private toGap(gap: LiveGap): FairValueGap {
    return {
      id: gap.id,
      instrument: this.instrument,
      rules: 'classic',
      timeframe: this.series.timeframe,
      kind: gap.kind,
      low: gap.low,
      high: gap.high,
      filled: filledShare(gap),
      status: gap.status,
      createdUs: gap.createdUs,
      filledUs: gap.filledUs,
    };
  }
}

function filledShare(gap: LiveGap): number {
  const depth = gap.kind === 'bullish' ? gap.high - gap.deepest : gap.deepest - gap.low;
  return Math.min(1, depth / (gap.high - gap.low));
}
