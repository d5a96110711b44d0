import { createHash } from 'node:crypto';
import type { Fact } from '@algo/contracts';
import { compareText, type OrderIntent, RecentMap, type TimeUs } from '@algo/model';
import {
  canonicalLine,
  entryOf,
  isCanonical,
  type JournalEntry,
  type JournalFact,
  type JournalKind,
} from './journal-entry.ts';
import { wordsOf } from './journal-words.ts';

type OrderKind = Extract<JournalKind, `Order${string}`>;

/** Cause before effect, for what has one event time: an exit's order stands behind what asked for it. */
const RANK: Readonly<Record<Exclude<JournalKind, OrderKind>, number>> = {
  SignalGenerated: 0,
  DecisionMade: 1,
  SetTradingMode: 2,
  FlattenAll: 2,
  CancelOrders: 2,
  CorrectBooks: 2,
  CompareBooks: 2,
  CommandRefused: 3,
  CashMoved: 18,
  CorrectionMade: 19,
  PositionOpened: 20,
  PositionIncreased: 21,
  StopMoved: 22,
  ExitTriggered: 23,
  PositionReduced: 40,
  PositionClosed: 41,
  DustChanged: 42,
  EntryStanding: 50,
};
const ORDER_RANK: Readonly<Record<OrderKind, number>> = {
  OrderDenied: 0,
  OrderSubmitted: 1,
  OrderAccepted: 2,
  OrderRejected: 3,
  OrderFilled: 4,
  OrderCanceled: 5,
  OrderExpired: 6,
  OrderQuarantined: 7,
};
const INTENT_RANK: Readonly<Record<OrderIntent, number>> = { entry: 10, protection: 20, exit: 30 };

/** Orders that ended whose later events are still told for what they are: far more than come so late. */
const ENDED_MAX = 4_096;

/** A fact in its place. *Shape*: `line` is its canonical text; null for one that is only shown. */
export interface ToldFact {
  readonly line: string | null;
  /** One line in plain words, with its time and instrument. */
  readonly words: string;
}

/**
 * What was decided and done, in an order that doesn't depend on when it was told: by event time, never before
 * its cause, then by kind, id and text. Each fact must be given once. *Shape*: holds what it has not handed
 * out, and why each order exists that works.
 */
export class JournalBook {
  #entries: JournalEntry[] = [];
  /** Why each order exists, by its id. */
  readonly #intents = new Map<string, OrderIntent>();
  readonly #ended = new RecentMap<OrderIntent>(ENDED_MAX);

  /** How many facts it holds. */
  get size(): number {
    return this.#entries.length;
  }

  /** Facts that the journal doesn't tell are passed over. */
  take(fact: Fact): void {
    const entry = entryOf(fact);
    if (entry === null) return;
    this.#entries.push(entry);
    if (fact.name === 'OrderSubmitted') this.#intents.set(entry.id, fact.body.intent);
    if (fact.name === 'OrderDenied' && this.#intentOf(entry.id) === undefined)
      this.#intents.set(entry.id, fact.body.intent);
  }

  /**
   * Hands out, in order, what has its place before a moment. What is told later than that stands behind what
   * was handed out before it, so a caller who goes on leaves time for all that is late.
   */
  handOut(beforeUs: TimeUs = Number.POSITIVE_INFINITY): ToldFact[] {
    const timeOf = causalTimes(this.#entries);
    const placed: Placed[] = [];
    const later: JournalEntry[] = [];
    for (const entry of this.#entries) {
      const timeUs = timeOf(entry);
      if (timeUs < beforeUs) placed.push(new Placed(entry, timeUs, this.#intentOf(entry.id)));
      else later.push(entry);
    }
    this.#entries = later;
    for (const { entry } of placed) if (endsOrder(entry.fact)) this.#end(entry.id);
    return placed.sort((a, b) => a.compare(b));
  }

  #intentOf(id: string): OrderIntent | undefined {
    return this.#intents.get(id) ?? this.#ended.get(id);
  }

  #end(id: string): void {
    const intent = this.#intents.get(id);
    if (intent !== undefined) this.#ended.set(id, intent);
    this.#intents.delete(id);
  }
}

/** An entry of the journal in its place; its texts are made when somebody reads them. */
class Placed implements ToldFact {
  readonly entry: JournalEntry;
  readonly timeUs: TimeUs;
  readonly #intent: OrderIntent | undefined;
  readonly #rank: number;

  constructor(entry: JournalEntry, timeUs: TimeUs, intent: OrderIntent | undefined) {
    this.entry = entry;
    this.timeUs = timeUs;
    this.#intent = intent;
    this.#rank = rankOf(entry, intent);
  }

  get line(): string | null {
    return isCanonical(this.entry.fact) ? canonicalLine(this.entry) : null;
  }

  get words(): string {
    return wordsOf(this.entry.fact, this.timeUs, this.#intent);
  }

  compare(other: Placed): number {
    return (
      this.timeUs - other.timeUs ||
      this.#rank - other.#rank ||
      compareText(this.entry.id, other.entry.id) ||
      compareText(canonicalLine(this.entry), canonicalLine(other.entry))
    );
  }
}

/** SHA-256 over the canonical lines, each with its line break. */
export class JournalHash {
  readonly #hash = createHash('sha256');
  /** How many there were. */
  lines = 0;

  /** Takes the next line. */
  take(line: string): void {
    this.lines++;
    this.#hash.update(line).update('\n');
  }

  /** Returns it in hexadecimal; nothing can be taken any more. */
  end(): string {
    return this.#hash.digest('hex');
  }
}

function endsOrder({ name, body }: JournalFact): boolean {
  if (name === 'OrderFilled') return !body.leaves.isPositive();
  return (
    name === 'OrderDenied' || name === 'OrderRejected' || name === 'OrderCanceled' || name === 'OrderExpired'
  );
}

function rankOf({ fact: { name } }: JournalEntry, intent: OrderIntent | undefined): number {
  return isOrderKind(name) ? INTENT_RANK[intent ?? 'entry'] + ORDER_RANK[name] : RANK[name];
}

function isOrderKind(kind: JournalKind): kind is OrderKind {
  return kind in ORDER_RANK;
}

/**
 * Returns how to place an entry in time: by its own, or by that of what caused it where that is later, since
 * services read their feeds' times one a little before another.
 */
function causalTimes(entries: readonly JournalEntry[]): (entry: JournalEntry) => TimeUs {
  const makers = new Map<string, JournalEntry>();
  for (const entry of entries) {
    const before = entry.makes === null ? undefined : makers.get(entry.makes);
    if (entry.makes !== null && (before === undefined || entry.timeUs < before.timeUs))
      makers.set(entry.makes, entry);
  }
  const timeOf = ({ timeUs, follows }: JournalEntry): TimeUs => {
    let placed = timeUs;
    for (const name of follows) {
      const cause = makers.get(name);
      if (cause !== undefined) placed = Math.max(placed, timeOf(cause));
    }
    return placed;
  };
  return timeOf;
}
