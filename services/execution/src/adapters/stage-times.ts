import type { Passage } from '../domain/index.ts';

/** Upper bounds of the buckets. *Units*: s; what no venue answers within the last is its silence. */
const BOUNDS_S = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15];
const US_PER_S = 1_000_000;
const NAME = 'algo_order_stage_seconds';

interface Times {
  readonly counts: number[];
  sumS: number;
  count: number;
}

/** How long orders took from stage to stage, counted for `/metrics` since the start of this process. */
export class StageTimes {
  readonly #stages = new Map<string, Times>();

  /** Counts an order's way. */
  add({ takenUs, diskUs, wireUs, answeredUs }: Passage): void {
    this.#add('disk', diskUs - takenUs);
    if (wireUs === null) return;
    this.#add('wire', wireUs - diskUs);
    this.#add('ack', answeredUs - wireUs);
  }

  /** Returns a histogram in Prometheus' text form; empty before the first order. */
  text(labels: string): string {
    if (this.#stages.size === 0) return '';
    const lines = [`# HELP ${NAME} How long orders took to a stage.`, `# TYPE ${NAME} histogram`];
    for (const [stage, { counts, sumS, count }] of this.#stages) {
      const own = `stage="${stage}",${labels}`;
      BOUNDS_S.forEach((bound, i) => void lines.push(`${NAME}_bucket{le="${bound}",${own}} ${counts[i]}`));
      lines.push(`${NAME}_bucket{le="+Inf",${own}} ${count}`);
      lines.push(`${NAME}_sum{${own}} ${sumS}`, `${NAME}_count{${own}} ${count}`);
    }
    return `${lines.join('\n')}\n`;
  }

  #add(stage: string, us: number): void {
    const times = this.#stages.get(stage) ?? { counts: BOUNDS_S.map(() => 0), sumS: 0, count: 0 };
    this.#stages.set(stage, times);
    const seconds = us / US_PER_S;
    BOUNDS_S.forEach((bound, i) => {
      if (seconds <= bound) times.counts[i]!++;
    });
    times.sumS += seconds;
    times.count++;
  }
}
