import type { FeedEvent, GapReasonCode, InstrumentId, TimeUs, TradeRefusalCode } from '@algo/model';
import type { Gap, Heard, IdRange, TimeRange } from './hole-ledger.ts';
import { joinRaw, type RawTrades } from './raw-trades.ts';

/**
 * What to say, in this order. `released`: trades whose turn it is, their ids rise by one; `refused`: a row
 * that is left out, and why. *Units*: `heardMs` monotonic, when the last was heard; undefined when it was
 * fetched; `receivedUs` by our clock when the first was heard; 0 when it was fetched.
 */
export type SequencerWord =
  | {
      readonly type: 'released';
      readonly raw: RawTrades;
      /** Trades before the first are lost. */
      readonly isBehindHole: boolean;
      readonly receivedUs: TimeUs;
      readonly heardMs: number | undefined;
    }
  | { readonly type: 'gap'; readonly event: FeedEvent }
  /**
   * From an id on more is missing than is fetched, `code` says by what: bars are to be warmed up anew. What
   * waited is dropped, the venue's history has it.
   */
  | {
      readonly type: 'warm';
      readonly fromId: number;
      readonly fromUs: TimeUs;
      readonly code: GapReasonCode;
      readonly reason: string;
    }
  | {
      readonly type: 'refused';
      readonly code: TradeRefusalCode;
      readonly raw: RawTrades;
      readonly row: number;
    };

/** What to ask the venue. *Shape*: `missing` trades of a hole from `fromId` on; its newest id, or page. */
export type Question =
  | { readonly kind: 'page'; readonly fromId: number; readonly missing: number }
  | { readonly kind: 'newest' | 'recent' };

/** `missing` is what was given up; `absent` what the venue never had; `reordered` jumps that closed alone. */
export interface SequencerCounters {
  readonly gaps: number;
  readonly missing: number;
  readonly absent: number;
  readonly late: number;
  readonly conflicts: number;
  readonly reordered: number;
  readonly waiting: number;
}

/** Gathers what a sequencer has to say; trades that follow each other leave in few pieces. */
export class SequencerWords {
  readonly #instrument: InstrumentId;
  #words: SequencerWord[] = [];
  #parts: RawTrades[] = [];
  #first: Heard | undefined;
  #last: Heard | undefined;
  #isBehindHole = false;

  constructor(instrument: InstrumentId) {
    this.#instrument = instrument;
  }

  release(raw: RawTrades, heard: Heard | undefined): void {
    if ((this.#last === undefined) !== (heard === undefined)) this.cut();
    if (this.#parts.length === 0) this.#first = heard;
    this.#last = heard;
    this.#parts.push(raw);
    // The flag goes to as few trades as it can: they are what makes a bar incomplete.
    if (this.#isBehindHole) this.cut();
  }

  /** What is released next does not follow what was released last. */
  cut(): void {
    if (this.#parts.length === 0) return;
    this.#words.push({
      ...{ type: 'released', raw: joinRaw(this.#parts), isBehindHole: this.#isBehindHole },
      ...{ receivedUs: this.#first?.receivedUs ?? 0, heardMs: this.#last?.heardMs },
    });
    this.#parts = [];
    this.#isBehindHole = false;
  }

  /** What is released next follows trades that are lost. */
  cutByHole(): void {
    this.cut();
    this.#isBehindHole = true;
  }

  refuse(code: TradeRefusalCode, raw: RawTrades, row: number): void {
    this.#words.push({ type: 'refused', code, raw, row });
  }

  /** Says that it can't go on from an id without bars; what was to be released before is. */
  warm(fromId: number, fromUs: TimeUs, code: GapReasonCode, reason: string): void {
    this.cut();
    this.#words.push({ type: 'warm', fromId, fromUs, code, reason });
  }

  opened(gap: Gap): void {
    this.say({ type: 'GapOpened', ...this.#rangeOf(gap, gap), missing: gap.open });
  }

  filled(gap: Gap): void {
    const { recovered, absent } = gap;
    this.say({ type: 'GapFilled', ...this.#rangeOf(gap, gap), recovered, absent });
  }

  lost(part: IdRange, missing: number, at: TimeRange, code: GapReasonCode, reason: string): void {
    this.say({ type: 'GapUnfillable', ...this.#rangeOf(part, at), missing, code, reason });
  }

  /** Returns what is to be said since the last call. */
  take(): SequencerWord[] {
    this.cut();
    const words = this.#words;
    this.#words = [];
    return words;
  }

  #rangeOf({ fromId, toId }: IdRange, { fromUs, toUs }: TimeRange) {
    const ids = { fromTradeId: fromId, toTradeId: toId };
    return { instrument: this.#instrument, kind: 'ids' as const, fromUs, toUs, ids, timeUs: toUs };
  }

  say(event: FeedEvent): void {
    this.cut();
    this.#words.push({ type: 'gap', event });
  }
}
