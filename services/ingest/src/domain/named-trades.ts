import { type FeedGap, type GapReasonCode, type InstrumentId, type TimeUs, US_PER_SECOND } from '@algo/model';
import {
  ASK_AGAIN_FIRST_MS,
  ASK_AGAIN_MAX_MS,
  HOLE_WAIT_MAX_MS,
  NAMES_MAX,
  PAGE_ROWS,
  WAITING_ROWS_MAX,
} from './bounds.ts';
import type { Heard } from './hole-ledger.ts';
import { type RawTrades, sliceRaw } from './raw-trades.ts';
import { faultOf } from './row-fault.ts';
import {
  type Question,
  type SequencerCounters,
  type SequencerWord,
  SequencerWords,
} from './sequencer-words.ts';
import { StoodStill, type Wait, waitedMs } from './stood-still.ts';
import type { TradeOrder } from './trade-order.ts';

/** A name is remembered as long as its trade is younger, or was among the last two pages. */
const REMEMBERED_US = 60 * US_PER_SECOND;

/**
 * *Shape*: `last` trades that are stored, of one batch, undefined where none is; `noRest` says why nobody can
 * be asked, if so.
 */
export interface NamedSettings {
  readonly instrument: InstrumentId;
  readonly last: { readonly names: readonly string[]; readonly timeUs: TimeUs } | undefined;
  readonly noRest: string | undefined;
}

/** What was heard since a connection that is not joined yet. *Units*: ms, monotonic. */
interface Waiting extends Wait {
  readonly parts: { readonly raw: RawTrades; readonly heard: Heard }[];
  rows: number;
  askAgainMs: number;
  pauseMs: number;
  code: GapReasonCode;
  reason: string;
}

/**
 * The trades of one instrument whose ids are names, each once. Names have no order, so that nothing can be
 * missed by them: instead each connection is joined to the one before by the venue's newest page, which must
 * hold a trade that we have. Until it has come, what is heard waits.
 */
export class NamedTrades implements TradeOrder {
  readonly #settings: NamedSettings;
  /** Names of released trades with their times, oldest first. */
  readonly #known: Map<string, TimeUs>;
  readonly #words: SequencerWords;
  /** Names that the newest page had and the stream may still bring: no repeats of the venue's. */
  #paged = new Set<string>();
  #lastUs: TimeUs;
  #waiting: Waiting | undefined;
  #isAsked = false;
  #gaps = 0;
  readonly #stoodStill = new StoodStill();

  constructor(settings: NamedSettings) {
    const { instrument, last } = settings;
    this.#settings = settings;
    this.#words = new SequencerWords(instrument);
    this.#lastUs = last?.timeUs ?? 0;
    this.#known = new Map(last?.names.map((name) => [name, last.timeUs]));
  }

  get counters(): SequencerCounters {
    const none = { missing: 0, absent: 0, late: 0, conflicts: 0, reordered: 0 };
    return { ...none, gaps: this.#gaps, waiting: this.waitingRows };
  }

  get hasHole(): boolean {
    return this.#waiting !== undefined;
  }

  get oldestHoleMs(): number {
    return this.#waiting?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  get waitingRows(): number {
    return this.#waiting?.rows ?? 0;
  }

  get newestWaiting(): { readonly price: number; readonly timeUs: TimeUs } | undefined {
    const raw = this.#waiting?.parts.at(-1)?.raw;
    if (raw === undefined) return undefined;
    return { price: raw.price[raw.count - 1]!, timeUs: raw.timeUs[raw.count - 1]! };
  }

  /** Names that are remembered. */
  get remembered(): number {
    return this.#known.size;
  }

  /** What the connection brings waits until it is joined. */
  connected(nowMs: number): void {
    if (this.#settings.noRest !== undefined) return;
    this.#waiting ??= {
      ...{ parts: [], rows: 0, sinceMs: nowMs, stoodMs: 0, askAgainMs: nowMs, pauseMs: 0 },
      ...{ code: 'TIMEOUT', reason: 'nobody answered' },
    };
  }

  hear(raw: RawTrades, heard: Heard): void {
    if (this.#waiting === undefined) {
      this.#release(raw, heard);
      return;
    }
    this.#waiting.parts.push({ raw, heard });
    this.#waiting.rows += raw.count;
    if (this.#waiting.rows > WAITING_ROWS_MAX)
      this.giveUpOldest(`more than ${WAITING_ROWS_MAX} trades waited for the venue's newest page`);
  }

  goOn(nowMs: number): void {
    const waiting = this.#waiting;
    this.#stoodStill.look(waiting === undefined ? [] : [waiting], nowMs);
    if (waiting === undefined || waitedMs(waiting, nowMs) < HOLE_WAIT_MAX_MS) return;
    const reason = `the venue's newest page did not come within ${HOLE_WAIT_MAX_MS} ms: ${waiting.reason}`;
    this.#giveUp(waiting.code, reason);
  }

  question(nowMs: number): Question | undefined {
    const isDue = this.#waiting !== undefined && nowMs >= this.#waiting.askAgainMs;
    return isDue && !this.#isAsked ? { kind: 'recent' } : undefined;
  }

  asked(): void {
    this.#isAsked = true;
  }

  /**
   * Takes the venue's newest page, oldest first, asked for after the connection was made. One that ends
   * before what was heard is older than the stream, and joins nothing.
   */
  page(_fromId: number, raw: RawTrades, nowMs: number): void {
    this.#isAsked = false;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const names = raw.names ?? [];
    const heard = waiting.parts.flatMap(({ raw: part }) => [...part.timeUs]).find((timeUs) => timeUs > 0);
    const endUs = raw.count === 0 ? 0 : raw.timeUs[raw.count - 1]!;
    if (heard !== undefined && endUs < heard) {
      this.#askLater(nowMs, 'VENUE_LACKS', 'it is older than the stream');
      return;
    }
    const joint = names.findLastIndex((name) => this.#known.has(name));
    const isJoined = this.#lastUs === 0 || joint >= 0;
    const startUs = raw.timeUs[0] ?? this.#lastUs;
    if (!isJoined) {
      // A page is short: what was heard before it begins goes first.
      const firstUs = Math.min(startUs, heard ?? startUs);
      this.#gap(firstUs, 'NO_OVERLAP', 'the newest page of the venue holds no trade that we have');
      for (const { raw: part, heard: when } of waiting.parts)
        this.#release(sliceRaw(part, 0, rowsBefore(part, startUs)), when);
    }
    this.#paged = new Set(names);
    // What the page has before our newest trade was released, or is lost and left to the venue's bar.
    this.#release(sliceRaw(raw, joint + 1, raw.count), undefined);
    this.#goOn();
  }

  failed(_fromId: number, nowMs: number, code: GapReasonCode, reason: string): void {
    this.#isAsked = false;
    this.#askLater(nowMs, code, reason);
  }

  postponed(reason: string): void {
    if (this.#waiting !== undefined) [this.#waiting.code, this.#waiting.reason] = ['BUDGET', reason];
  }

  newest(): void {} // names have no order

  giveUpOldest(reason: string): void {
    this.#giveUp('BOUND', reason);
  }

  take(): SequencerWord[] {
    return this.#words.take();
  }

  #askLater(nowMs: number, code: GapReasonCode, reason: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    [waiting.code, waiting.reason] = [code, reason];
    waiting.pauseMs = Math.min(ASK_AGAIN_MAX_MS, Math.max(ASK_AGAIN_FIRST_MS, 2 * waiting.pauseMs));
    waiting.askAgainMs = nowMs + waiting.pauseMs;
  }

  #giveUp(code: GapReasonCode, reason: string): void {
    const first = this.#waiting?.parts[0]?.raw.timeUs[0];
    if (this.#lastUs > 0) this.#gap(first ?? this.#lastUs, code, reason);
    this.#goOn();
  }

  #goOn(): void {
    const parts = this.#waiting?.parts ?? [];
    this.#waiting = undefined;
    for (const { raw, heard } of parts) this.#release(raw, heard);
  }

  /** Releases what is new. */
  #release(raw: RawTrades, heard: Heard | undefined): void {
    let from = 0;
    for (let row = 0; row <= raw.count; row++) {
      const name = row < raw.count ? raw.names![row]! : undefined;
      const fault = name === undefined ? undefined : faultOf(raw, row);
      if (name !== undefined && fault === undefined && !this.#known.has(name)) {
        this.#remember(name, raw.timeUs[row]!);
        continue;
      }
      if (row > from) this.#words.release(sliceRaw(raw, from, row), heard);
      from = row + 1;
      if (fault !== undefined) this.#words.refuse(fault, raw, row);
      else if (name !== undefined && !this.#paged.delete(name)) this.#words.refuse('DUPLICATE_ID', raw, row);
    }
  }

  #remember(name: string, timeUs: TimeUs): void {
    this.#known.set(name, timeUs);
    this.#lastUs = Math.max(this.#lastUs, timeUs);
    for (const [oldest, at] of this.#known) {
      const { size } = this.#known;
      if (size <= 2 * PAGE_ROWS || (size <= NAMES_MAX && this.#lastUs - at <= REMEMBERED_US)) return;
      this.#known.delete(oldest);
    }
  }

  #gap(toUs: TimeUs, code: GapReasonCode, reason: string): void {
    this.#gaps++;
    const [fromUs, untilUs] = [this.#lastUs, Math.max(toUs, this.#lastUs)];
    const range = { kind: 'time', fromUs, toUs: untilUs, ids: null, timeUs: untilUs } as const;
    const gap: FeedGap = { instrument: this.#settings.instrument, ...range };
    this.#words.say({ type: 'GapOpened', ...gap, missing: 0 });
    this.#words.say({ type: 'GapUnfillable', ...gap, missing: 0, code, reason });
    this.#words.cutByHole();
  }
}

/** Returns how many rows at the beginning are before a time. */
function rowsBefore({ timeUs }: RawTrades, untilUs: TimeUs): number {
  const row = timeUs.findIndex((each) => each >= untilUs);
  return row < 0 ? timeUs.length : row;
}
