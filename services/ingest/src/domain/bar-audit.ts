import {
  type FeedEvent,
  type FeedGap,
  type InstrumentId,
  type TimeUs,
  type TradeColumns,
  US_PER_MINUTE,
  type VenueBar,
} from '@algo/model';
import { AUDIT_MAX_MS, AUDIT_WAIT_MS } from './bounds.ts';
import { StoodStill, type Wait, waitedMs } from './stood-still.ts';

/** What may be on the other side of an edge, and from where on to where. */
interface Span {
  readonly low: number;
  readonly high: number;
}

/** What our trades of a minute add up to: volume and count. */
interface OurBar {
  readonly sums: readonly [volume: number, trades: number];
  /**
   * Of rows so near an edge of the minute that some of their trades may be beyond it: all but the one trade
   * whose time the row has.
   */
  readonly head: readonly [volume: number, trades: number];
  readonly tail: readonly [volume: number, trades: number];
  /** Trades of it are missing: it was said already, or it is where we began. */
  readonly isIncomplete: boolean;
}

interface HeardBar extends Wait {
  readonly bar: VenueBar;
}

const EMPTY: OurBar = { sums: [0, 0], head: [0, 0], tail: [0, 0], isIncomplete: false };
/** Minutes that are remembered: a venue tells its bar within seconds of its end. */
const MINUTES_MAX = 15;
/** What sums of doubles may differ by, of the larger one. */
const VOLUME_TOLERANCE = 1e-9;

const minuteOf = (timeUs: TimeUs) => Math.floor(timeUs / US_PER_MINUTE) * US_PER_MINUTE;

/**
 * Holds what the trades of one instrument add up to against the bars that the venue itself tells. Where rows
 * are merged, some of their trades may belong to the minute next to theirs: then what one bar has too much,
 * the other must have too little, and no more than such rows have.
 */
export class BarAudit {
  readonly #instrument: InstrumentId;
  readonly #mergedUs: number;
  readonly #bars = new Map<TimeUs, OurBar>();
  #heard: HeardBar[] = [];
  readonly #stoodStill = new StoodStill();
  /** Before it nothing is known. */
  #beganUs: TimeUs | undefined;
  /** The newest minute that is remembered no more. */
  #forgottenUs: TimeUs = 0;
  /** Of the newest trade. */
  #newestUs: TimeUs = 0;
  /** What of volume and count went over the edge at a time. */
  #spill: { readonly atUs: TimeUs; readonly spans: readonly [Span, Span] } | undefined;
  readonly #counts = { barsCompared: 0, barsDiffer: 0 };

  /** *Units*: `mergedUs` as FeedTraits. */
  constructor(instrument: InstrumentId, mergedUs: number) {
    this.#instrument = instrument;
    this.#mergedUs = mergedUs;
  }

  get counters(): { readonly barsCompared: number; readonly barsDiffer: number } {
    return this.#counts;
  }

  /** Takes trades as they are said; `isBehindHole`: some before them are lost. */
  trades({ count, timeUs, quantity, merged }: TradeColumns, isBehindHole: boolean): void {
    if (count === 0) return;
    this.#beganUs ??= timeUs[0]!;
    this.#newestUs = Math.max(this.#newestUs, timeUs[count - 1]!);
    if (isBehindHole) this.#change(minuteOf(timeUs[0]!), (bar) => ({ ...bar, isIncomplete: true }));
    for (let from = 0, row = 0; from < count; from = row) {
      const openUs = minuteOf(timeUs[from]!);
      const [sums, head, tail] = [none(), none(), none()];
      for (; row < count && timeUs[row]! < openUs + US_PER_MINUTE; row++) {
        const trades = merged?.[row] ?? 1;
        add(sums, quantity[row]!, trades);
        if (trades === 1) continue;
        if (timeUs[row]! < openUs + this.#mergedUs) add(head, quantity[row]!, trades - 1);
        if (timeUs[row]! >= openUs + US_PER_MINUTE - this.#mergedUs) add(tail, quantity[row]!, trades - 1);
      }
      this.#change(openUs, (bar) => ({
        ...bar,
        ...{ sums: sumOf(bar.sums, sums), head: sumOf(bar.head, head), tail: sumOf(bar.tail, tail) },
      }));
    }
  }

  /** Takes in that trades between two times are lost, which was said. */
  lost(fromUs: TimeUs, toUs: TimeUs): void {
    const first = Math.max(minuteOf(fromUs), minuteOf(toUs) - (MINUTES_MAX - 1) * US_PER_MINUTE);
    for (let openUs = first; openUs <= toUs; openUs += US_PER_MINUTE)
      this.#change(openUs, (bar) => ({ ...bar, isIncomplete: true }));
  }

  /** Takes a closed bar of the venue. *Units*: `heardMs` monotonic. */
  bar(bar: VenueBar, heardMs: number): void {
    this.#heard.push({ bar, sinceMs: heardMs, stoodMs: 0 });
    if (this.#heard.length > MINUTES_MAX) this.#heard.shift();
  }

  /**
   * Compares the bars whose trades must have come, none while trades wait, oldest first. Returns what is to
   * be said: a difference is a gap that nobody can fill. *Units*: `nowMs` monotonic.
   */
  look(nowMs: number, hasHole: boolean): FeedEvent[] {
    const said: FeedEvent[] = [];
    this.#stoodStill.look(this.#heard, nowMs);
    for (let next = this.#heard[0]; next !== undefined && !hasHole; next = this.#heard[0]) {
      const hasWaitedMs = waitedMs(next, nowMs);
      if (hasWaitedMs < AUDIT_WAIT_MS) break;
      const isPast = this.#newestUs >= next.bar.openTimeUs + US_PER_MINUTE;
      const found = this.#compare(next.bar, isPast || hasWaitedMs >= AUDIT_MAX_MS);
      if (found === 'waits') break;
      this.#heard.shift();
      said.push(...found);
    }
    return said;
  }

  #compare({ openTimeUs, volume, trades }: VenueBar, haveAllCome: boolean): FeedEvent[] | 'waits' {
    // A minute that we began in, or knew nothing of, is incomplete anyway; one long ago is forgotten.
    if (this.#beganUs === undefined || openTimeUs <= Math.max(this.#beganUs, this.#forgottenUs)) return [];
    const ours = this.#bars.get(openTimeUs) ?? EMPTY;
    const endUs = openTimeUs + US_PER_MINUTE;
    const before = this.#spill?.atUs === openTimeUs ? this.#spill.spans : this.#edgeAt(openTimeUs);
    const edge = this.#edgeAt(endUs);
    const slack = VOLUME_TOLERANCE * Math.max(ours.sums[0], volume);
    const volumes = within(before[0], ours.sums[0] - volume, slack, edge[0]);
    const counts = trades === undefined ? edge[1] : within(before[1], ours.sums[1] - trades, 0, edge[1]);
    const isAlike = volumes !== undefined && counts !== undefined;
    if (!isAlike && !ours.isIncomplete && !haveAllCome) return 'waits';
    this.#spill = undefined;
    if (ours.isIncomplete) return [];
    this.#counts.barsCompared++;
    if (isAlike) {
      this.#spill = { atUs: endUs, spans: [volumes, counts] };
      return [];
    }
    this.#counts.barsDiffer++;
    this.#change(openTimeUs, (bar) => ({ ...bar, isIncomplete: true }));
    const range = { kind: 'bar', fromUs: openTimeUs, toUs: endUs - 1, ids: null, timeUs: endUs - 1 } as const;
    const gap: FeedGap = { instrument: this.#instrument, ...range };
    const own = counted(ours.sums[0], trades === undefined ? undefined : ours.sums[1]);
    const reason = `the venue's bar has ${counted(volume, trades)}, ours ${own}`;
    return [
      { type: 'GapOpened', ...gap, missing: 0 },
      { type: 'GapUnfillable', ...gap, missing: 0, code: 'BAR_DIFFERS', reason },
    ];
  }

  /** What may have gone over the edge at a time: forward of the rows before it, backward of those behind. */
  #edgeAt(atUs: TimeUs): readonly [Span, Span] {
    const forward = (this.#bars.get(atUs - US_PER_MINUTE) ?? EMPTY).tail;
    const backward = (this.#bars.get(atUs) ?? EMPTY).head;
    const spanOf = (i: 0 | 1): Span => ({ low: -backward[i], high: forward[i] });
    return [spanOf(0), spanOf(1)];
  }

  #change(openUs: TimeUs, change: (bar: OurBar) => OurBar): void {
    this.#bars.set(openUs, change(this.#bars.get(openUs) ?? EMPTY));
    if (this.#bars.size <= MINUTES_MAX) return;
    const oldestUs = Math.min(...this.#bars.keys());
    this.#forgottenUs = Math.max(this.#forgottenUs, oldestUs);
    this.#bars.delete(oldestUs);
  }
}

/** Returns what may have gone over the edge behind, by what went over the one before; undefined for none. */
function within(before: Span, difference: number, slack: number, edge: Span): Span | undefined {
  const low = Math.max(before.low + difference - slack, edge.low);
  const high = Math.min(before.high + difference + slack, edge.high);
  return low <= high ? { low, high } : undefined;
}

const none = (): [volume: number, trades: number] => [0, 0];

function add(sums: [number, number], volume: number, trades: number): void {
  sums[0] += volume;
  sums[1] += trades;
}

function sumOf(a: readonly [number, number], b: readonly [number, number]): readonly [number, number] {
  return [a[0] + b[0], a[1] + b[1]];
}

function counted(volume: number, trades: number | undefined): string {
  return trades === undefined ? `${volume}` : `${volume} in ${trades} trades`;
}
