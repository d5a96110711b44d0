import type { Bus } from '@algo/bus';
import {
  Decimal,
  type Decision,
  type ExitReason,
  type OrderEvent,
  type PlaceOrder,
  type PositionEvent,
  US_PER_MS,
} from '@algo/model';
import { factsOf } from './engine-record.ts';

/** Of an average. */
const PRICE_PLACES = 4;

type Fill = Extract<OrderEvent, { type: 'OrderFilled' }>['fill'];
type Closed = Extract<PositionEvent, { type: 'PositionClosed' }>;

/** An entry that an account sent for a signal, and what came of it. */
export interface ComparedEntry {
  readonly command: PlaceOrder;
  /** What was filled of it, at which price on average, and when the first of it; null for nothing. */
  readonly entered: { readonly quantity: Decimal; readonly price: Decimal; readonly afterMs: number } | null;
  /** Of the position that it opened; null where it opened none. */
  readonly exit: { readonly reason: ExitReason | null; readonly closed: Closed } | null;
}

/** What two accounts made of the same signals. */
export interface AccountComparison {
  /** Entries of both for one signal, the first account's first. */
  readonly both: readonly (readonly [ComparedEntry, ComparedEntry])[];
  /** Entries that one alone made, and why the other did not, by its own decision; null where it made none. */
  readonly alone: readonly {
    readonly entry: ComparedEntry;
    readonly account: string;
    readonly why: string | null;
  }[];
}

/** Compares what two accounts have done with the signals that both were given, order by order. */
export async function compareAccounts(bus: Bus, one: string, two: string): Promise<AccountComparison> {
  const decided = new Map<string, Decision>();
  const signals = new Map<string, string>();
  for (const { fact, producer } of await factsOf(bus, 'dec.made'))
    if (fact.name === 'DecisionMade' && fact.body.signal !== null) {
      const { id, signal } = fact.body;
      decided.set(`${producer} ${signal}`, fact.body);
      signals.set(id, signal);
    }
  const entries = new Map<string, ComparedEntry>();
  const orders = (await factsOf(bus, 'ord.evt')).flatMap(({ fact }) =>
    fact.name === 'CorrectionMade' ? [] : [fact.body],
  );
  const positions = (await factsOf(bus, 'pos.evt')).map(({ fact }) => fact.body);
  for (const { fact } of await factsOf(bus, 'ord.cmd'))
    if (fact.name === 'PlaceOrder') {
      const { account, decision } = fact.body;
      entries.set(`${account} ${signals.get(decision)}`, entryOf(fact.body, orders, positions));
    }
  const both: (readonly [ComparedEntry, ComparedEntry])[] = [];
  const alone: AccountComparison['alone'][number][] = [];
  for (const signal of new Set(signals.values())) {
    const [first, second] = [entries.get(`${one} ${signal}`), entries.get(`${two} ${signal}`)];
    if (first !== undefined && second !== undefined) both.push([first, second]);
    else if (first !== undefined)
      alone.push({ entry: first, account: one, why: refusalOf(decided.get(`decision.${two} ${signal}`)) });
    else if (second !== undefined)
      alone.push({ entry: second, account: two, why: refusalOf(decided.get(`decision.${one} ${signal}`)) });
  }
  return { both, alone };
}

function entryOf(
  command: PlaceOrder,
  orders: readonly OrderEvent[],
  positions: readonly PositionEvent[],
): ComparedEntry {
  const sent = orders.find((of) => of.type === 'OrderSubmitted' && of.commandId === command.commandId);
  const fills = orders.flatMap((of) =>
    of.type === 'OrderFilled' && of.clientOrderId === sent?.clientOrderId ? [of.fill] : [],
  );
  const entered = enteredBy(fills, command.timeUs);
  const filled = fills[0]?.timeUs;
  const opened = positions.find(
    ({ type, position: { account, instrument, openedUs } }) =>
      type === 'PositionOpened' &&
      account === command.account &&
      instrument === command.instrument &&
      openedUs === filled,
  );
  const of = positions.filter(({ position }) => position.id === opened?.position.id);
  const closed = of.find((event): event is Closed => event.type === 'PositionClosed');
  if (closed === undefined) return { command, entered, exit: null };
  const left = of.find((event) => event.type === 'ExitTriggered');
  return { command, entered, exit: { reason: left?.type === 'ExitTriggered' ? left.reason : null, closed } };
}

function enteredBy(fills: readonly Fill[], askedUs: number): ComparedEntry['entered'] {
  const [first] = fills;
  if (first === undefined) return null;
  const quantity = fills.reduce((sum, fill) => sum.plus(fill.quantity), Decimal.zero);
  const worth = fills.reduce((sum, fill) => sum.plus(fill.quantity.times(fill.price)), Decimal.zero);
  const price = worth.dividedBy(quantity, PRICE_PLACES, 'half-even');
  return { quantity, price, afterMs: (first.timeUs - askedUs) / US_PER_MS };
}

function refusalOf(decision: Decision | undefined): string | null {
  return decision?.outcome.type === 'refused' ? decision.outcome.code : null;
}
