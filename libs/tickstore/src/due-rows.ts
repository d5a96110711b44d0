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

/** Returns those that have rows, oldest first. */
export function waitingRows(instruments: Iterable<InstrumentRows>): InstrumentRows[] {
  return oldestFirst([...instruments].filter((rows) => rows.waits));
}

function oldestFirst(instruments: InstrumentRows[]): InstrumentRows[] {
  return instruments.sort((a, b) => a.dueAtMs(0) - b.dueAtMs(0));
}
