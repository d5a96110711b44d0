import type { Parameters } from './parameters.ts';
import type { Refused } from './refused.ts';

/** How a read's rows are paged. *Units*: ms. */
export interface PageRules<Row> {
  readonly timeOf: (row: Row) => number;
  /** Rows without a wish; never more than 1,000. */
  readonly standard: number;
  readonly longestMs: number;
  readonly tooLong: () => Refused;
  /** Where a time without an end shows no more than the longest, and none the last of it: what time it is. */
  readonly nowMs?: number;
}

/** Returns the rows of a page: from a time or an id on the oldest, otherwise the newest. */
export function pageOf<Row>(
  rows: readonly Row[],
  parameters: Parameters,
  isFromId: boolean,
  { timeOf, standard, longestMs, tooLong, nowMs }: PageRules<Row>,
): readonly Row[] {
  const [asked, endAsked] = [parameters.timeMs('startTime'), parameters.timeMs('endTime')];
  const isWindow = nowMs !== undefined && !isFromId;
  const startMs = asked ?? (isWindow ? (endAsked ?? nowMs) - longestMs : undefined);
  const endMs = endAsked ?? (isWindow ? startMs! + longestMs : undefined);
  const limit = parameters.limit(standard, 1_000);
  if (startMs !== undefined && endMs !== undefined && endMs - startMs > longestMs) throw tooLong();
  const inTime = rows.filter(
    (row) => timeOf(row) >= (startMs ?? 0) && timeOf(row) <= (endMs ?? Number.POSITIVE_INFINITY),
  );
  return asked !== undefined || isFromId ? inTime.slice(0, limit) : inTime.slice(-limit);
}
