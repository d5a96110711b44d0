/** One thing measured, beside what the bare parts did in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** Null where there is nothing to compare with. */
  readonly floor: number | null;
  /** Median of ours ÷ floor over runs that took turns. */
  readonly ratio: number | null;
  /** What we want it to be, in words, and whether it is; null when nothing was promised. */
  readonly target: string | null;
  readonly met: boolean | null;
}

export interface BenchResult {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

export interface BenchOptions {
  /** Multiplies the amount of work: 1 for figures to keep, 0.1 to see that it runs. */
  readonly scale: number;
  readonly say: (line: string) => void;
}

/** What a `*.bench.ts` exports. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

/** Two runs that took turns. */
export interface Pair {
  readonly ours: number;
  readonly floor: number;
}

/** What a ratio or a value should be: at least or at most so much. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly least?: number;
  readonly most?: number;
}

/** Returns the median of pairs as a figure. */
export function paired(name: string, unit: string, pairs: readonly Pair[], target?: Target): Figure {
  const ratio = median(pairs.map(({ ours, floor }) => ours / floor));
  const ours = median(pairs.map((pair) => pair.ours));
  return {
    name,
    unit,
    ours,
    floor: median(pairs.map((pair) => pair.floor)),
    ratio,
    ...judge(ours, ratio, target),
  };
}

/** Returns a figure that stands alone. */
export function single(name: string, unit: string, ours: number, target?: Target): Figure {
  return { name, unit, ours, floor: null, ratio: null, ...judge(ours, null, target) };
}

function judge(
  ours: number,
  ratio: number | null,
  target: Target | undefined,
): Pick<Figure, 'target' | 'met'> {
  const judged = target?.of === 'value' ? ours : ratio;
  if (target === undefined || judged === null) return { target: null, met: null };
  const unit = target.of === 'ratio' ? ' ×' : '';
  if (target.least !== undefined) return { target: `≥ ${target.least}${unit}`, met: judged >= target.least };
  if (target.most !== undefined) return { target: `≤ ${target.most}${unit}`, met: judged <= target.most };
  return { target: null, met: null };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the value below which a share of them lies: nearest rank, no interpolation. *Errors*: when there are none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Rows done at a moment. */
export interface Progress {
  readonly atMs: number;
  readonly rows: number;
}

/**
 * Returns rows per second between the first sample past a tenth and the last one before the end. The start is left out
 * because both sides still compile there, the end because a sampler sees it late.
 */
export function steadyRate(samples: readonly Progress[], total: number): number {
  const inside = samples.filter(({ rows }) => rows >= total / 10 && rows < total);
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || inside.length < 5 || last.atMs - first.atMs < 100)
    throw new Error(`too short to measure: ${inside.length} samples of ${total} rows; raise --scale`);
  return ((last.rows - first.rows) * 1_000) / (last.atMs - first.atMs);
}
