import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instrument, InstrumentId } from '@algo/model';
import { readWrittenDocument, writtenOf } from './written-instrument.ts';

/** An exchange lists some thousands; what it lists no more is kept as long as there is room. */
const KEPT_MAX = 10_000;

/** What an exchange listed, and when it was asked. *Units*: `readMs` wall ms. */
export interface KeptListing {
  readonly readMs: number;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
}

/**
 * What the exchange of a feed listed when it was asked last, in the data directory: so that a start needs
 * no exchange. It is no input of anything: what holds is said as facts.
 */
export class ListingCache {
  readonly #directory: string;
  readonly #path: string;

  constructor(dataDir: string, feed: string) {
    this.#directory = join(dataDir, 'instruments');
    this.#path = join(this.#directory, `${feed}.json`);
  }

  /** Returns what is kept; undefined where nothing is, or where it can't be read: it is read anew then. */
  read(): KeptListing | undefined {
    try {
      const { readMs, instruments } = JSON.parse(readFileSync(this.#path, 'utf8')) as Record<string, unknown>;
      if (typeof readMs !== 'number') return undefined;
      return { readMs, instruments: readWrittenDocument(this.#path, instruments) };
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps what is listed now. Returns it with what was listed before and isn't any more: a position may be
   * open there. *Units*: `readMs` wall ms. *Errors*: throws when the disk takes nothing.
   */
  keep(listed: Iterable<Instrument>, readMs: number): KeptListing {
    const instruments = new Map([...listed].map((one) => [one.id, one]));
    for (const [id, gone] of this.read()?.instruments ?? []) {
      if (instruments.size >= KEPT_MAX) break;
      if (!instruments.has(id)) instruments.set(id, { ...gone, listing: 'delisted' });
    }
    mkdirSync(this.#directory, { recursive: true });
    const written = Object.fromEntries([...instruments].map(([id, one]) => [id, writtenOf(one)]));
    const unfinished = `${this.#path}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify({ readMs, instruments: written }));
    renameSync(unfinished, this.#path);
    return { readMs, instruments };
  }
}
