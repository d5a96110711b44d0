import type { Fact } from '@algo/contracts';
import { TIMEFRAME_US, type TimeAdvanced, type TimeUs, US_PER_MS, US_PER_SECOND } from '@algo/model';
import type { Composition, Hosted, Said } from '@algo/runtime';
import { Activity } from './activity.ts';
import { AnalyticsAhead, type Word } from './analytics-ahead.ts';
import { LaneCursor } from './lane-cursor.ts';
import { rowAfter, type Tape, type TapeStretch } from './tape.ts';

/** The feed that a recording is. */
export const FEED = 'file';
/** A feed says its time on this grid, as live. */
export const GRID_US = 250 * US_PER_MS;
/**
 * While nothing can happen between them, only these times of the grid are said: the guard says there that
 * it lives.
 */
export const QUIET_GRID_US = 5 * US_PER_SECOND;
/** Analytics is told each of these times: bars close at no other. */
const BAR_US = TIMEFRAME_US['15s'];
/** What all times of a recording say. */
const TIME = { type: 'TimeAdvanced', feed: FEED, behind: [], wallUs: 0, speed: 1, warm: false } as const;
/** A row of no lane comes behind it. */
const LAST_LANE = Number.POSITIVE_INFINITY;

/** How a tape is given out. None of it changes what comes of it. */
export interface Cuts {
  /** Analytics runs ahead of the others by so much, at most. *Units*: µs of event time. */
  readonly aheadUs: number;
  /** And by so many rows of one instrument, but for rows of one moment. */
  readonly aheadRows: number;
  /** Cuts at each trade and says each time of the grid, as if always something were under way. */
  readonly always: boolean;
}

export const USUAL_CUTS: Cuts = { aheadUs: BAR_US, aheadRows: 4_096, always: false };

/**
 * Takes a composition through a tape. Analytics, which nobody feeds, runs ahead a little; what it says
 * waits until the others have had all trades up to the row that it came after. Whoever reads analytics
 * judges at once, and while no order works and no position is open, the others get their trades only when
 * something follows: in one stretch up to that row. Otherwise they get them one by one. Of one moment,
 * trades come before facts and both before the feed's time; trades in the order of instruments.
 */
export class BacktestRun {
  readonly #composition: Composition;
  readonly #analytics: ReadonlySet<Hosted>;
  readonly #tape: Tape;
  readonly #cuts: Cuts;
  readonly #activity = new Activity();
  readonly #lanes: readonly LaneCursor[];
  readonly #ahead: AnalyticsAhead;
  /** Who reads the feed's time, but analytics. */
  readonly #clocked: readonly Hosted[];
  /** Up to when a machine was told the feed's time ahead of the others. */
  readonly #toldAhead = new Map<Hosted, TimeUs>();
  /** Up to when the feed's time was said to all. */
  #saidUs: TimeUs = 0;
  /** Up to when analytics has everything. */
  #nowUs: TimeUs = 0;
  /** A time of the grid that is said although it is quiet, because something follows behind it. */
  #dueUs: TimeUs = 0;
  /** Who has judged what the others don't have yet. */
  readonly #judgedAhead = new Set<Hosted>();
  /** True while trades are given in one stretch: nothing may follow from them. */
  #inStretch = false;
  #firstUs: TimeUs = 0;

  /** `analytics` are the machines that may run ahead. */
  constructor(composition: Composition, analytics: readonly Hosted[], tape: Tape, cuts: Cuts) {
    this.#composition = composition;
    this.#analytics = new Set(analytics);
    this.#tape = tape;
    this.#cuts = cuts;
    this.#lanes = tape.instruments.map((instrument) => new LaneCursor(instrument));
    this.#clocked = this.#others(this.#time(0).readers);
    this.#ahead = new AnalyticsAhead(this.#analytics, this.#lanes, (fact) => this.#said(fact));
  }

  /** Trades taken, and the moment reached. */
  get progress(): { readonly trades: number; readonly timeUs: TimeUs } {
    return { trades: this.#ahead.trades, timeUs: this.#nowUs };
  }

  /** When the first trade was; 0 before it. */
  get firstUs(): TimeUs {
    return this.#firstUs;
  }

  /** Must be told of each fact at its turn. *Errors*: when it came too late for one who judges ahead. */
  observe(fact: Fact, readers: readonly Hosted[]): void {
    this.#activity.take(fact);
    if (this.#inStretch && readers.some((reader) => this.#judgedAhead.has(reader)))
      throw new Error(
        `${fact.name} followed from trades that were given in one stretch because nothing could`,
      );
  }

  /** Goes through the tape to its end; `onStretch` is told after each stretch of it. */
  async run(onStretch: () => void = () => {}): Promise<void> {
    for (let stretch = await this.#tape.next(); stretch !== undefined; stretch = await this.#tape.next()) {
      this.#take(stretch);
      this.#composition.check();
      onStretch();
    }
    this.#end();
  }

  #take({ untilUs, lanes }: TapeStretch): void {
    for (const [i, lane] of this.#lanes.entries()) lane.take(lanes[i]!);
    if (this.#nowUs === 0) this.#begin();
    while (this.#nowUs < untilUs) {
      const endUs = this.#chunkEnd(untilUs);
      this.#chunk(endUs);
      this.#nowUs = endUs;
    }
    this.#rowsUpTo(untilUs, LAST_LANE, 0);
  }

  /** Says the time before the first trade, so that everybody knows of the feed. */
  #begin(): void {
    this.#firstUs = Math.min(...this.#lanes.map((lane) => lane.nextUs));
    this.#nowUs = Math.ceil(this.#firstUs / QUIET_GRID_US) * QUIET_GRID_US - QUIET_GRID_US;
    this.#saidUs = this.#nowUs - QUIET_GRID_US;
    this.#tick(this.#nowUs);
    for (const word of this.#ahead.barsUpTo(this.#time(this.#nowUs))) this.#do(word);
  }

  #end(): void {
    if (this.#ahead.trades === 0) return;
    const endUs = Math.ceil(this.#nowUs / GRID_US) * GRID_US;
    this.#dueUs = endUs;
    this.#advance(endUs);
    for (const { instrument, trades, lastUs } of this.#lanes)
      this.#do(
        this.#said({ name: 'FeedEnded', body: { type: 'FeedEnded', instrument, trades, timeUs: lastUs } }),
      );
  }

  #chunkEnd(untilUs: TimeUs): TimeUs {
    const { aheadUs, aheadRows } = this.#cuts;
    const nowUs = this.#nowUs;
    let endUs = Math.min(untilUs, Math.floor(nowUs / BAR_US) * BAR_US + BAR_US, nowUs + aheadUs);
    for (const lane of this.#lanes) endUs = Math.min(endUs, lane.aheadUs(aheadRows));
    return endUs;
  }

  /** Everything up to a moment: analytics first, then the others as far as they must. */
  #chunk(endUs: TimeUs): void {
    for (const word of this.#ahead.wordsUpTo(endUs)) this.#pass(word);
    if (this.#isQuiet) this.#advance(gridAt(endUs, QUIET_GRID_US));
    if (!this.#isQuiet) this.#advance(endUs);
    if (endUs % BAR_US === 0) for (const said of this.#ahead.barsUpTo(this.#time(endUs))) this.#do(said);
  }

  /** Has a word of analytics taken at its place. */
  #pass({ said, timeUs, lane, row }: Word): void {
    if (this.#isQuiet) {
      this.#advance(gridBefore(timeUs, QUIET_GRID_US));
      const toldUs = gridBefore(timeUs, GRID_US);
      this.#tell(said.readers, toldUs);
      for (const reader of said.readers) this.#judgedAhead.add(reader);
      const works = said.hear();
      if (works.length === 0) return;
      this.#dueUs = toldUs;
      this.#rowsUpTo(timeUs, lane, row);
      this.#judgedAhead.clear();
      this.#composition.scheduler.advanceTo(timeUs);
      for (const work of works) this.#composition.scheduler.push(work);
      this.#composition.scheduler.drain();
    } else {
      this.#rowsUpTo(timeUs, lane, row);
      this.#composition.scheduler.advanceTo(timeUs);
      this.#do(said);
    }
  }

  /** Tells some machines a time ahead of the others. */
  #tell(readers: readonly Hosted[], timeUs: TimeUs): void {
    if (timeUs <= this.#saidUs) return;
    for (const reader of readers) {
      if (!this.#clocked.includes(reader) || (this.#toldAhead.get(reader) ?? 0) >= timeUs) continue;
      this.#toldAhead.set(reader, timeUs);
      for (const work of this.#time(timeUs, [reader]).hear()) {
        this.#advance(timeUs);
        this.#composition.scheduler.push(work);
        this.#composition.scheduler.drain();
      }
    }
  }

  /** Gives the others everything up to and including a moment. */
  #advance(timeUs: TimeUs): void {
    this.#rowsUpTo(timeUs, LAST_LANE, 0);
    for (let tick = this.#nextTick(); tick <= timeUs; tick = this.#nextTick()) this.#tick(tick);
    this.#judgedAhead.clear();
  }

  /** Gives the others all trades up to a row and the times of the feed before it. */
  #rowsUpTo(timeUs: TimeUs, lane: number, row: number): void {
    for (;;) {
      const next = this.#nextLane(timeUs, lane, row);
      const tick = this.#nextTick();
      if (tick < Math.min(timeUs, next?.nextUs ?? timeUs)) this.#tick(tick);
      else if (next === undefined) return;
      else if (!this.#isQuiet) this.#trade(next, next.given + 1);
      else this.#stretch(Math.min(timeUs, tick), timeUs, lane, row);
    }
  }

  /** Returns the lane whose next row comes first, among those up to a row. */
  #nextLane(timeUs: TimeUs, lane: number, row: number): LaneCursor | undefined {
    let first: LaneCursor | undefined;
    for (let i = 0; i < this.#lanes.length; i++) {
      const at = this.#lanes[i]!;
      if (!at.isUpTo(timeUs, i, lane, row)) continue;
      if (first === undefined || at.nextUs < first.nextUs) first = at;
    }
    return first;
  }

  /** Gives all trades at or before `untilUs` that are up to a row, each instrument's in one piece. */
  #stretch(untilUs: TimeUs, timeUs: TimeUs, lane: number, row: number): void {
    this.#inStretch = true;
    for (const [i, at] of this.#lanes.entries()) {
      let to = rowAfter(at.rows, at.given, untilUs);
      if (untilUs === timeUs && i === lane) to = Math.min(to, row + 1);
      if (untilUs === timeUs && i > lane) to = rowAfter(at.rows, at.given, timeUs - 1);
      if (to > at.given) this.#trade(at, to);
    }
    this.#inStretch = false;
  }

  #trade(lane: LaneCursor, to: number): void {
    const { scheduler } = this.#composition;
    scheduler.advanceTo(lane.timeUs(to - 1));
    const fact = lane.batch(lane.given, to, true);
    lane.readers ??= this.#others(this.#said(fact).readers);
    lane.given = to;
    this.#do(this.#composition.saidTo(fact, lane.readers));
  }

  #nextTick(): TimeUs {
    if (!this.#isQuiet) return this.#saidUs + GRID_US;
    const quiet = gridAt(this.#saidUs, QUIET_GRID_US) + QUIET_GRID_US;
    return this.#dueUs > this.#saidUs ? Math.min(quiet, this.#dueUs) : quiet;
  }

  /** Says the feed's time to all but analytics and those who know it already. */
  #tick(timeUs: TimeUs): void {
    this.#composition.scheduler.advanceTo(timeUs);
    const ahead = this.#toldAhead;
    const readers =
      ahead.size === 0 ? this.#clocked : this.#clocked.filter((each) => (ahead.get(each) ?? 0) < timeUs);
    for (const [reader, toldUs] of ahead) if (toldUs <= timeUs) ahead.delete(reader);
    this.#saidUs = timeUs;
    this.#do(this.#time(timeUs, readers));
  }

  #time(timeUs: TimeUs, readers?: readonly Hosted[]): Said {
    const body: TimeAdvanced = { ...TIME, toldUs: timeUs, sureUs: timeUs };
    const fact: Fact = { name: 'TimeAdvanced', body };
    return readers === undefined ? this.#said(fact) : this.#composition.saidTo(fact, readers);
  }

  #others(readers: readonly Hosted[]): readonly Hosted[] {
    return readers.filter((reader) => !this.#analytics.has(reader));
  }

  /** True while nothing can come of a trade but what analytics says. */
  get #isQuiet(): boolean {
    return !this.#cuts.always && this.#activity.isQuiet && !this.#composition.scheduler.hasLater;
  }

  #said(fact: Fact): Said {
    return this.#composition.said(fact, { identity: `ingest.${FEED}`, account: '' });
  }

  #do(said: Said): void {
    const { scheduler } = this.#composition;
    scheduler.push(said);
    scheduler.drain();
  }
}

/** Returns the last time of a grid at or before a moment. */
function gridAt(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.floor(timeUs / gridUs) * gridUs;
}

/** Returns the last time of a grid before a moment. */
function gridBefore(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.ceil(timeUs / gridUs) * gridUs - gridUs;
}
