import type { GapReasonCode } from '@algo/model';
import { ASK_AGAIN_FIRST_MS, ASK_AGAIN_MAX_MS, HOLE_WAIT_MAX_MS } from './bounds.ts';
import type { Gap, Heard, HoleLedger } from './hole-ledger.ts';
import type { RawTrades } from './raw-trades.ts';
import type { SequencerWords } from './sequencer-words.ts';
import { waitedMs } from './stood-still.ts';

/** Why no longer to wait for a gap. */
export interface GapEnd {
  readonly code: GapReasonCode;
  readonly reason: string;
}

/** What bounds how a gap is filled. *Shape*: `noRest` says why nobody can be asked, if so. */
interface GapBounds {
  readonly noRest: string | undefined;
  readonly holeTradesMax: number;
}

/** Returns why a gap is not waited for any longer; undefined while it is. *Units*: `nowMs` monotonic. */
export function endOfGap(gap: Gap, { noRest, holeTradesMax }: GapBounds, nowMs: number): GapEnd | undefined {
  if (noRest !== undefined) return { code: 'NO_REST', reason: noRest };
  if (gap.open > holeTradesMax)
    return { code: 'TOO_OLD', reason: `more than ${holeTradesMax} trades are missing` };
  if (waitedMs(gap, nowMs) < HOLE_WAIT_MAX_MS) return undefined;
  return { code: gap.code, reason: `not filled within ${HOLE_WAIT_MAX_MS} ms: ${gap.reason}` };
}

/** What becomes of the gaps of one ledger, from the word that opens one to the words that end it. */
export class OpenGaps {
  readonly counts = { gaps: 0, missing: 0, absent: 0, reordered: 0 };
  readonly #ledger: HoleLedger;
  readonly #words: SequencerWords;

  constructor(ledger: HoleLedger, words: SequencerWords) {
    this.#ledger = ledger;
    this.#words = words;
  }

  /** Says that a gap is open, as far as it still is; once. */
  tell(gap: Gap): void {
    if (gap.isTold) return;
    gap.isTold = true;
    this.counts.gaps++;
    gap.fromId = this.#ledger.holeOf(gap).fromId;
    gap.toId = this.#ledger.lastHoleOf(gap).toId;
    [gap.recovered, gap.absent] = [0, 0];
    this.#words.opened(gap);
  }

  /** Ends a gap when it is known what became of all its ids. */
  closeWhenKnown(gap: Gap): void {
    if (gap.open > 0) return;
    this.#ledger.forget(gap);
    if (gap.isTold) this.#words.filled(gap);
    else this.counts.reordered++;
  }

  /**
   * The venue has no trades with these ids, or a merged row tells them. Returns whether that is news.
   */
  settle(kind: 'absent' | 'within', fromId: number, toId: number): boolean {
    const gaps = this.#ledger.gaps.filter((gap) => gap.fromId <= toId && gap.toId >= fromId);
    const settled = this.#ledger.settle(kind, fromId, toId);
    for (const part of kind === 'absent' ? settled : []) this.counts.absent += part.toId - part.fromId + 1;
    for (const gap of gaps) this.closeWhenKnown(gap);
    return settled.length > 0;
  }

  /** Puts trades that rise by one into the hole around them. */
  fill(fromId: number, raw: RawTrades, heard: Heard | undefined): void {
    const stretch = this.#ledger.at(fromId);
    this.#ledger.fill(fromId, raw, heard);
    if (stretch.kind === 'hole') this.closeWhenKnown(stretch.gap);
  }

  /** Waits no longer for what is still missing of a gap. */
  giveUp(gap: Gap, code: GapReasonCode, reason: string): void {
    this.tell(gap);
    const lost = this.#ledger.settle('lost', gap.fromId, gap.toId);
    this.#ledger.forget(gap);
    if (gap.recovered + gap.absent > 0) this.#words.filled(gap);
    for (const part of lost) {
      const missing = part.toId - part.fromId + 1;
      this.counts.missing += missing;
      this.#words.lost(part, missing, gap, code, reason);
    }
  }

  /** A part of the hole with this id has come: whatever was in the way before is over. */
  partCame(id: number, toId: number): void {
    const gap = this.#gapOf(id);
    if (gap !== undefined) [gap.code, gap.reason] = ['TIMEOUT', `what came reaches to ${toId}`];
  }

  /** The hole with this id may be asked for again after a pause; `code` is what to say if time runs out. */
  askLater(id: number, nowMs: number, code: GapReasonCode, reason: string): void {
    const gap = this.#gapOf(id);
    if (gap === undefined) return;
    [gap.code, gap.reason] = [code, reason];
    gap.pauseMs = Math.min(ASK_AGAIN_MAX_MS, Math.max(ASK_AGAIN_FIRST_MS, 2 * gap.pauseMs));
    gap.askAgainMs = nowMs + gap.pauseMs;
  }
  /** Returns the gap that is open around an id, if there is one. */
  #gapOf(id: number): Gap | undefined {
    return this.#ledger.gaps.find(({ fromId, toId }) => fromId <= id && id <= toId);
  }
}
