import { type TradeColumns, US_PER_HOUR, US_PER_SECOND } from '@algo/model';
import type { Firing, RuleRecord } from './rule-firings.ts';

/** A number with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What is known of a rule on one kind of tape, hour by hour. *Units*: `perHour` firings; `share` of its
 * evaluations, 0–1, null for events.
 */
export interface RuleRate {
  readonly perHour: Estimate;
  readonly share: Estimate | null;
}

/** What the price did behind the firings. *Units*: basis points toward the side that the rule names. */
export interface ForwardReturn {
  readonly afterS: number;
  readonly firings: number;
  readonly points: Estimate;
}

/** One rule held against tapes that tell nothing. */
export interface ComparedRule {
  readonly name: string;
  readonly real: RuleRate;
  readonly shuffled: RuleRate;
  readonly walk: RuleRate;
  /** Whether it fires, or holds, on data otherwise than on both nulls: intervals that don't overlap. */
  readonly tells: boolean;
  /** Empty where a rule names no side. */
  readonly returns: readonly ForwardReturn[];
}

/** How far ahead prices are looked at. *Units*: s. */
export const HORIZONS_S = [30, 120, 600] as const;
const NORMAL_95 = 1.96;

/** Returns the rate of a rule over all runs of a kind of tape, hour by hour. */
export function rateOf(records: readonly (RuleRecord | undefined)[], tape: TradeColumns): RuleRate {
  const [firstUs, lastUs] = [tape.timeUs[0]!, tape.timeUs[tape.count - 1]!];
  const hours = Math.max(1, Math.floor((lastUs - firstUs) / US_PER_HOUR));
  const counts: number[] = [];
  for (const record of records) {
    const byHour = new Array<number>(hours).fill(0);
    for (const { timeUs } of record?.firings ?? []) {
      const hour = Math.floor((timeUs - firstUs) / US_PER_HOUR);
      if (hour >= 0 && hour < hours) byHour[hour]!++;
    }
    counts.push(...byHour);
  }
  const shares = records.flatMap((record) =>
    [...(record?.hours.values() ?? [])].map(({ evaluations, holds }) => holds / evaluations),
  );
  return { perHour: estimate(counts), share: shares.length === 0 ? null : estimate(shares) };
}

/** Returns what the price did behind firings that name a side: the last price at each horizon. */
export function returnsOf(firings: readonly Firing[], tape: TradeColumns): ForwardReturn[] {
  const sided = firings.filter(({ direction }) => direction !== null);
  if (sided.length === 0) return [];
  return HORIZONS_S.map((afterS) => {
    const points: number[] = [];
    for (const { timeUs, price, direction } of sided) {
      const at = rowBefore(tape.timeUs, timeUs + afterS * US_PER_SECOND);
      if (timeUs + afterS * US_PER_SECOND > tape.timeUs[tape.count - 1]!) continue;
      const move = (tape.price[at]! / price - 1) * 10_000;
      points.push(direction === 'long' ? move : -move);
    }
    return { afterS, firings: points.length, points: estimate(points) };
  });
}

/** Returns a rule held against its nulls. */
export function compareRule(
  name: string,
  real: RuleRecord | undefined,
  shuffled: readonly (RuleRecord | undefined)[],
  walk: readonly (RuleRecord | undefined)[],
  tape: TradeColumns,
): ComparedRule {
  const rates = [[real], shuffled, walk].map((records) => rateOf(records, tape)) as [
    RuleRate,
    RuleRate,
    RuleRate,
  ];
  const [ofReal, ofShuffled, ofWalk] = rates;
  const isApart = (a: Estimate | null, b: Estimate | null) =>
    a !== null && b !== null && (a.low > b.high || a.high < b.low);
  const isOther = (of: (rate: RuleRate) => Estimate | null) =>
    isApart(of(ofReal), of(ofShuffled)) && isApart(of(ofReal), of(ofWalk));
  return {
    ...{ name, real: ofReal, shuffled: ofShuffled, walk: ofWalk },
    tells: isOther(({ perHour }) => perHour) || isOther(({ share }) => share),
    returns: returnsOf(real?.firings ?? [], tape),
  };
}

/** Returns the mean of numbers and its 95 % interval, as if they were independent. */
export function estimate(values: readonly number[]): Estimate {
  const { length } = values;
  if (length === 0) return { mean: 0, low: 0, high: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = length > 1 ? NORMAL_95 * Math.sqrt(squares / (length - 1) / length) : Number.POSITIVE_INFINITY;
  return { mean, low: mean - half, high: mean + half };
}

/** Returns the last row at or before a time, 0 where there is none. */
function rowBefore(times: Float64Array, timeUs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= timeUs) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
