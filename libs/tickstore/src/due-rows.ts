import type { FlushPace } from './flush-pace.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/** Returns what is to be written now, and when the next is; Infinity when nothing more waits. */
export function dueRows(
  instruments: Iterable<InstrumentRows>,
  { rows: flushRows, waitMs }: FlushPace,
  nowMs: number,
): { readonly due: InstrumentRows[]; readonly nextMs: number } {
  const due: InstrumentRows[] = [];
  let nextMs = Number.POSITIVE_INFINITY;
  for (const rows of instruments)
    if (rows.isDue(nowMs, flushRows, waitMs)) due.push(rows);
    else nextMs = Math.min(nextMs, rows.dueAtMs(waitMs));
  return { due: oldestFirst(due), nextMs };
}

/**
 * Returns until when nothing is written by itself behind a write: there is no rest while rows of a file have
 * waited for too long. *Units*: ms by `performance.now`.
 */
export function restUntilMs(
  instruments: Iterable<InstrumentRows>,
  pace: FlushPace,
  writeMs: number,
  nowMs = performance.now(),
): number {
  const { waitLateMs } = pace;
  for (const rows of instruments) if (rows.dueAtMs(waitLateMs) <= nowMs) return nowMs;
  return nowMs + pace.restMs(writeMs);
}

/** Returns those that have rows, oldest first. */
export function waitingRows(instruments: Iterable<InstrumentRows>): InstrumentRows[] {
  return oldestFirst([...instruments].filter((rows) => rows.waits));
}

function oldestFirst(instruments: InstrumentRows[]): InstrumentRows[] {
  return instruments.sort((a, b) => a.dueAtMs(0) - b.dueAtMs(0));
}
