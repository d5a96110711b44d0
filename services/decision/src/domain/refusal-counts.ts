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
  readonly #counts = new Map<InstrumentId, { level: StrategyLevel; code: RefusalCode; count: number }[]>();

  constructor(counts: readonly RefusalCount[]) {
    for (const { instrument, level, code, count } of counts)
      this.#of(instrument).push({ level, code, count });
  }

  add(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): void {
    const counts = this.#of(instrument);
    const known = counts.find((each) => each.level === level && each.code === code);
    if (known === undefined) counts.push({ level, code, count: 1 });
    else known.count++;
  }

  rows(): RefusalCount[] {
    return [...this.#counts].flatMap(([instrument, counts]) =>
      counts.map((count) => ({ instrument, ...count })),
    );
  }

  #of(instrument: InstrumentId) {
    const counts = this.#counts.get(instrument) ?? [];
    this.#counts.set(instrument, counts);
    return counts;
  }
}
