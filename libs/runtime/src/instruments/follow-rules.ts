import type { Bus } from '@algo/bus';
import { type Instrument, RuleBook } from '@algo/model';
import type { ServiceContext } from '../service.ts';

/**
 * Returns instruments by the rules that hold now, for adapters: they have no recorded inputs, and must ask
 * the exchange by what it takes today. Changes come in by themselves, until the process ends.
 */
export async function followRules(
  { bus, own }: Pick<ServiceContext, 'own'> & { readonly bus: Pick<Bus, 'follow'> },
  instruments: Iterable<Instrument>,
): Promise<RuleBook> {
  const book = new RuleBook(instruments);
  const following = await bus.follow(
    { stream: 'INSTRUMENTS', subjects: ['md.rules.>'], after: 0 },
    (message) => {
      try {
        const { fact } = message;
        if (fact.name === 'InstrumentChanged') book.take(fact.body);
      } catch {
        // what can't be read is set aside by the machines, which say so
      }
    },
  );
  own(following);
  return book;
}
