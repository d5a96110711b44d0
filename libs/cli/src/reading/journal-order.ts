import { createHash } from 'node:crypto';
import type { Decision, OrderEvent, PositionEvent } from '@algo/model';

/** What the journal tells of. The rank orders events of one event time: cause before effect. */
export const JOURNAL_RANK = {
  DecisionMade: 0,
  OrderDenied: 1,
  OrderSubmitted: 2,
  OrderAccepted: 3,
  OrderRejected: 4,
  OrderFilled: 5,
  OrderCanceled: 6,
  OrderExpired: 7,
  OrderQuarantined: 8,
  PositionOpened: 9,
  PositionIncreased: 10,
  StopMoved: 11,
  ExitTriggered: 12,
  PositionReduced: 13,
  PositionClosed: 14,
} as const;
export type JournalKind = keyof typeof JOURNAL_RANK;

/** One event of the journal. `line` is its canonical text, the same in every run over the same data. */
export interface JournalEntry {
  readonly timeUs: number;
  readonly kind: JournalKind;
  readonly id: string;
  readonly line: string;
}

/** Differ between runs that traded alike: which life of execution sent an order. */
const RUN_FIELDS = new Set(['epoch']);

/** Returns a decision's entry. */
export function decisionEntry(decision: Decision): JournalEntry {
  return entry('DecisionMade', decision.timeUs, decision.id, decision);
}

/** Returns an order event's entry; null for OrderUnknown, which tells of the transport and not of trading. */
export function orderEntry(event: OrderEvent): JournalEntry | null {
  if (event.type === 'OrderUnknown') return null;
  return entry(event.type, event.timeUs, event.clientOrderId, event);
}

/** Returns a position event's entry. */
export function positionEntry(event: PositionEvent): JournalEntry {
  return entry(event.type, event.timeUs, event.position.id, event);
}

/** Sorts entries into the canonical order: event time, rank of the kind, id, and at last the text itself. */
export function inJournalOrder(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.toSorted(
    (a, b) =>
      a.timeUs - b.timeUs ||
      JOURNAL_RANK[a.kind] - JOURNAL_RANK[b.kind] ||
      compare(a.id, b.id) ||
      compare(a.line, b.line),
  );
}

/** Returns SHA-256 over the lines, each with its line break, in hexadecimal. */
export function journalHash(entries: readonly JournalEntry[]): string {
  const hash = createHash('sha256');
  for (const { line } of entries) hash.update(line).update('\n');
  return hash.digest('hex');
}

/** Returns JSON with sorted keys, without what may differ between runs. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const kept = Object.entries(inner).filter(([name]) => !RUN_FIELDS.has(name));
    return Object.fromEntries(kept.toSorted(([a], [b]) => compare(a, b)));
  });
}

function entry(kind: JournalKind, timeUs: number, id: string, body: object): JournalEntry {
  return { kind, timeUs, id, line: canonicalJson({ ...body, kind, id }) };
}

/** By code unit: a locale's order differs between machines. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
