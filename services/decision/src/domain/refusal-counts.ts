import type { InstrumentId, RefusalCode } from '@algo/model';
import type { StrategyLevel } from '@algo/strategy';

/** How often evaluations of one instrument ended at one level with one code, without being published. */
export interface RefusalCount {
  readonly instrument: InstrumentId;
  readonly level: StrategyLevel;
  readonly code: RefusalCode;
  readonly count: number;
}

type Row = { -readonly [Part in keyof RefusalCount]: RefusalCount[Part] };

/** Counts by instrument, level and code; bounded by the instruments × 4 levels × the refusal codes. */
export class RefusalCounts {
  readonly #counts = new Map<InstrumentId, Row[]>();

  constructor(counts: readonly RefusalCount[]) {
    for (const row of counts) this.#of(row.instrument).push({ ...row });
  }

  add(instrument: InstrumentId, level: StrategyLevel, code: RefusalCode): void {
    const rows = this.#of(instrument);
    for (const row of rows)
      if (row.level === level && row.code === code) {
        row.count++;
        return;
      }
    rows.push({ instrument, level, code, count: 1 });
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
    const rows: Row[] = [];
    this.#counts.set(instrument, rows);
    return rows;
  }
}
