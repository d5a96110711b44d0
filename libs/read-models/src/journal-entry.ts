import type { Fact, FactOf } from '@algo/contracts';
import {
  canonicalJson,
  type Decision,
  type OrderEvent,
  type PositionEvent,
  type Signal,
  type TimeUs,
} from '@algo/model';
import { isPositionFact } from './position-list.ts';

/** Shown, and no part of the canonical lines: what decisions look at, standings, people's commands. */
const SHOWN_ONLY = [
  'SignalGenerated',
  'EntryStanding',
  'SetTradingMode',
  'FlattenAll',
  'CancelOrders',
  'CorrectBooks',
  'CompareBooks',
  'CommandRefused',
] as const;

/** What the journal tells of. */
export type JournalKind =
  | (typeof SHOWN_ONLY)[number]
  | 'DecisionMade'
  | Exclude<OrderEvent['type'], 'OrderUnknown'>
  | 'CorrectionMade'
  | 'CashMoved'
  | PositionEvent['type']
  | 'DustChanged';

/** A signal without the state it was found in, which is large, and no part of the journal. */
interface ToldSignal {
  readonly name: 'SignalGenerated';
  readonly body: Pick<Signal, 'id' | 'direction'> & {
    readonly state: Pick<Signal['state'], 'instrument' | 'price' | 'timeUs'>;
  };
}

/** A fact that has a place in the journal. */
export type JournalFact =
  | Extract<Fact, { readonly name: Exclude<JournalKind, 'SignalGenerated'> }>
  | ToldSignal;

/**
 * One fact of the journal. *Shape*: `makes` names what it is the cause of, `follows` what must stand before
 * it, where that is in the journal at all.
 */
export interface JournalEntry {
  readonly fact: JournalFact;
  readonly id: string;
  readonly timeUs: TimeUs;
  readonly makes: string | null;
  readonly follows: readonly string[];
}

/**
 * Returns a fact's entry; null for what the journal doesn't tell, such as OrderUnknown: a fault on the way to
 * the venue.
 */
export function entryOf(fact: Fact): JournalEntry | null {
  switch (fact.name) {
    case 'SignalGenerated':
      return entryOfSignal(fact.body);
    case 'DecisionMade':
      return entryOfDecision(fact, fact.body);
    case 'EntryStanding':
      return { fact, id: fact.body.account, timeUs: fact.body.timeUs, makes: null, follows: [] };
    case 'SetTradingMode':
    case 'FlattenAll':
    case 'CancelOrders':
    case 'CorrectBooks':
    case 'CompareBooks': {
      const { commandId: id, timeUs } = fact.body;
      return { fact, id, timeUs, makes: `command ${id}`, follows: [] };
    }
    case 'CommandRefused': {
      const { commandId: id, timeUs } = fact.body;
      return { fact, id, timeUs, makes: null, follows: [`command ${id}`] };
    }
    case 'OrderSubmitted':
    case 'OrderDenied':
    case 'OrderAccepted':
    case 'OrderRejected':
    case 'OrderFilled':
    case 'OrderCanceled':
    case 'OrderExpired':
    case 'OrderQuarantined':
      return entryOfOrder(fact);
    case 'CashMoved': {
      const { venueMoveId: id, timeUs } = fact.body;
      return { fact, id, timeUs, makes: null, follows: [] };
    }
    case 'CorrectionMade':
    case 'DustChanged': {
      const { instrument: id, timeUs } = fact.body;
      return { fact, id, timeUs, makes: null, follows: [] };
    }
    default:
      return isPositionFact(fact) ? entryOfPosition(fact) : null;
  }
}

/** Says whether a fact is among the canonical lines. */
export function isCanonical({ name }: JournalFact): boolean {
  return !SHOWN_ONLY.some((shown) => shown === name);
}

/**
 * Returns the canonical text of an entry: JSON with sorted keys, without what may differ between runs that
 * traded alike: which life of a process spoke, and free words about an order, which may name lives, ages by
 * the wall clock or a venue's own wording. Fields that came later are left out where they say nothing.
 */
export function canonicalLine({ fact, id }: JournalEntry): string {
  const body: Readonly<Record<string, unknown>> = { ...fact.body };
  const untold = LATER_FIELDS.filter((name) => body[name] === null);
  return canonicalJson({ ...body, kind: fact.name, id }, [...freeWordsOf(fact.name), ...untold]);
}

const EPOCH = ['epoch'] as const;
const LATER_FIELDS = ['retryOf', 'retryAfterMs', 'replaces', 'triggerPrice', 'detail'] as const;
const FREE_WORDS = [...EPOCH, 'reason', 'detail'] as const;

function freeWordsOf(kind: JournalKind): readonly string[] {
  return kind.startsWith('Order') ? FREE_WORDS : EPOCH;
}

function entryOfSignal({ id, direction, state: { instrument, price, timeUs } }: Signal): JournalEntry {
  const fact = {
    name: 'SignalGenerated',
    body: { id, direction, state: { instrument, price, timeUs } },
  } as const;
  return { fact, id, timeUs, makes: `signal ${id}`, follows: [] };
}

function entryOfDecision(fact: JournalFact, { id, timeUs, signal, outcome }: Decision): JournalEntry {
  const makes = outcome.type === 'accepted' ? `command ${outcome.commandId}` : null;
  return { fact, id, timeUs, makes, follows: signal === null ? [] : [`signal ${signal}`] };
}

function entryOfOrder(fact: Extract<JournalFact, { readonly name: OrderEvent['type'] }>): JournalEntry {
  const { clientOrderId: id, timeUs } = fact.body;
  switch (fact.name) {
    case 'OrderSubmitted': {
      const { commandId, intent, position, retryOf } = fact.body;
      const about = intent === 'exit' ? 'exit of' : 'position';
      const exit = position === null ? [] : [`${about} ${position}`];
      const before = retryOf === null ? [] : [`order ${retryOf}`];
      const follows = [`command ${commandId}`, ...exit, ...before];
      return { fact, id, timeUs, makes: `order ${id}`, follows };
    }
    case 'OrderDenied':
      return { fact, id, timeUs, makes: null, follows: [`command ${fact.body.commandId}`] };
    default:
      return { fact, id, timeUs, makes: null, follows: [`order ${id}`] };
  }
}

function entryOfPosition(fact: FactOf<'pos.evt'>): JournalEntry {
  const { position, timeUs } = fact.body;
  const { id } = position;
  switch (fact.name) {
    case 'PositionOpened':
      return { fact, id, timeUs, makes: `position ${id}`, follows: [] };
    case 'ExitTriggered':
      return { fact, id, timeUs, makes: `exit of ${id}`, follows: [`position ${id}`] };
    default:
      return { fact, id, timeUs, makes: null, follows: [`position ${id}`] };
  }
}
