import type { Fact } from '@algo/contracts';
import { isQuiet, isSameQuiet, NEVER_QUIET, type Quiet, type TimeUs } from '@algo/model';
import { type Composition, type Hosted, Said, type Work } from '@algo/runtime';
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
 * is owed but the sign that it lives: who reads that has its followers give it first.
 */
export class Follower {
  readonly hosted: Hosted;
  readonly #composition: Composition;
  readonly #place: TapePlace;
  /** Rows of each lane that it has, of the present stretch. */
  readonly #rows: number[];
  readonly #reads: readonly boolean[];
  #toldUs: TimeUs = 0;
  /** When the feed's time next counts for it. */
  loudUs: TimeUs = 0;
  /** Whose signs of life it reads: they settle before it. */
  guards: readonly Follower[] = [];
  #isSettling = false;
  /** What is quiet for it, by lane: as it was when it was asked last. */
  readonly #quiet: Quiet[];
  readonly #signOfLife: (work: Work) => void;
  #hasTaken = true;
  #hearsAll = false;

  constructor(hosted: Hosted, composition: Composition, place: TapePlace) {
    this.hosted = hosted;
    this.#composition = composition;
    this.#place = place;
    this.#rows = place.lanes.map(() => 0);
    this.#reads = place.lanes.map(({ readers }) => readers.includes(hosted));
    this.#quiet = place.lanes.map(() => NEVER_QUIET);
    this.#signOfLife = (work) => {
      if (!isSignOfLife(work))
        throw new Error(`something followed from what ${hosted.speaker.identity} was owed as nothing could`);
      work.run();
    };
    hosted.beforeInput = () => {
      this.#hasTaken = true;
      this.settle();
    };
  }

  /** Asks it what counts for it now; returns whether that has changed. */
  listen(hearsAll: boolean): boolean {
    if (!this.#hasTaken && hearsAll === this.#hearsAll) return false;
    this.#hearsAll = hearsAll;
    this.#hasTaken = false;
    let hasChanged = false;
    this.loudUs = Number.POSITIVE_INFINITY;
    const { lanes } = this.#place;
    for (let i = 0; i < lanes.length; i++) {
      const quiet = hearsAll ? NEVER_QUIET : this.hosted.quiet(lanes[i]!.instrument);
      hasChanged ||= !isSameQuiet(quiet, this.#quiet[i]!);
      this.#quiet[i] = quiet;
      this.loudUs = Math.min(this.loudUs, quiet.untilUs);
    }
    return hasChanged;
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
    // While a guard settles, what comes is its sign of life: taken before the times that it was owed for.
    if (this.#isSettling) return;
    for (const guard of this.guards) if (guard.#isSettling) return;
    this.#isSettling = true;
    for (const guard of this.guards) guard.settle();
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
    // Nobody else may get this row as something owed: it may count for them.
    this.#isSettling = true;
    this.hosted.give(this.#composition.received(batch));
    this.#isSettling = false;
  }

  /** Begins a new stretch of the tape; it must have all of the one before. */
  restart(): void {
    this.#rows.fill(0);
  }

  reads(lane: number): boolean {
    return this.#reads[lane]!;
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
    this.hosted.hear(this.#composition.received(fact), this.#signOfLife);
  }
}

function isSignOfLife(work: Work): boolean {
  return work instanceof Said && work.fact.name === 'GuardAlive';
}
