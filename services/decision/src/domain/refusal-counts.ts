import type { InstrumentId, RefusalCode } from '@algo/model';
import type { StrategyLevel } from '@algo/strategy';

/** How often evaluations of one instrument ended at one level with one code, without being published. */
export interface RefusalCount {
  readonly instrument: InstrumentId;
  readonly level: StrategyLevel;
  readonly code: RefusalCode;
  readonly count: number;
}

/** What was not published, and why it did not need to be. */
export interface DecisionCounters {
  /** Evaluations that ended below level 2, or repeated what was published, since they were last told. */
  readonly refusals: readonly RefusalCount[];
  /** Signals that had been handled already. */
  readonly repeatedSignals: number;
  /** States and signals of instruments whose trading rules the engine was not given. */
  readonly unknownInstruments: number;
}

/** Counts by instrument, level and code; bounded by the instruments × 4 levels × the refusal codes. */
export class RefusalCounts {
  readonly #counts = new Map<
    InstrumentId,
    { -readonly [Part in keyof RefusalCount]: RefusalCount[Part] }[]
  >();

  constructor(counts: readonly RefusalCount[]) {
    for (const row of counts) this.#of(row.instrument).push({ ...row });
  }

  add(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): void {
    const rows = this.#of(instrument);
    const row = rows.find((each) => each.level === level && each.code === code);
    if (row === undefined) rows.push({ instrument, level, code, count: 1 });
    else row.count++;
  }

  rows(): RefusalCount[] {
    return [...this.#counts.values()].flat().map((row) => ({ ...row }));
  }

  /** Returns what was counted of instruments, and begins anew for them. */
  take(isMeant: (instrument: InstrumentId) => boolean): RefusalCount[] {
    const taken: RefusalCount[] = [];
    for (const [instrument, rows] of this.#counts)
      if (isMeant(instrument)) {
        taken.push(...rows);
        this.#counts.delete(instrument);
      }
    return taken;
  }

  #of(instrument: InstrumentId) {
    const known = this.#counts.get(instrument);
    if (known !== undefined) return known;
    const rows: { -readonly [Part in keyof RefusalCount]: RefusalCount[Part] }[] = [];
    this.#counts.set(instrument, rows);
    return rows;
  }
}
