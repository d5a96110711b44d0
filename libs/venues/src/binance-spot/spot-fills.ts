import { type ClientOrderId, type Fill, type TimeUs, US_PER_MS } from '@algo/model';
import { listedOnly, type Rows, symbolOf } from '../binance/account-link.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { nameOf, type Row, rowOf, rowsOf, textOf, wholeOf } from '../binance/rows.ts';
import type { SpotLink } from './spot-link.ts';
import type { SpotReads } from './spot-reads.ts';
import { fillOf } from './spot-rows.ts';

const PATH = '/api/v3/myTrades';
const PAGE = 1_000;
/** Pages of one symbol at most. */
const PAGES_MAX = 20;
/** Orders at most whose names are asked for behind one read; each costs a request. */
const NAMES_MAX = 200;
/** A time without an end may show one day only: what is older is found by the newest page, or not at all. */
const DAY_MS = 86_400_000;
const WEIGHT = 20;

/** More fills of one symbol are not kept, but read again. */
const KEPT_MAX = 1_000;

/** What was read of a symbol last: its fills since a time, and what was held of its base before. */
interface Kept {
  readonly sinceUs: TimeUs;
  readonly fills: readonly Fill[];
  readonly held: string;
}

/**
 * Fills of an account. The venue tells them by symbol, which costs 20 weights each: one is not
 * asked for again where nothing can have happened since, that is where its base is held as then and no order
 * of ours went to it or works. A stranger's fills that leave the base as it was are found late.
 */
export class SpotFills {
  readonly #link: SpotLink;
  readonly #reads: SpotReads;
  readonly #kept = new Map<string, Kept>();

  constructor(link: SpotLink, reads: SpotReads) {
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
    const { value: balances, asOfUs } = await this.#reads.balances('look_up');
    const working = (await this.#reads.openOrders()).value.map(({ request }) => symbolOf(request.instrument));
    const fills: Fill[] = [];
    for (const { symbol, base } of this.#link.instruments) {
      const held = `${balances.find(({ asset }) => asset === base)?.total ?? 0}`;
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
    const fills = await this.ofSymbol(symbol, sinceUs);
    if (fills.length > KEPT_MAX) this.#kept.delete(symbol);
    else this.#kept.set(symbol, { sinceUs, fills, held });
    return fills;
  }

  /** Returns the fills of a symbol, by rising id. *Errors*: as `since`. */
  async ofSymbol(symbol: string, sinceUs: TimeUs, purpose: Purpose = 'look_up'): Promise<readonly Fill[]> {
    const rows = await this.#rows(symbol, Math.floor(sinceUs / US_PER_MS), purpose);
    const names = await this.#namesOf(symbol, rows);
    const instrument = this.#link.instrumentOf(symbol);
    return rows.map((row) => fillOf(row, this.#link.parts.account, instrument, (id) => names.get(id)!));
  }

  async #rows(symbol: string, sinceMs: number, purpose: Purpose): Promise<readonly Row[]> {
    const isOld = this.#link.nowUs() / US_PER_MS - sinceMs > DAY_MS;
    let page = await this.#page(isOld ? { symbol } : { symbol, startTime: `${sinceMs}` }, purpose);
    if (isOld && page.length === PAGE && wholeOf(page[0]!, 'time') >= sinceMs)
      throw new Error(`${symbol} has more than ${PAGE} fills in more than a day: not all can be read`);
    const rows = [...page];
    for (let pages = 1; page.length === PAGE; pages++) {
      if (pages === PAGES_MAX) throw new Error(`${symbol} has more than ${PAGES_MAX * PAGE} fills`);
      page = await this.#page({ symbol, fromId: `${wholeOf(page.at(-1)!, 'id') + 1}` }, purpose);
      rows.push(...page);
    }
    return rows.filter((row) => wholeOf(row, 'time') >= sinceMs);
  }

  async #page(asked: Readonly<Record<string, string>>, purpose: Purpose): Promise<readonly Row[]> {
    const read = this.#link.read(PATH, { ...asked, limit: `${PAGE}` }, WEIGHT, purpose);
    return rowsOf((await listedOnly(read))?.body ?? []);
  }

  /** A fill has its order's number alone; its name is remembered, or asked for. */
  async #namesOf(symbol: string, rows: readonly Row[]): Promise<ReadonlyMap<number, ClientOrderId>> {
    const orderIds = [...new Set(rows.map((row) => wholeOf(row, 'orderId')))];
    const unknown = orderIds.filter((id) => this.#link.names.get(`${id}`) === undefined);
    if (unknown.length > NAMES_MAX) throw new Error(`${symbol}: fills of ${unknown.length} unknown orders`);
    const asked = new Map<number, ClientOrderId>();
    for (const id of unknown) {
      const { body } = await this.#link.read('/api/v3/order', { symbol, orderId: `${id}` }, 4, 'look_up');
      const name = nameOf(textOf(rowOf(body), 'clientOrderId'), id);
      asked.set(id, name);
      this.#link.names.set(`${id}`, name);
    }
    return new Map(orderIds.map((id) => [id, asked.get(id) ?? this.#link.names.get(`${id}`)!]));
  }
}
