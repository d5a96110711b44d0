import type { Fact } from '@algo/contracts';
import type { InstrumentId, TimeUs } from '@algo/model';
import type { Hosted, Said } from '@algo/runtime';
import { type LaneCursor, stateIn } from './lane-cursor.ts';

/** A fact that analytics said ahead of the others, and the row it came after. */
export interface Word {
  readonly said: Said;
  readonly timeUs: TimeUs;
  readonly lane: number;
  readonly row: number;
}

/** The machines that nobody but the tape feeds: they take its trades before the others do. */
export class AnalyticsAhead {
  readonly #analytics: ReadonlySet<Hosted>;
  readonly #lanes: readonly LaneCursor[];
  readonly #laneOf: ReadonlyMap<InstrumentId, number>;
  readonly #said: (fact: Fact) => Said;
  #trades = 0;

  /** `said` returns a fact of the feed with its readers. */
  constructor(analytics: ReadonlySet<Hosted>, lanes: readonly LaneCursor[], said: (fact: Fact) => Said) {
    this.#analytics = analytics;
    this.#lanes = lanes;
    this.#laneOf = new Map(lanes.map(({ instrument }, lane) => [instrument, lane]));
    this.#said = said;
  }

  /** Trades given so far. */
  get trades(): number {
    return this.#trades;
  }

  /** Gives analytics the trades up to a moment and returns what it said that somebody reads, in order. */
  wordsUpTo(endUs: TimeUs): readonly Word[] {
    const words: Word[] = [];
    let lanesWithWords = 0;
    for (const [i, lane] of this.#lanes.entries()) {
      const before = words.length;
      for (let cut = lane.cutAhead(endUs); cut !== undefined; cut = lane.cutAhead(endUs)) {
        this.#trades += cut.to - cut.from;
        const said = this.#said(lane.batch(cut.from, cut.to, cut.complete));
        for (const reader of said.readers)
          if (this.#analytics.has(reader)) this.#gather(reader.hear(said.received), i, cut.from, words);
      }
      if (words.length > before) lanesWithWords++;
    }
    if (lanesWithWords > 1) words.sort((a, b) => a.timeUs - b.timeUs || a.lane - b.lane);
    return words;
  }

  #gather(works: ReturnType<Hosted['hear']>, i: number, from: number, words: Word[]): void {
    const lane = this.#lanes[i]!;
    for (const work of works) {
      // What nobody reads, and rows for a store, can be done now.
      if (!isSaid(work) || work.readers.length === 0) work.run();
      else {
        const row = lane.rowOf(work.fact, from);
        words.push({ said: work, timeUs: lane.timeUs(row), lane: i, row });
      }
    }
  }

  /** Tells analytics a time at which bars may close; returns what it said, in the order of instruments. */
  barsUpTo(time: Said): readonly Said[] {
    const said: Said[] = [];
    for (const reader of time.readers)
      if (this.#analytics.has(reader))
        for (const work of reader.hear(time.received))
          if (isSaid(work) && work.readers.length > 0) said.push(work);
          else work.run();
    return said.toSorted((a, b) => this.#laneOfState(a) - this.#laneOfState(b));
  }

  #laneOfState({ fact }: Said): number {
    const state = stateIn(fact);
    return state === undefined ? 0 : this.#laneOf.get(state.instrument)!;
  }
}

function isSaid(work: ReturnType<Hosted['hear']>[number]): work is Said {
  return 'readers' in work;
}
