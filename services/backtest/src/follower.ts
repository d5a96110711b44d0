import type { Fact } from '@algo/contracts';
import { isQuiet, NEVER_QUIET, type Quiet, type TimeUs } from '@algo/model';
import type { Composition, Hosted } from '@algo/runtime';
import type { LaneCursor } from './lane-cursor.ts';
import { rowAfter } from './tape.ts';

/** How far a tape has come for those who follow it. */
export interface TapePlace {
  readonly lanes: readonly LaneCursor[];
  /** The last time of the grid that has passed. */
  readonly toldUs: TimeUs;
  /** Returns the word of the feed about its time. */
  timeOf(toldUs: TimeUs): Fact;
}

/**
 * A machine that takes the tape behind analytics. What is quiet for it it is owed, and gets before it takes
 * anything else: trades in one piece, and of the times of the feed the last. Nothing may follow from what it
 * is owed.
 */
export class Follower {
  readonly hosted: Hosted;
  readonly #composition: Composition;
  readonly #place: TapePlace;
  /** Rows of each lane that it has, of the present stretch. */
  readonly #rows: number[];
  #toldUs: TimeUs = 0;
  /** When the feed's time next counts for it. */
  loudUs: TimeUs = 0;
  #isSettling = false;
  /** What is quiet for it, by lane: as it was when it was asked last. */
  readonly #quiet: Quiet[] = [];
  #hasTaken = true;
  #hearsAll = false;

  constructor(hosted: Hosted, composition: Composition, place: TapePlace) {
    this.hosted = hosted;
    this.#composition = composition;
    this.#place = place;
    this.#rows = place.lanes.map(() => 0);
    hosted.beforeInput = () => {
      this.#hasTaken = true;
      this.settle();
    };
  }

  /** Asks it what counts for it now; returns false where that is known. */
  listen(hearsAll: boolean): boolean {
    if (!this.#hasTaken && hearsAll === this.#hearsAll) return false;
    this.#hearsAll = hearsAll;
    this.#hasTaken = false;
    this.#quiet.length = 0;
    this.loudUs = Number.POSITIVE_INFINITY;
    for (const { instrument } of this.#place.lanes) {
      const quiet = hearsAll ? NEVER_QUIET : this.hosted.quiet(instrument);
      this.#quiet.push(quiet);
      this.loudUs = Math.min(this.loudUs, quiet.untilUs);
    }
    return true;
  }

  /** Returns what of a lane does not count for it. */
  quiet(lane: number): Quiet {
    return this.#quiet[lane]!;
  }

  /** Whether a row of a lane counts for it. */
  hears(lane: number, timeUs: TimeUs, price: number): boolean {
    return this.reads(lane) && !isQuiet(this.quiet(lane), timeUs, price);
  }

  /** Gives it all that it is owed. */
  settle(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    const { toldUs } = this.#place;
    if (this.#toldUs < toldUs) {
      this.#giveRows(toldUs);
      this.#toldUs = toldUs;
      this.#give(this.#place.timeOf(toldUs));
    }
    this.#giveRows(Number.POSITIVE_INFINITY);
    this.#isSettling = false;
  }

  /** Gives it the trades that it is owed before a time of the feed, which it is given next. */
  settleTrades(toldUs: TimeUs): void {
    this.#isSettling = true;
    this.#giveRows(toldUs);
    this.#isSettling = false;
    this.#toldUs = toldUs;
  }

  /** Gives it the next row of a lane; it is owed nothing. */
  giveRow(lane: number, batch: Fact): void {
    this.#rows[lane]!++;
    this.hosted.give(this.#composition.received(batch));
  }

  /** Begins a new stretch of the tape; it must have all of the one before. */
  restart(): void {
    this.#rows.fill(0);
  }

  reads(lane: number): boolean {
    return this.#place.lanes[lane]!.readers.includes(this.hosted);
  }

  #giveRows(untilUs: TimeUs): void {
    const { lanes } = this.#place;
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i]!;
      const from = this.#rows[i]!;
      if (from === lane.reached || !this.reads(i)) continue;
      const to = Math.min(lane.reached, rowAfter(lane.rows, from, untilUs));
      this.#rows[i] = to;
      if (to > from) this.#give(lane.owed(from, to));
    }
  }

  #give(fact: Fact): void {
    this.hosted.hear(this.#composition.received(fact), () => {
      const { identity } = this.hosted.speaker;
      throw new Error(
        `something followed from ${fact.name}, which ${identity} was owed because nothing could`,
      );
    });
  }
}
