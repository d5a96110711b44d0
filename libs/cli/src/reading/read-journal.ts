import type { Bus } from '@algo/bus';
import { type AccountId, InputError } from '@algo/model';
import { JournalBook } from '@algo/read-models';
import { readAccountEvents } from './read-events.ts';

/** More facts than a command holds in memory. */
const FACTS_MAX = 2_000_000;

/**
 * Returns everything that one account decided and did. *Errors*: InputError when that is too much to hold.
 */
export async function readJournal(bus: Bus, account: AccountId): Promise<JournalBook> {
  const book = new JournalBook();
  for await (const { fact } of readAccountEvents(bus, account)) {
    book.take(fact);
    if (book.size > FACTS_MAX)
      throw new InputError({
        field: 'journal',
        value: book.size,
        because: 'more facts than one command reads',
        remedy: 'Use a data directory of its own per run.',
      });
  }
  return book;
}
