import type { Instrument, InstrumentId } from '@algo/model';
import type { DocumentStore } from '@algo/state';
import { MARKET_DATA } from '@algo/venues';
import { identityOf } from '../process-plan.ts';
import { type InstrumentCatalog, readInstrumentCatalog } from './instrument-catalog.ts';
import { readWrittenDocument, writtenOf } from './written-instrument.ts';

/** Where a feed's ingest says which instruments it brings, by the rules that it found first. */
const COLLECTION = 'instruments';

/** Reads and writes the rules by which each instrument of a feed began. They never change. */
export class FirstRules {
  readonly #documents: DocumentStore;
  readonly #name: string;

  constructor(documents: DocumentStore, feed: string) {
    this.#documents = documents;
    this.#name = identityOf('ingest', feed);
  }

  /** Returns them; undefined before any were told. *Errors*: InputError when they can't be read. */
  async read(): Promise<InstrumentCatalog | undefined> {
    const document = await this.#documents.get(COLLECTION, this.#name);
    return document === undefined
      ? undefined
      : readWrittenDocument(`the document ${COLLECTION}.${this.#name}`, document);
  }

  /** Adds those that are new. Returns all that there are; what stood before stands as it was. */
  async add(instruments: readonly Instrument[]): Promise<InstrumentCatalog> {
    const known = (await this.read()) ?? new Map<InstrumentId, Instrument>();
    // Behind what stood before: machines go through their instruments in this order.
    const all = new Map([...known, ...instruments.map((one) => [one.id, known.get(one.id) ?? one] as const)]);
    if (all.size > known.size)
      await this.#documents.put(
        COLLECTION,
        this.#name,
        Object.fromEntries([...all].map(([id, one]) => [id, writtenOf(one)])),
      );
    return all;
  }
}

/**
 * Returns the instruments of an engine by the rules of their beginning: those that its live feeds bring, as
 * their exchanges listed them, and of other markets those of the file. Names of feeds that have not told any
 * yet are in `waits`. *Errors*: InputError, ConfigError.
 */
export async function engineInstruments(
  { feeds, instrumentsFile }: { readonly feeds: readonly string[]; readonly instrumentsFile: string },
  documents: DocumentStore,
): Promise<{ readonly instruments: InstrumentCatalog; readonly waits: readonly string[] }> {
  const live = feeds.flatMap((name) => (Object.hasOwn(MARKET_DATA, name) ? [name] : []));
  const told = await Promise.all(live.map((feed) => new FirstRules(documents, feed).read()));
  const markets = live.map((feed) => `${MARKET_DATA[feed]!.venue}.${MARKET_DATA[feed]!.market}.`);
  // Of a market that an exchange lists, its word counts.
  const written = [...readInstrumentCatalog(instrumentsFile)].filter(
    ([id]) => !markets.some((market) => id.startsWith(market)),
  );
  const listed = told.flatMap((catalog) => [...(catalog ?? [])]);
  return {
    instruments: new Map([...listed, ...written]),
    waits: live.filter((_, i) => told[i] === undefined),
  };
}
