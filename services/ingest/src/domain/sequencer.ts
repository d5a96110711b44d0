import type { GapReasonCode, InstrumentId, TimeUs, TradeRefusalCode } from '@algo/model';
import { HOLE_TRADES_MAX, REORDER_WAIT_MS, WAITING_ROWS_MAX } from './bounds.ts';
import { type Heard, HoleLedger } from './hole-ledger.ts';
import { MergedRows, runsOf } from './merged-rows.ts';
import { endOfGap, type GapEnd, OpenGaps } from './open-gaps.ts';
import { PastTrades } from './past-trades.ts';
import { isSameTrade, type RawTrades, sliceRaw } from './raw-trades.ts';
import { RestartSuspicion } from './restart-suspicion.ts';
import { faultOf, isTradeId } from './row-fault.ts';
import {
  type Question,
  type SequencerCounters,
  type SequencerWord,
  SequencerWords,
} from './sequencer-words.ts';
import { StoodStill, waitedMs } from './stood-still.ts';
import type { TradeOrder } from './trade-order.ts';

/**
 * *Shape*: `last` trade that is stored, undefined where none is; `noRest` says why nobody can be asked, if
 * so; `rowsSpanIds` as FeedTraits. *Units*: `holeTradesMax` rows that a hole may have to be asked for.
 */
export interface SequencerSettings {
  readonly instrument: InstrumentId;
  readonly last: { readonly id: number; readonly timeUs: TimeUs } | undefined;
  readonly noRest: string | undefined;
  readonly rowsSpanIds: boolean;
  readonly holeTradesMax?: number;
}

/**
 * Brings the trades of one instrument into the order of their ids, each once: what came too early waits for
 * what is missing, and that is asked for, found absent, or given up in time.
 */
export class Sequencer implements TradeOrder {
  readonly #settings: Required<SequencerSettings>;
  readonly #ledger: HoleLedger;
  readonly #past: PastTrades;
  readonly #suspicion = new RestartSuspicion();
  readonly #words: SequencerWords;
  /** False until the first trade of an instrument without history says where its ids are. */
  #hasBegun: boolean;
  readonly #gaps: OpenGaps;
  readonly #merged: MergedRows;
  #isAsked = false;
  /** It has asked for bars, and is done. */
  #isOver = false;
  readonly #stoodStill = new StoodStill();
  readonly #counts = { late: 0, conflicts: 0 };

  constructor(settings: SequencerSettings) {
    this.#settings = { holeTradesMax: HOLE_TRADES_MAX, ...settings };
    this.#words = new SequencerWords(settings.instrument);
    const { last } = settings;
    this.#hasBegun = last !== undefined;
    this.#past = new PastTrades(last?.timeUs);
    this.#ledger = new HoleLedger((last?.id ?? -1) + 1);
    this.#gaps = new OpenGaps(this.#ledger, this.#words);
    this.#merged = new MergedRows(this.#ledger, this.#past, this.#gaps);
  }

  get counters(): SequencerCounters {
    return { ...this.#gaps.counts, ...this.#counts, waiting: this.waitingRows };
  }

  get hasHole(): boolean {
    return this.#ledger.gaps.length > 0;
  }

  get oldestHoleMs(): number {
    return this.#ledger.gaps[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  get waitingRows(): number {
    return this.#ledger.waitingRows;
  }

  get newestWaiting(): { readonly price: number; readonly timeUs: TimeUs } | undefined {
    return this.#ledger.newest;
  }

  connected(): void {} // what a connection missed shows by ids

  hear(raw: RawTrades, heard: Heard): void {
    for (let row = 0, end = 0; row < raw.count; row = end) {
      const id = raw.ids![row]!;
      end = row + 1;
      if (!isTradeId(id)) {
        this.#refuse('UNREADABLE_ROW', raw, row);
        continue;
      }
      if (!this.#hasBegun) this.#ledger.restart(id);
      this.#hasBegun = true;
      const isNext = id === this.#ledger.nextId && this.#ledger.isEmpty;
      const fault = isNext ? undefined : faultOf(raw, row);
      // The id of a row that is no trade is believed only if it is the very next one.
      if (fault !== undefined) {
        this.#refuse(id < this.#ledger.nextId ? 'DUPLICATE_ID' : fault, raw, row);
        continue;
      }
      while (end < raw.count && raw.ids![end] === id + end - row && (isNext || !faultOf(raw, end))) end++;
      this.#place(sliceRaw(raw, row, end), id, heard);
    }
    while (this.waitingRows > WAITING_ROWS_MAX && this.hasHole)
      this.giveUpOldest(`more than ${WAITING_ROWS_MAX} trades waited for it`);
    this.#release();
  }

  goOn(nowMs: number, canWarm = false): void {
    this.#stoodStill.look(this.#ledger.gaps, nowMs);
    for (const gap of [...this.#ledger.gaps]) {
      if (waitedMs(gap, nowMs) < REORDER_WAIT_MS) break;
      this.#gaps.tell(gap);
      const end = endOfGap(gap, this.#settings, nowMs);
      if (end === undefined) continue;
      if (canWarm && (end.code === 'TOO_OLD' || end.code === 'BUDGET')) {
        this.#warm(end);
        return;
      }
      this.#gaps.giveUp(gap, end.code, end.reason);
    }
    this.#release();
  }

  question(nowMs: number): Question | undefined {
    if (this.#isAsked || this.#isOver) return undefined;
    if (this.#suspicion.isDue(nowMs)) return { kind: 'newest' };
    const gap = this.#ledger.gaps.find(({ isTold, askAgainMs }) => isTold && askAgainMs <= nowMs);
    if (gap === undefined) return undefined;
    return { kind: 'page', fromId: this.#ledger.holeOf(gap).fromId, missing: gap.open };
  }

  asked(): void {
    this.#isAsked = true;
  }

  /**
   * Takes a page of the venue's history from an id on: whatever it skips, the venue does not have. One that
   * ends before the hole does is older than the stream, and proves nothing of the rest.
   */
  page(fromId: number, raw: RawTrades, nowMs: number): void {
    this.#isAsked = false;
    const toId = raw.count === 0 ? -1 : raw.ids![raw.count - 1]!;
    let isNew = false;
    let provenId = fromId - 1;
    for (const run of runsOf(raw, this.#settings.rowsSpanIds)) {
      isNew = this.#gaps.settle('absent', provenId + 1, run.fromId - 1) || isNew;
      isNew =
        (run.isMerged ? this.#merged.place(run) : this.#place(run.raw, run.fromId, undefined) > 0) || isNew;
      provenId = run.toId;
    }
    if (isNew) this.#gaps.partCame(fromId, toId);
    else this.#gaps.askLater(fromId, nowMs, 'VENUE_LACKS', `its history ends at ${toId}`);
    this.#release();
  }

  failed(fromId: number, nowMs: number, code: GapReasonCode, reason: string): void {
    this.#isAsked = false;
    this.#gaps.askLater(fromId, nowMs, code, reason);
  }

  postponed(reason: string): void {
    for (const gap of this.#ledger.gaps) [gap.code, gap.reason] = ['BUDGET', reason];
  }

  newest(id: number | undefined, nowMs: number): void {
    this.#isAsked = false;
    const decision = this.#suspicion.decide(id, this.#ledger.nextId - 1, nowMs);
    if (decision === undefined) return;
    const { isAnew, suspects } = decision;
    if (isAnew) this.#restart(suspects[0]!.raw.ids![0]!, suspects[0]!.raw.timeUs[0]!);
    for (const { raw, heard } of suspects)
      if (isAnew) this.hear(raw, heard);
      else this.#refuse(this.#past.codeOf(raw, 0), raw, 0);
  }

  giveUpOldest(reason: string): void {
    this.#gaps.giveUp(this.#ledger.gaps[0]!, 'BOUND', reason);
    this.#release();
  }

  take(): SequencerWord[] {
    return this.#words.take();
  }

  /** Puts trades whose ids rise by one where they belong. Returns how many are new. */
  #place(run: RawTrades, fromId: number, heard: Heard | undefined): number {
    const ledger = this.#ledger;
    const lastId = fromId + run.count - 1;
    let taken = 0;
    for (let id = fromId; id <= lastId; ) {
      const row = id - fromId;
      if (id < ledger.nextId) {
        if (heard !== undefined) this.#old(run, row, heard);
        id++;
      } else if (id >= ledger.endId) {
        // What a page has beyond all that was heard, the stream will bring.
        if (heard === undefined) return taken;
        const rest = sliceRaw(run, row, run.count);
        if (id > ledger.endId) this.#openGap(id - 1, heard.heardMs, run.timeUs[row]!);
        if (ledger.isEmpty) this.#pass(rest, id, heard);
        else ledger.append(id, rest, heard);
        return taken + rest.count;
      } else {
        const stretch = ledger.at(id);
        const toId = Math.min(lastId, stretch.toId);
        const part = sliceRaw(run, row, row + toId - id + 1);
        if (stretch.kind === 'hole') {
          this.#gaps.fill(id, part, heard);
          taken += part.count;
        } else if (stretch.kind === 'rows') this.#repeat(part, stretch.raw, id - stretch.fromId, heard);
        else if (heard !== undefined) for (let i = 0; i < part.count; i++) this.#refuse('LATE', part, i);
        id = toId + 1;
      }
    }
    return taken;
  }

  /** Releases trades that are the very next ones, without a detour. */
  #pass(raw: RawTrades, fromId: number, heard: Heard): void {
    this.#past.release(raw, fromId);
    this.#words.release(raw, heard);
    this.#ledger.restart(fromId + raw.count);
  }

  #release(): void {
    for (let next = this.#ledger.take(); next !== undefined; next = this.#ledger.take()) {
      switch (next.kind) {
        case 'rows':
          this.#past.release(next.raw, next.fromId);
          this.#words.release(next.raw, next.heard);
          break;
        case 'absent':
        case 'within':
          this.#words.cut();
          break;
        case 'lost':
          this.#words.cutByHole();
          this.#past.lose(next);
          break;
        default:
          next satisfies never;
      }
    }
  }

  /** Trades that wait are told again. */
  #repeat(run: RawTrades, known: RawTrades, from: number, heard: Heard | undefined): void {
    for (let row = 0; row < run.count; row++) {
      const isSame = isSameTrade(run, row, known, from + row);
      if (heard !== undefined || !isSame) this.#refuse(isSame ? 'DUPLICATE_ID' : 'CONFLICT', run, row);
    }
  }

  /** A trade below what was released: a repeat, one too late, or the first of a new count. */
  #old(raw: RawTrades, row: number, heard: Heard): void {
    const canAsk = this.#settings.noRest === undefined;
    const isKept = canAsk && this.#past.isSuspect(raw, row);
    if (!isKept || !this.#suspicion.add({ raw: sliceRaw(raw, row, row + 1), heard }))
      this.#refuse(this.#past.codeOf(raw, row), raw, row);
  }

  #refuse(code: TradeRefusalCode, raw: RawTrades, row: number): void {
    if (code === 'LATE') this.#counts.late++;
    if (code === 'CONFLICT') this.#counts.conflicts++;
    this.#words.refuse(code, raw, row);
  }

  /** Asks for bars in place of all that is missing: what waits behind it is dropped. */
  #warm({ code, reason }: GapEnd): void {
    this.#release();
    this.#isOver = true;
    this.#words.warm(this.#ledger.nextId, this.#past.lastTimeUs, code, reason);
    this.#ledger.clear();
  }

  #openGap(toId: number, sinceMs: number, timeUs: TimeUs): void {
    this.#release();
    this.#ledger.open(toId, sinceMs, this.#past.lastTimeUs, timeUs);
  }

  #restart(fromId: number, timeUs: TimeUs): void {
    const reason = `the venue counts from ${fromId} on, after ${this.#ledger.nextId - 1}`;
    while (this.hasHole) this.#gaps.giveUp(this.#ledger.gaps[0]!, 'RESTARTED', reason);
    this.#release();
    this.#past.forget();
    this.#ledger.restart(fromId);
    this.#words.cutByHole();
    this.#words.lost(
      { fromId, toId: fromId },
      0,
      { fromUs: this.#past.lastTimeUs, toUs: timeUs },
      'RESTARTED',
      reason,
    );
  }
}
