import type { Fill, TimeUs } from '@algo/model';
import type { AccountLink, Rows } from './account-link.ts';

/** What is held of a symbol where nothing is. */
export const NOTHING = '0';
/** Reads may be this old; the documents give no bound, so this is our choice. */
export const READS_SETTLE_MS = 10_000;
/** More fills of one symbol are not kept, but read again. */
const KEPT_MAX = 1_000;

/** What was read of a symbol last: its fills since a time, and what was held there before. */
interface Kept {
  readonly sinceUs: TimeUs;
  readonly fills: readonly Fill[];
  readonly held: string;
  /** When it was read, and from when on a reading has all that had happened. *Units*: monotonic ms. */
  readonly readMs: number;
  readonly settledMs: number;
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
 * of ours went to it or works, and nobody here knows of a fill that was not read. Reads may be old, each by
 * itself: what was held may be newer than the fills that were read behind it, so that they are read once more
 * when both must have settled. So a first reading of more
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
      const isOurs = touched.has(symbol) || working.includes(symbol);
      const isMoved = isOurs || kept?.held !== held;
      const isSettled = kept !== undefined && kept.readMs >= kept.settledMs;
      if (!isMoved && isSettled && kept.sinceUs <= sinceUs) fills.push(...kept.fills);
      else fills.push(...(await this.#readAnew(symbol, sinceUs, held, { isMoved, isOurs })));
    }
    for (const symbol of working) this.#link.touched.add(symbol);
    const wanted = fills.filter(({ timeUs }) => timeUs >= sinceUs);
    return { value: wanted.toSorted((a, b) => a.timeUs - b.timeUs), asOfUs };
  }

  /** `isOurs`: an order of ours went to it or works there: a list without its fill may be old. */
  async #readAnew(
    symbol: string,
    sinceUs: TimeUs,
    held: string,
    { isMoved, isOurs }: { readonly isMoved: boolean; readonly isOurs: boolean },
  ): Promise<readonly Fill[]> {
    const readMs = this.#link.parts.clock.monotonicMs();
    const before = this.#kept.get(symbol);
    const fills = await this.#reads.ofSymbol(symbol, sinceUs, held !== NOTHING);
    // Of a symbol without any trace there is nothing to wait for: a life that begins reads hundreds of them.
    const isTraced = isOurs || before !== undefined || held !== NOTHING || fills.length > 0;
    const settledMs = isMoved && isTraced ? readMs + READS_SETTLE_MS : (before?.settledMs ?? readMs);
    if (fills.length > KEPT_MAX) this.#kept.delete(symbol);
    else this.#kept.set(symbol, { sinceUs, fills, held, readMs, settledMs });
    return fills;
  }
}
