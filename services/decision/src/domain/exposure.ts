import {
  type AccountId,
  type InstrumentId,
  type PositionEvent,
  type PositionId,
  type TimeUs,
  venueOf,
} from '@algo/model';
import type { DecisionLimits } from './decision-limits.ts';

/** An entry that was asked for and not yet heard of. */
export interface PendingEntry {
  readonly instrument: InstrumentId;
  readonly commandId: string;
  readonly expiresUs: TimeUs;
}

/** The exposure as it is kept. */
export interface ExposureState {
  readonly positions: readonly { readonly instrument: InstrumentId; readonly position: PositionId }[];
  readonly pending: readonly PendingEntry[];
  readonly closed: readonly { readonly instrument: InstrumentId; readonly timeUs: TimeUs }[];
}

/**
 * What is held, asked for, and lately closed on one account. Bounded by the instruments that the account
 * trades: at most one position, one pending entry and one closing time for each.
 */
export class Exposure {
  readonly #account: AccountId;
  readonly #limits: DecisionLimits;
  readonly #positions: Map<InstrumentId, PositionId>;
  readonly #pending: Map<InstrumentId, PendingEntry>;
  readonly #closed: Map<InstrumentId, TimeUs>;

  constructor(account: AccountId, limits: DecisionLimits, state: ExposureState) {
    this.#account = account;
    this.#limits = limits;
    this.#positions = new Map(state.positions.map((held) => [held.instrument, held.position]));
    this.#pending = new Map(state.pending.map((entry) => [entry.instrument, entry]));
    this.#closed = new Map(state.closed.map((past) => [past.instrument, past.timeUs]));
  }

  apply(event: PositionEvent): void {
    const { account, instrument, id } = event.position;
    if (account !== this.#account) return;
    switch (event.type) {
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
        this.#positions.set(instrument, id);
        this.#pending.delete(instrument);
        return;
      case 'PositionClosed':
        if (this.#positions.get(instrument) === id) this.#positions.delete(instrument);
        this.#closed.set(instrument, Math.max(event.timeUs, this.#closed.get(instrument) ?? 0));
        return;
      case 'StopMoved':
      case 'ExitTriggered':
        return;
      default:
        event satisfies never;
    }
  }

  ask(entry: PendingEntry): void {
    this.#pending.set(entry.instrument, entry);
  }

  /** Forgets a venue's pending entries that nobody can still fill and its cool-downs that have passed. */
  advance(venue: string, nowUs: TimeUs): void {
    for (const [instrument, entry] of this.#pending)
      if (venueOf(instrument) === venue && nowUs > entry.expiresUs + this.#limits.pendingGraceUs)
        this.#pending.delete(instrument);
    for (const [instrument, closedUs] of this.#closed)
      if (venueOf(instrument) === venue && nowUs - closedUs >= this.#limits.coolDownUs)
        this.#closed.delete(instrument);
  }

  /** Returns what stands in the way of an entry in this instrument, or null. */
  occupied(instrument: InstrumentId): { readonly what: 'position' | 'entry'; readonly id: string } | null {
    const position = this.#positions.get(instrument);
    if (position !== undefined) return { what: 'position', id: position };
    const pending = this.#pending.get(instrument);
    return pending === undefined ? null : { what: 'entry', id: pending.commandId };
  }

  /**
   * Returns when the instrument's last position closed, or null when that is longer ago than the cool-down.
   */
  closedUs(instrument: InstrumentId): TimeUs | null {
    return this.#closed.get(instrument) ?? null;
  }

  /** Returns how many positions are open or asked for; no instrument is both. */
  count(): number {
    return this.#positions.size + this.#pending.size;
  }

  snapshot(): ExposureState {
    return {
      positions: [...this.#positions].map(([instrument, position]) => ({ instrument, position })),
      pending: [...this.#pending.values()],
      closed: [...this.#closed].map(([instrument, timeUs]) => ({ instrument, timeUs })),
    };
  }
}
