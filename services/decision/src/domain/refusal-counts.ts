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
  /** Evaluations that ended below level 2, or that were not published each, since they were last told. */
  readonly refusals: readonly RefusalCount[];
  /** Signals that had been handled already. */
  readonly repeatedSignals: number;
  /** States and signals of instruments whose trading rules the engine was not given. */
  readonly unknownInstruments: number;
}

/** Counts by instrument, level and code; bounded by the instruments × 4 levels × the refusal codes. */
export class RefusalCounts {
  readonly #counts: Map<string, RefusalCount>;

  constructor(counts: readonly RefusalCount[]) {
    this.#counts = new Map(counts.map((row) => [keyOf(row.instrument, row.level, row.code), row]));
  }

  add(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): void {
    const key = keyOf(instrument, level, code);
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { instrument, level, code, count });
  }

  rows(): RefusalCount[] {
    return [...this.#counts.values()];
  }

  /** Returns what was counted of instruments, and begins anew for them. */
  take(isMeant: (instrument: InstrumentId) => boolean): RefusalCount[] {
    const taken: RefusalCount[] = [];
    for (const [key, row] of this.#counts)
      if (isMeant(row.instrument)) {
        taken.push(row);
        this.#counts.delete(key);
      }
    return taken;
  }
}

function keyOf(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): string {
  return `${instrument} ${level} ${code}`;
}
