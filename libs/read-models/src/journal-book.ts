import { createHash } from 'node:crypto';
import type { Fact } from '@algo/contracts';
import { compareText, type OrderIntent, type TimeUs } from '@algo/model';
import { canonicalLine, entryOf, isCanonical, type JournalEntry, type JournalKind } from './journal-entry.ts';
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

/**
 * What was decided and done, in an order that doesn't depend on when it was told: by event time, never before
 * its cause, then by kind, id and text. Each fact must be given once. *Shape*: holds every fact that it
 * tells.
 */
export class JournalBook {
  readonly #entries: JournalEntry[] = [];

  /** How many facts it holds. */
  get size(): number {
    return this.#entries.length;
  }

  /** Facts that the journal doesn't tell are passed over. */
  take(fact: Fact): void {
    const entry = entryOf(fact);
    if (entry !== null) this.#entries.push(entry);
  }

  /** Returns the canonical lines: the same for every run that traded alike. */
  lines(): string[] {
    return this.#ordered()
      .filter(({ fact }) => isCanonical(fact))
      .map(canonicalLine);
  }

  /** Returns SHA-256 over the canonical lines, each with its line break, in hexadecimal. */
  hash(): string {
    const hash = createHash('sha256');
    for (const line of this.lines()) hash.update(line).update('\n');
    return hash.digest('hex');
  }

  /** Returns one line for each fact in plain words, with its time and instrument. */
  words(): string[] {
    const intents = this.#intents();
    return this.#ordered().map(({ fact, timeUs }) => wordsOf(fact, timeUs, intents));
  }

  #ordered(): JournalEntry[] {
    const intents = this.#intents();
    const timeOf = causalTimes(this.#entries);
    const placed = this.#entries.map((entry) => ({
      entry,
      timeUs: timeOf(entry),
      rank: rankOf(entry, intents),
    }));
    placed.sort(
      (a, b) =>
        a.timeUs - b.timeUs ||
        a.rank - b.rank ||
        compareText(a.entry.id, b.entry.id) ||
        compareText(canonicalLine(a.entry), canonicalLine(b.entry)),
    );
    return placed.map(({ entry }) => entry);
  }

  /** Why each order exists, by its id. */
  #intents(): ReadonlyMap<string, OrderIntent> {
    const intents = new Map<string, OrderIntent>();
    for (const { fact, id } of this.#entries) {
      if (fact.name === 'OrderSubmitted') intents.set(id, fact.body.intent);
      if (fact.name === 'OrderDenied' && !intents.has(id)) intents.set(id, fact.body.intent);
    }
    return intents;
  }
}

function rankOf({ fact, id }: JournalEntry, intents: ReadonlyMap<string, OrderIntent>): number {
  const { name } = fact;
  return isOrderKind(name) ? INTENT_RANK[intents.get(id) ?? 'entry'] + ORDER_RANK[name] : RANK[name];
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
