import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import type { Instrument, InstrumentId } from '@algo/model';
import { bucketDocuments } from '@algo/state';
import { MARKET_DATA } from '@algo/venues';
import { FirstRules } from './engine-instruments.ts';
import { readInstrumentCatalog } from './instrument-catalog.ts';

/**
 * Returns an instrument by the rules that an engine was told last, for whoever looks on; else as the file has
 * it; undefined where neither knows it. *Errors*: InputError, ConfigError.
 */
export async function knownInstrument(
  bus: Pick<Bus, 'bucket' | 'last'>,
  instrumentsFile: string,
  id: InstrumentId,
): Promise<Instrument | undefined> {
  const documents = bucketDocuments(bus.bucket('documents'));
  for (const feed of Object.keys(MARKET_DATA)) {
    const first = (await new FirstRules(documents, feed).read())?.get(id);
    if (first === undefined) continue;
    const fact = (await bus.last('INSTRUMENTS', subjects.rules(feed, id)))?.fact;
    return fact?.name === 'InstrumentChanged' ? { ...first, ...fact.body.after } : first;
  }
  return readInstrumentCatalog(instrumentsFile).get(id);
}
