import type { Clock } from '@algo/bus';
import {
  type Instrument,
  type InstrumentId,
  TIMEFRAME_US,
  type TimeUs,
  US_PER_MS,
  type WarmBars,
} from '@algo/model';
import { type MarketDataFeed, ReadFailure, type VenueBars } from '@algo/venues';
import { beside, inPieces, newestRun } from '../domain/own-bars.ts';
import { joinRaw, type RawTrades, rawOf } from '../domain/raw-trades.ts';
import { beginningAt, type WarmBeginning } from '../domain/warm-beginning.ts';
import { type WarmUpPart, warmUpPlan } from '../domain/warm-up-plan.ts';
import { BarReads } from './bar-reads.ts';
import type { FeedSpeech } from './feed-speech.ts';
import type { LiveLane } from './live-lane.ts';

/** Live trades wait for all warm-ups of a start at most so long; who isn't warm by then begins cold. */
export const WARM_UP_MAX_MS = 120_000;
/** How long to wait before a read is tried again. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 8_000;
/** How often to look whether somebody is connected, or there is a bar behind what was said. */
const LOOK_AGAIN_MS = 100;
/** Instruments that may wait to be warmed up anew: so many the venue's allowance of a minute or two has. */
const AGAIN_MAX = 8;
/** Pages of trades between the last bar and now. */
const TRADE_PAGES_MAX = 40;
/** Trades to go back by at first, to find one that is older than that. */
const TRADES_BACK = 999;
/** Closed bars of the longest timeframe before level 1 can speak. */
const COLD_BARS = 200;

/** What a feed must have to warm up by. */
type WarmingFeed = Required<Pick<MarketDataFeed, 'bars' | 'tradesFrom' | 'newestId'>>;

/** Returns whether a feed has bars, and trades to join behind them. */
export function canWarm(feed: MarketDataFeed): feed is MarketDataFeed & WarmingFeed {
  return feed.bars !== undefined && feed.tradesFrom !== undefined && feed.newestId !== undefined;
}

export interface WarmUpOptions {
  readonly feed: WarmingFeed;
  readonly speech: FeedSpeech;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  /** What time it is at the venue: our wall may be another. */
  readonly venueUs: () => TimeUs;
  /** Told of each read that failed or contradicts another. */
  readonly warn: (problem: string) => void;
  /** Ends with what is no failure of a read. */
  readonly fail: (error: Error) => void;
}

/** Live trades have waited for long enough. */
class TooLate extends Error {}

/**
 * Warms instruments up that nothing is stored of, or of which more is missing than is fetched, one after the
 * other, while their live trades are held: bars that have settled are ours or the venue's klines, each read
 * twice; trades from there on by id, joined to those that were heard. Who can't be warmed up in time begins
 * cold.
 */
export class WarmUp {
  readonly #options: WarmUpOptions;
  readonly #bars: VenueBars;
  readonly #reads: BarReads;
  readonly #waiting: LiveLane[] = [];
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  /** When the one under way has to have begun. */
  #endMs = 0;
  #isRunning = false;
  #wanted = 0;
  #isClosed = false;
  /** The one under way, and all bars that are to be read of it; undefined while nobody is connected. */
  #progress: { readonly instrument: InstrumentId; readonly all: number } | undefined;
  #warmed = 0;
  #failures = 0;
  #lastFailure = '';
  /** Who began cold, and when level 1 can speak. */
  readonly #cold = new Map<InstrumentId, string>();

  /** Those of the lanes that hold their trades are warmed up. */
  constructor(options: WarmUpOptions, lanes: readonly LiveLane[], instruments: readonly Instrument[]) {
    this.#options = options;
    this.#bars = options.feed.bars;
    this.#reads = new BarReads(this.#bars, (read) => this.#again(read));
    this.#instruments = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    for (const lane of lanes) if (lane.isHeld) this.want(lane);
  }

  /** Whether one more can be warmed up in time, beside those that wait. */
  get hasRoom(): boolean {
    return this.#waiting.length < AGAIN_MAX;
  }

  /** Warms up an instrument that is held, when its turn comes. */
  want(lane: LiveLane): void {
    this.#wanted++;
    this.#waiting.push(lane);
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().catch(this.#options.fail);
  }

  /** *Errors*: what is no failure of a read. */
  async #run(): Promise<void> {
    for (let lane = await this.#next(); lane !== undefined; lane = await this.#next()) {
      this.#endMs = lane.heldSinceMs! + WARM_UP_MAX_MS;
      this.#progress = { instrument: lane.instrument, all: 0 };
      try {
        await this.#warm(lane, this.#instruments.get(lane.instrument)!);
        this.#warmed++;
      } catch (error) {
        if (!(error instanceof TooLate)) throw error;
        if (this.#isClosed) return;
        this.#beginCold(lane);
      }
      this.#waiting.splice(this.#waiting.indexOf(lane), 1);
      this.#progress = undefined;
    }
    this.#isRunning = false;
  }

  /** Returns whose trades wait; a name that the venue doesn't list has none, and keeps nobody waiting. */
  async #next(): Promise<LiveLane | undefined> {
    for (; this.#waiting.length > 0 && !this.#isClosed; await this.#options.clock.sleep(LOOK_AGAIN_MS)) {
      const next = this.#waiting.find(({ heldSinceMs }) => heldSinceMs !== undefined);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
  }

  counters() {
    return { warmed: this.#warmed, barsRefused: this.#reads.refused, warmUpFailures: this.#failures };
  }

  /** Says how far it is, for the status table. */
  notes(): string[] {
    const cold = [...this.#cold.values()];
    if (!this.#isRunning) return cold;
    const over = this.#wanted - this.#waiting.length;
    if (this.#progress === undefined)
      return [`warm-up ${over + 1} of ${this.#wanted} waits for a connection`, ...cold];
    const { instrument, all } = this.#progress;
    const done = all === 0 ? 0 : Math.floor((100 * this.#reads.read) / all);
    const again = this.#lastFailure === '' ? '' : `, tried again: ${this.#lastFailure}`;
    return [`warm-up ${over + 1} of ${this.#wanted}, ${instrument} ${done} %${again}`, ...cold];
  }

  async #warm(lane: LiveLane, instrument: Instrument): Promise<void> {
    const plan = await this.#planBehind(lane.lane.screen.lastTimeUs);
    const untilUs = plan[0]?.untilUs;
    if (untilUs === undefined) throw new TooLate();
    const wanted = await Promise.all(plan.map((part) => this.#besideOwn(instrument, part)));
    const reads = wanted.flatMap(({ before, behind }) => [...before, ...behind]);
    const all = reads.reduce(
      (sum, part) => sum + 2 * Math.ceil((part.untilUs - part.fromUs) / part.readUs),
      0,
    );
    this.#progress = { instrument: instrument.id, all };
    this.#reads.read = 0;
    const pieces: WarmBars[] = [];
    for (const { part, before, run, behind } of wanted) {
      const { timeframe } = part;
      const own = [...(await this.#reads.ofParts(instrument, before)), ...run];
      const bars = [...own, ...(await this.#reads.ofParts(instrument, behind))];
      for (const { source, of } of inPieces(bars))
        pieces.push({ instrument: instrument.id, timeframe, source, untilUs, bars: of });
    }
    const begin = await this.#again(() => this.#tradesSince(lane, instrument, untilUs));
    if (this.#isClosed) throw new TooLate();
    // The first trade must not overtake a bar that had to be sent again.
    await Promise.all(pieces.map((piece) => this.#options.speech.say('WarmBars', piece)));
    this.#cold.delete(instrument.id);
    lane.begin(begin);
  }

  /** Returns what to fetch once that reaches behind a trade that was said: no trade is said again. */
  async #planBehind(lastUs: TimeUs): Promise<WarmUpPart[]> {
    const { clock, monotonicMs, venueUs } = this.#options;
    for (;;) {
      const plan = warmUpPlan(this.#bars.lengthsUs, venueUs());
      if (plan[0] === undefined || plan[0].untilUs > lastUs) return plan;
      if (this.#isClosed || monotonicMs() >= this.#endMs) throw new TooLate();
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }

  /** Returns what we have of a part ourselves, and what is left to be read. */
  async #besideOwn(instrument: Instrument, part: WarmUpPart) {
    const own = await this.#options.speech.ownBars(instrument.id, part.timeframe, part.fromUs);
    const run = newestRun(own, part);
    const [before, behind] = beside(part, run);
    return { part, before, run, behind };
  }

  /** Returns all trades from a time on that the venue's history has, and the last one before. */
  async #tradesSince(lane: LiveLane, instrument: Instrument, sinceUs: TimeUs): Promise<WarmBeginning> {
    const { feed } = this.#options;
    const heardId = lane.firstHeldId;
    const newestId = await feed.newestId(instrument);
    // Else what was heard could be in the last bar already.
    if (heardId !== undefined && newestId < heardId)
      throw new ReadFailure(`the history of trades of ${instrument.id} is older than the stream`);
    let fromId = newestId;
    let page = rawOf(await feed.tradesFrom(instrument, fromId));
    for (let back = TRADES_BACK; fromId > 0 && !(page.timeUs[0]! < sinceUs); back *= 2) {
      fromId = Math.max(0, fromId - back);
      page = rawOf(await feed.tradesFrom(instrument, fromId));
    }
    const pages = [page];
    for (let lastId = newestIdOf(page); lastId < newestId; lastId = newestIdOf(page)) {
      if (pages.length === TRADE_PAGES_MAX)
        throw new ReadFailure(
          `more than ${TRADE_PAGES_MAX} pages of trades of ${instrument.id} since its last bar`,
        );
      page = rawOf(await feed.tradesFrom(instrument, lastId + 1));
      pages.push(page);
    }
    return beginningAt(joinRaw(pages), sinceUs);
  }

  /** Does a read until it succeeds, or time is up. */
  async #again<Value>(read: () => Promise<Value>): Promise<Value> {
    const { clock, monotonicMs, warn } = this.#options;
    for (let pauseMs = RETRY_FIRST_MS; ; pauseMs = Math.min(2 * pauseMs, RETRY_MAX_MS)) {
      if (this.#isClosed || monotonicMs() >= this.#endMs) throw new TooLate();
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof ReadFailure)) throw error;
        this.#failures++;
        this.#lastFailure = error.message;
        warn(`warm-up: ${error.message}`);
        const waitMs = Math.min(error.retryAfterMs ?? pauseMs, Math.max(0, this.#endMs - monotonicMs()));
        await clock.sleep(waitMs);
      }
    }
  }

  #beginCold(lane: LiveLane): void {
    const longestUs = TIMEFRAME_US['1h'];
    const warmUs = (Math.ceil(this.#options.venueUs() / longestUs) + COLD_BARS) * longestUs;
    const from = new Date(warmUs / US_PER_MS).toISOString().slice(0, 16);
    const note = `${lane.instrument} is cold, level 1 speaks from ${from}Z on`;
    this.#cold.set(lane.instrument, note);
    this.#options.warn(`warm-up: ${note}`);
    lane.begin(undefined);
  }
}

/** *Errors*: ReadFailure where a page has no trades that count up. */
function newestIdOf({ count, ids, instrument }: RawTrades): number {
  if (ids === undefined || count === 0) throw new ReadFailure(`a page of trades of ${instrument} is empty`);
  return ids[count - 1]!;
}
