import type { FeedTraits, GapReasonCode, Instrument, InstrumentId, TradeColumns } from '@algo/model';
import { type MarketDataFeed, ReadFailure } from '@algo/venues';
import { rawOf } from '../domain/raw-trades.ts';
import type { Question } from '../domain/sequencer-words.ts';
import type { LiveLane } from './live-lane.ts';

/** Questions that are asked at the same time, so that a break of many streams is no flood of requests. */
const AT_ONCE = 4;
/** More than any hole has trades. */
const HELD_FIRST = 1e12;

/** What is asked of a feed. */
type AskedFeed = Pick<MarketDataFeed, 'tradesFrom' | 'newestId' | 'recentTrades'>;

/** Returns whether a feed has what its kind of ids is asked by. */
export function canAsk(feed: AskedFeed, { ids }: Pick<FeedTraits, 'ids'>): boolean {
  if (ids === 'named') return feed.recentTrades !== undefined;
  return feed.tradesFrom !== undefined && feed.newestId !== undefined;
}

interface Wanted {
  readonly lane: LiveLane;
  readonly question: Question;
  /** What is lowest is asked for first: held before the others, then by how many trades are missing. */
  readonly rank: number;
}

/**
 * Asks the venue what the sequencers want to know, one page at a time: of instruments that are held first,
 * then the smallest hole.
 */
export class GapFiller {
  readonly #feed: AskedFeed;
  readonly #lanes: readonly LiveLane[];
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #monotonicMs: () => number;
  readonly #isHeld: (instrument: InstrumentId) => boolean;
  readonly #fail: (error: Error) => void;
  #underWay = 0;
  #isClosed = false;
  /** The venue wants no question before. */
  #pausedUntilMs = 0;
  #because = '';

  constructor(
    feed: AskedFeed,
    lanes: readonly LiveLane[],
    instruments: readonly Instrument[],
    monotonicMs: () => number,
    isHeld: (instrument: InstrumentId) => boolean,
    fail: (error: Error) => void,
  ) {
    this.#feed = feed;
    this.#lanes = lanes;
    this.#instruments = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    this.#monotonicMs = monotonicMs;
    this.#isHeld = isHeld;
    this.#fail = fail;
  }

  /** Asks what may be asked now. */
  look(): void {
    const nowMs = this.#monotonicMs();
    while (!this.#isClosed && this.#underWay < AT_ONCE) {
      const wanted = this.#wanted(nowMs);
      if (wanted === undefined) return;
      if (nowMs < this.#pausedUntilMs) {
        for (const { order } of this.#lanes) order.postponed(this.#because);
        return;
      }
      void this.#ask(wanted).catch((error: unknown) => this.#fail(error as Error));
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  #wanted(nowMs: number): Wanted | undefined {
    let best: Wanted | undefined;
    for (const lane of this.#lanes) {
      const question = lane.order.question(nowMs);
      if (question === undefined) continue;
      const missing = question.kind === 'page' ? question.missing : 0;
      const rank = this.#isHeld(lane.instrument) ? missing : missing + HELD_FIRST;
      if (best === undefined || rank < best.rank) best = { lane, question, rank };
    }
    return best;
  }

  async #ask({ lane, question }: Wanted): Promise<void> {
    this.#underWay++;
    lane.order.asked();
    if (question.kind === 'newest') await this.#askNewest(lane);
    else await this.#askPage(lane, question.kind === 'page' ? question.fromId : undefined);
    this.#underWay--;
    this.look();
  }

  /** Asks for a page from an id on, or for the newest. */
  async #askPage(lane: LiveLane, fromId: number | undefined): Promise<void> {
    const { order } = lane;
    const asked = this.#instruments.get(lane.instrument)!;
    let page: TradeColumns;
    try {
      page = await (fromId === undefined
        ? this.#feed.recentTrades!(asked)
        : this.#feed.tradesFrom!(asked, fromId));
    } catch (error) {
      order.failed(fromId ?? 0, this.#monotonicMs(), this.#pause(error), (error as Error).message);
      return;
    }
    if (this.#isClosed) return;
    order.page(fromId ?? 0, rawOf(page), this.#monotonicMs());
    lane.speak();
  }

  async #askNewest(lane: LiveLane): Promise<void> {
    let id: number | undefined;
    try {
      id = await this.#feed.newestId!(this.#instruments.get(lane.instrument)!);
    } catch (error) {
      this.#pause(error);
    }
    if (this.#isClosed) return;
    lane.order.newest(id, this.#monotonicMs());
    lane.speak();
  }

  /** Waits with all questions where the venue wants it. Returns what to say of a hole that stays. */
  #pause(error: unknown): GapReasonCode {
    if (!(error instanceof ReadFailure) || error.retryAfterMs === undefined) return 'TIMEOUT';
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#monotonicMs() + error.retryAfterMs);
    this.#because = error.message;
    return 'BUDGET';
  }
}
