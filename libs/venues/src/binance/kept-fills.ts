import type { Fill, TimeUs } from '@algo/model';
import type { AccountLink, Rows } from './account-link.ts';

/** What is held of a symbol where nothing is. */
export const NOTHING = '0';
/** More fills of one symbol are not kept, but read again. */
const KEPT_MAX = 1_000;

/** What was read of a symbol last: its fills since a time, and what was held there before. */
interface Kept {
  readonly sinceUs: TimeUs;
  readonly fills: readonly Fill[];
  readonly held: string;
}

/** How a market tells its fills, by symbol. *Errors*: each rejects where not all can be read. */
export interface FillReads {
  /** Returns what is held of a symbol, as text; as of when is before its fills are read. */
  held(): Promise<Rows<(symbol: string) => string>>;
  /** Returns the symbols in which orders work. */
  working(): Promise<readonly string[]>;
  /** `isHeld`: whether something of it is held. */
  ofSymbol(symbol: string, sinceUs: TimeUs, isHeld: boolean): Promise<readonly Fill[]>;
}

/**
 * Fills of all symbols of an account. The venue tells them by symbol, which has its price each time: one is
 * not asked for again where nothing can have happened since, that is where as much is held as then, no order
 * of ours went to it or works, and nobody here knows of a fill that was not read. So a first reading of more
 * than a minute's weight goes on where it ended. A stranger's fills that leave as much as before are found
 * late.
 */
export class KeptFills {
  readonly #link: AccountLink;
  readonly #reads: FillReads;
  readonly #kept = new Map<string, Kept>();

  constructor(link: AccountLink, reads: FillReads) {
    this.#link = link;
    this.#reads = reads;
  }

  /** Returns all fills since a time, oldest first. *Errors*: rejects where one may be missing. */
  async since(sinceUs: TimeUs): Promise<Rows<readonly Fill[]>> {
    const { touched } = this.#link;
    // What is touched from here on may be filled behind the reading of it.
    this.#link.touched = new Set();
    try {
      return await this.#since(sinceUs, touched);
    } catch (error) {
      for (const symbol of touched) this.#link.touched.add(symbol);
      throw error;
    }
  }

  async #since(sinceUs: TimeUs, touched: ReadonlySet<string>): Promise<Rows<readonly Fill[]>> {
    const { value: heldOf, asOfUs } = await this.#reads.held();
    const working = await this.#reads.working();
    const fills: Fill[] = [];
    for (const { symbol } of this.#link.instruments) {
      const held = heldOf(symbol);
      const kept = this.#kept.get(symbol);
      const isQuiet = !touched.has(symbol) && !working.includes(symbol) && kept?.held === held;
      if (isQuiet && kept !== undefined && kept.sinceUs <= sinceUs) fills.push(...kept.fills);
      else fills.push(...(await this.#readAnew(symbol, sinceUs, held)));
    }
    for (const symbol of working) this.#link.touched.add(symbol);
    const wanted = fills.filter(({ timeUs }) => timeUs >= sinceUs);
    return { value: wanted.toSorted((a, b) => a.timeUs - b.timeUs), asOfUs };
  }

  async #readAnew(symbol: string, sinceUs: TimeUs, held: string): Promise<readonly Fill[]> {
    const fills = await this.#reads.ofSymbol(symbol, sinceUs, held !== NOTHING);
    if (fills.length > KEPT_MAX) this.#kept.delete(symbol);
    else this.#kept.set(symbol, { sinceUs, fills, held });
    return fills;
  }
}
