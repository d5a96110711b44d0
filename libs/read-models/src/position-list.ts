import { FAMILIES, type Fact, type FactOf } from '@algo/contracts';
import type { Decimal, Position, PositionEvent, PositionId } from '@algo/model';

/** A position as its events tell it. */
export interface ListedPosition {
  readonly position: Position;
  readonly state: 'open' | 'closed';
  readonly stop: Decimal | null;
  readonly stopMoves: number;
  readonly closedUs: number | null;
  readonly exitPrice: Decimal | null;
  readonly netPnl: Decimal | null;
  /** Why it ended, or is being left; null while nobody leaves it. */
  readonly reason: string | null;
}

const POSITION_EVENTS: ReadonlySet<string> = new Set(FAMILIES['pos.evt'].messages);

/** Returns true for what happens to a position or its stop. */
export function isPositionFact(fact: Fact): fact is FactOf<'pos.evt'> {
  return POSITION_EVENTS.has(fact.name);
}

/** Folds facts into what became of each position; each must be given once. */
export class PositionList {
  readonly #positions = new Map<string, ListedPosition>();

  /** Facts about anything else are passed over. */
  take(fact: Fact): void {
    if (!isPositionFact(fact)) return;
    const event = fact.body;
    const { position } = event;
    const before = this.#positions.get(position.id);
    const now: ListedPosition = {
      ...(before ?? {
        state: 'open',
        stop: null,
        stopMoves: 0,
        closedUs: null,
        exitPrice: null,
        netPnl: null,
        reason: null,
      }),
      position,
    };
    this.#positions.set(position.id, { ...now, ...changeOf(event, now) });
  }

  get(id: PositionId): ListedPosition | undefined {
    return this.#positions.get(id);
  }

  /** Open ones first, each group by the time they were opened. */
  all(): ListedPosition[] {
    return [...this.#positions.values()].toSorted(
      (a, b) =>
        (a.state === b.state ? 0 : a.state === 'open' ? -1 : 1) || a.position.openedUs - b.position.openedUs,
    );
  }
}

function changeOf(event: PositionEvent, now: ListedPosition): Partial<ListedPosition> {
  switch (event.type) {
    case 'PositionOpened':
      return { stop: event.stopPrice };
    case 'StopMoved':
      return { stop: event.to, stopMoves: now.stopMoves + 1 };
    case 'PositionClosed': {
      const { exitPrice, netPnl, reason, timeUs } = event;
      return { state: 'closed', closedUs: timeUs, exitPrice, netPnl, reason };
    }
    case 'PositionIncreased':
    case 'PositionReduced':
      return {};
    case 'ExitTriggered':
      return { reason: event.reason };
    default:
      return event satisfies never;
  }
}
