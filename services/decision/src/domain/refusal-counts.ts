import type { InstrumentId, RefusalCode } from '@algo/model';
import type { StrategyLevel } from '@algo/strategy';

/** How often evaluations of one instrument ended at one level with one code, without being published. */
export interface RefusalCount {
  readonly instrument: InstrumentId;
  readonly level: StrategyLevel;
  readonly code: RefusalCode;
  readonly count: number;
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
}

function keyOf(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): string {
  return `${instrument} ${level} ${code}`;
}
