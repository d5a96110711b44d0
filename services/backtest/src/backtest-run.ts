import type { Fact, FactOf } from '@algo/contracts';
import { ALWAYS_QUIET, accountId, quietInBoth, TIMEFRAME_US, type TimeUs, US_PER_SECOND } from '@algo/model';
import { type Composition, type Hosted, Said, type Work } from '@algo/runtime';
import { FEED, GRID_US, gridAt, gridBefore, timeAt } from './feed-grid.ts';
import { Follower, type TapePlace } from './follower.ts';
import { LaneCursor, stateIn } from './lane-cursor.ts';
import type { Tape, TapeStretch } from './tape.ts';

/** Analytics is told each of these times: bars close at no other. */
const BAR_US = TIMEFRAME_US['15s'];
/** The first time that is said lies on this grid. */
const BEGIN_GRID_US = 5 * US_PER_SECOND;
/** A row of no lane comes behind it. */
const LAST_LANE = Number.POSITIVE_INFINITY;

/** How a tape is given out. None of it changes what comes of it. */
export interface Cuts {
  /** Analytics takes so many rows in one piece, at most. */
  readonly rowsMax: number;
  /** Gives each trade and each time of the grid to everybody, as if always something were under way. */
  readonly always: boolean;
}

export const USUAL_CUTS: Cuts = { rowsMax: 4_096, always: false };

/**
 * Takes a composition through a tape. Analytics, which nobody feeds, takes it first; whenever it says
 * something that somebody reads, the others are brought to the row that it came after, and take it there.
 * For whom something may follow from a trade or a time of the feed gets it at its place; the others are owed
 * it. Of one moment, trades come before facts and both before the feed's time; trades in the order of
 * instruments.
 */
export class BacktestRun {
  readonly #composition: Composition;
  readonly #analytics: readonly Hosted[];
  readonly #tape: Tape;
  readonly #cuts: Cuts;
  readonly #lanes: readonly LaneCursor[];
  readonly #place: { -readonly [Part in keyof TapePlace]: TapePlace[Part] };
  /** Everybody but analytics who reads the feed's time. */
  readonly #followers: readonly Follower[];
  /** When the feed's time next counts for somebody. */
  #loudUs: TimeUs = 0;
  /** Up to when analytics has everything. */
  #nowUs: TimeUs = 0;
  #firstUs: TimeUs = 0;
  /** The last word about the feed's time, and that time. */
  #time: FactOf<'md.time'> | undefined;

  /** `analytics` are the machines that take the tape first. */
  constructor(composition: Composition, analytics: readonly Hosted[], tape: Tape, cuts: Cuts) {
    this.#composition = composition;
    this.#analytics = analytics;
    this.#tape = tape;
    this.#cuts = cuts;
    this.#lanes = tape.instruments.map(
      (instrument) => new LaneCursor(instrument, (fact) => this.#readersOf(fact), analytics),
    );
    this.#place = { lanes: this.#lanes, toldUs: 0, timeOf: (toldUs) => this.#timeOf(toldUs) };
    this.#followers = this.#readersOf(this.#timeOf(0))
      .filter((reader) => !analytics.includes(reader))
      .map((hosted) => new Follower(hosted, composition, this.#place));
    for (const follower of this.#followers)
      follower.guards = this.#followers.filter(({ hosted }) => this.#livesBy(hosted, follower.hosted));
  }

  /** Trades taken, and the moment reached. */
  get progress(): { readonly trades: number; readonly timeUs: TimeUs } {
    return { trades: this.#lanes.reduce((sum, { trades }) => sum + trades, 0), timeUs: this.#nowUs };
  }

  /** When the first trade was; 0 before it. */
  get firstUs(): TimeUs {
    return this.#firstUs;
  }

  /** Goes through the tape to its end; `onStretch` is told after each stretch of it, and waited for. */
  async run(onStretch: () => Promise<void>): Promise<void> {
    for (let stretch = await this.#tape.next(); stretch !== undefined; stretch = await this.#tape.next()) {
      this.#take(stretch);
      this.#composition.check();
      await onStretch();
    }
    if (this.#firstUs > 0) this.#end();
  }

  #take({ untilUs, lanes }: TapeStretch): void {
    for (const [i, lane] of this.#lanes.entries()) lane.take(lanes[i]!);
    for (const follower of this.#followers) follower.restart();
    if (this.#nowUs === 0) this.#begin();
    while (this.#nowUs < untilUs) {
      const endUs = Math.min(untilUs, gridAt(this.#nowUs, BAR_US) + BAR_US);
      this.#analyse(endUs);
      this.#nowUs = endUs;
      this.#advance(endUs);
      if (endUs % BAR_US === 0) this.#closeBars(endUs);
    }
    for (const follower of this.#followers) follower.settle();
  }

  /** Says the time before the first trade, so that everybody knows of the feed. */
  #begin(): void {
    this.#firstUs = Math.min(...this.#lanes.map((lane) => lane.nextUs));
    this.#nowUs = gridBefore(this.#firstUs, BEGIN_GRID_US);
    this.#listen();
    this.#tick(this.#nowUs);
    this.#closeBars(this.#nowUs);
  }

  #end(): void {
    const endUs = Math.ceil(this.#nowUs / GRID_US) * GRID_US;
    this.#advance(endUs);
    for (const follower of this.#followers) follower.settle();
    for (const { instrument, trades, lastUs, analytics } of this.#lanes) {
      const body = { type: 'FeedEnded', instrument, trades, timeUs: lastUs } as const;
      this.#tellFirst(analytics, { name: 'FeedEnded', body }, (work) => this.#do(work));
    }
  }

  /** Gives analytics all trades up to a moment, of all lanes in their order. */
  #analyse(endUs: TimeUs): void {
    for (;;) {
      let first = 0;
      for (let i = 1; i < this.#lanes.length; i++)
        if (this.#lanes[i]!.aheadUs < this.#lanes[first]!.aheadUs) first = i;
      const lane = this.#lanes[first]!;
      let untilUs = endUs;
      for (let i = 0; i < this.#lanes.length; i++)
        if (i !== first) untilUs = Math.min(untilUs, this.#lanes[i]!.aheadUs - (i < first ? 1 : 0));
      const batch = lane.cut(untilUs, this.#cuts.rowsMax);
      if (batch === undefined) return;
      this.#tellFirst(lane.analytics, batch, (work) => this.#heard(work, first));
    }
  }

  /** Does what analytics wants while it takes rows of a lane: a word is taken at its place. */
  #heard(work: Work, lane: number): void {
    if (isRead(work)) {
      const cursor = this.#lanes[lane]!;
      const row = cursor.rowOf(work.fact);
      const timeUs = cursor.rows.timeUs[row]!;
      this.#goTo(timeUs, lane, row);
      this.#composition.scheduler.advanceTo(timeUs);
      this.#do(work);
    } else work.run();
  }

  /**
   * Tells analytics a time at which bars may close. What it says of the bars is taken in the order of lanes;
   * what it says of orders that are over by then is taken at once.
   */
  #closeBars(timeUs: TimeUs): void {
    const said: Said[] = [];
    this.#tellFirst(this.#analytics, this.#timeOf(timeUs), (work) => {
      if (!isRead(work)) work.run();
      else if ((stateIn(work.fact)?.timeUs ?? timeUs) < timeUs) this.#do(work);
      else said.push(work);
    });
    if (said.length > 1) said.sort((a, b) => this.#laneOf(a) - this.#laneOf(b));
    for (const each of said) this.#do(each);
  }

  #laneOf({ fact }: Said): number {
    const about = fact.name === 'CandleClosed' ? fact.body : stateIn(fact);
    return this.#lanes.findIndex(({ instrument }) => instrument === about?.instrument);
  }

  /** Brings the others to the end of a moment. */
  #advance(timeUs: TimeUs): void {
    this.#goTo(timeUs, LAST_LANE, 0);
    this.#listen();
    if (this.#nextTick() <= timeUs) this.#tick(timeUs);
    this.#place.toldUs = Math.max(this.#place.toldUs, gridAt(timeUs, GRID_US));
    this.#composition.scheduler.advanceTo(timeUs);
  }

  /** Brings the others to a row; those for whom trades and times before it count get these at their place. */
  #goTo(timeUs: TimeUs, lane: number, row: number): void {
    for (;;) {
      this.#listen();
      const next = this.#nextLoud(timeUs, lane, row);
      const tick = this.#nextTick();
      if (tick < timeUs && tick < (next?.timeUs ?? Number.POSITIVE_INFINITY)) this.#tick(tick);
      else if (next !== undefined) this.#trade(next);
      else break;
    }
    this.#reach(timeUs, lane, row + 1);
  }

  /** Asks each that has taken something what counts for it now. */
  #listen(): void {
    const hearsAll = this.#cuts.always || this.#composition.scheduler.hasLater;
    let hasChanged = false;
    for (const follower of this.#followers) hasChanged = follower.listen(hearsAll) || hasChanged;
    if (!hasChanged) return;
    this.#loudUs = Number.POSITIVE_INFINITY;
    for (const { loudUs } of this.#followers) this.#loudUs = Math.min(this.#loudUs, loudUs);
    for (let i = 0; i < this.#lanes.length; i++) {
      let quiet = ALWAYS_QUIET;
      for (const follower of this.#followers)
        if (follower.reads(i)) quiet = quietInBoth(quiet, follower.quiet(i));
      this.#lanes[i]!.quiet = quiet;
    }
  }

  /** Returns the first row up to one of a lane that counts for somebody. */
  #nextLoud(timeUs: TimeUs, lane: number, row: number): LoudRow | undefined {
    let first: LoudRow | undefined;
    for (let i = 0; i < this.#lanes.length; i++) {
      const cursor = this.#lanes[i]!;
      const loud = i === lane ? cursor.loudRow(row) : cursor.loudUntil(i < lane ? timeUs : timeUs - 1);
      if (loud === undefined) continue;
      const loudUs = cursor.rows.timeUs[loud]!;
      if (first === undefined || loudUs < first.timeUs) first = { lane: i, row: loud, timeUs: loudUs };
    }
    return first;
  }

  /** The others have come to so many rows of a lane, and of the other lanes to those before. */
  #reach(timeUs: TimeUs, lane: number, rows: number): void {
    for (let i = 0; i < this.#lanes.length; i++)
      if (i === lane) this.#lanes[i]!.reach(rows);
      else this.#lanes[i]!.reachUntil(i < lane ? timeUs : timeUs - 1);
    this.#place.toldUs = Math.max(this.#place.toldUs, gridBefore(timeUs, GRID_US));
  }

  /** Gives a row to those for whom it counts. */
  #trade({ lane, row, timeUs }: LoudRow): void {
    this.#reach(timeUs, lane, row);
    const cursor = this.#lanes[lane]!;
    const alert = this.#followers.filter((follower) => follower.hears(lane, timeUs, cursor.rows.price[row]!));
    for (const follower of alert) follower.settle();
    this.#composition.scheduler.advanceTo(timeUs);
    cursor.reach(row + 1);
    const batch = cursor.batch(row, row + 1, true);
    for (const follower of alert) follower.giveRow(lane, batch);
    this.#composition.scheduler.drain();
  }

  #nextTick(): TimeUs {
    return Math.max(this.#place.toldUs + GRID_US, Math.ceil(this.#loudUs / GRID_US) * GRID_US);
  }

  /** Says a time of the feed, behind the trades before it, to those of some for whom it counts. */
  #tick(timeUs: TimeUs): void {
    this.#composition.scheduler.advanceTo(timeUs);
    for (const lane of this.#lanes) lane.reachUntil(timeUs);
    const alert = this.#followers.filter(({ loudUs }) => loudUs <= timeUs);
    const time = this.#timeOf(timeUs);
    for (const follower of alert) follower.settleTrades(timeUs);
    this.#place.toldUs = timeUs;
    for (const follower of alert) follower.hosted.give(this.#composition.received(time));
    this.#composition.scheduler.drain();
  }

  #timeOf(toldUs: TimeUs): Fact {
    if (this.#time?.body.toldUs !== toldUs) this.#time = { name: 'TimeAdvanced', body: timeAt(toldUs) };
    return this.#time;
  }

  /** Whether somebody reads whether a guard lives. */
  #livesBy({ says, speaker }: Hosted, reader: Hosted): boolean {
    if (!says.includes('sys.guard')) return false;
    const body = { account: accountId(speaker.account), feed: FEED, timeUs: 0 };
    return this.#composition.readersOf({ name: 'GuardAlive', body }, speaker).includes(reader);
  }

  #readersOf(fact: Fact): readonly Hosted[] {
    return this.#composition.readersOf(fact, { identity: `ingest.${FEED}`, account: '' });
  }

  /** Gives analytics a fact of the feed, and hands over what it does while it goes on. */
  #tellFirst(analytics: readonly Hosted[], fact: Fact, done: (work: Work) => void): void {
    for (const hosted of analytics) hosted.hear(this.#composition.received(fact), done);
  }

  #do(work: Work): void {
    const { scheduler } = this.#composition;
    scheduler.push(work);
    scheduler.drain();
  }
}

/** A row that counts for somebody. */
interface LoudRow {
  readonly lane: number;
  readonly row: number;
  readonly timeUs: TimeUs;
}

/** Whether it is a word that somebody reads; all else can be done at once. */
function isRead(work: Work): work is Said {
  return work instanceof Said && work.readers.length > 0;
}
