import type { Bus } from '@algo/bus';
import { codecs, orderEvents, positionEvents } from '@algo/contracts';
import {
  decisionEntry,
  inJournalOrder,
  type JournalEntry,
  orderEntry,
  positionEntry,
} from './journal-order.ts';
import { readEvents } from './read-events.ts';

/** Returns everything the engine decided and did, in canonical order, each event once. */
export async function readJournal(bus: Bus): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const { type, data } of readEvents(bus, 'DECISIONS', 'dec.made.>'))
    if (type === codecs.DecisionMade.type) entries.push(decisionEntry(codecs.DecisionMade.decode(data)));
  for await (const { type, data } of readEvents(bus, 'ORDERS', 'ord.evt.>')) {
    const entry = orderEntry(orderEvents.decode(type, data));
    if (entry !== null) entries.push(entry);
  }
  for await (const { type, data } of readEvents(bus, 'POSITIONS', 'pos.evt.>'))
    entries.push(positionEntry(positionEvents.decode(type, data)));
  return inJournalOrder(entries);
}
