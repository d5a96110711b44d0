import { createHash } from 'node:crypto';
import { type Fact, timeOf } from '@algo/contracts';

const RANK: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ...['DecisionMade', 'OrderDenied', 'OrderSubmitted', 'OrderAccepted', 'OrderRejected', 'OrderFilled'],
    ...['OrderCanceled', 'OrderExpired', 'PositionOpened', 'PositionIncreased', 'StopMoved', 'ExitTriggered'],
    ...['PositionReduced', 'PositionClosed'],
  ].map((name, rank) => [name, rank]),
);

/** The journal of a run. */
export class JournalBook {
  readonly #entries: { readonly timeUs: number; readonly rank: number; readonly line: string }[] = [];

  take(fact: Fact): void {
    const rank = RANK[fact.name];
    if (rank === undefined) return;
    const timeUs = timeOf(fact.name, fact.body);
    this.#entries.push({ timeUs, rank, line: canonicalJson({ kind: fact.name, ...fact.body }) });
  }

  lines(): readonly string[] {
    return this.#entries
      .toSorted((a, b) => a.timeUs - b.timeUs || a.rank - b.rank || (a.line < b.line ? -1 : 1))
      .map(({ line }) => line);
  }

  hash(): string {
    const hash = createHash('sha256');
    for (const line of this.lines()) hash.update(line).update('\n');
    return hash.digest('hex');
  }
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const kept = Object.entries(inner).filter(([name]) => name !== 'epoch');
    return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
