import {
  type ClientOrderId,
  type Fill,
  type Instrument,
  type TimeUs,
  US_PER_MS,
  type VenueBalance,
} from '@algo/model';
import type { Purpose } from '../binance/request-budget.ts';
import { type SpotLink, symbolOf } from './spot-link.ts';
import type { Rows, SpotReads } from './spot-reads.ts';
import { fillOf, nameOf, type Row, rowOf, rowsOf, textOf, wholeOf } from './spot-rows.ts';

const PATH = '/api/v3/myTrades';
const PAGE = 1_000;
/** Pages of one symbol at most. */
const PAGES_MAX = 20;
/** Orders at most whose names are asked for behind one read; each costs a request. */
const NAMES_MAX = 200;
/** A time without an end may show one day only: what is older is found by the newest page, or not at all. */
const DAY_MS = 86_400_000;
const WEIGHT = 20;

/** What was held when all fills were read last. */
interface Baseline {
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  readonly totals: ReadonlyMap<string, string>;
}

/**
 * Fills of an account. The venue tells them by symbol, which costs 20 weights each: a symbol is passed over
 * where nothing can have happened since all were read last, that is where its base is held as then and no
 * order of ours went to it.
 */
export class SpotFills {
  readonly #link: SpotLink;
  readonly #reads: SpotReads;
  readonly #touched = new Set<string>();
  #baseline: Baseline | undefined;

  constructor(link: SpotLink, reads: SpotReads) {
    this.#link = link;
    this.#reads = reads;
  }

  /** An order goes to a symbol, or something was heard of one. */
  touch(symbol: string): void {
    this.#touched.add(symbol);
  }

  /** Returns all fills since a time, oldest first. *Errors*: rejects where one may be missing. */
  async since(sinceUs: TimeUs): Promise<Rows<readonly Fill[]>> {
    const touched = [...this.#touched];
    const { value: balances, asOfUs } = await this.#reads.balances('look_up');
    const working = (await this.#reads.openOrders()).value.map(({ request }) => symbolOf(request.instrument));
    const totals = totalsOf(balances);
    const mayHave = this.#link.instruments.filter((instrument) =>
      this.#mayHaveFills(instrument, sinceUs, totals, touched.concat(working)),
    );
    const fills: Fill[] = [];
    for (const { symbol } of mayHave) fills.push(...(await this.ofSymbol(symbol, sinceUs)));
    this.#keep(sinceUs, asOfUs, totals, touched, working);
    return { value: fills.toSorted((a, b) => a.timeUs - b.timeUs), asOfUs };
  }

  /** Returns the fills of a symbol, by rising id. *Errors*: as `since`. */
  async ofSymbol(symbol: string, sinceUs: TimeUs, purpose: Purpose = 'look_up'): Promise<readonly Fill[]> {
    const rows = await this.#rows(symbol, Math.floor(sinceUs / US_PER_MS), purpose);
    const names = await this.#namesOf(symbol, rows);
    const instrument = this.#link.instrumentOf(symbol);
    return rows.map((row) => fillOf(row, this.#link.parts.account, instrument, (id) => names.get(id)!));
  }

  #mayHaveFills(
    { symbol, base }: Instrument,
    sinceUs: TimeUs,
    totals: ReadonlyMap<string, string>,
    touched: readonly string[],
  ): boolean {
    // What was read before says nothing of a time before it.
    if (this.#baseline === undefined || sinceUs < this.#baseline.untilUs - DAY_MS * US_PER_MS) return true;
    if (touched.includes(symbol) || sinceUs < this.#baseline.sinceUs) return true;
    return totals.get(base) !== this.#baseline.totals.get(base);
  }

  #keep(
    sinceUs: TimeUs,
    untilUs: TimeUs,
    totals: ReadonlyMap<string, string>,
    touched: readonly string[],
    working: readonly string[],
  ): void {
    this.#baseline = { sinceUs, untilUs, totals };
    // Those that still work may be filled at any moment; what was touched meanwhile stays touched.
    for (const symbol of touched) if (!working.includes(symbol)) this.#touched.delete(symbol);
    for (const symbol of working) this.#touched.add(symbol);
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
    const { body } = await this.#link.read(PATH, { ...asked, limit: `${PAGE}` }, WEIGHT, purpose);
    return rowsOf(body);
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

function totalsOf(balances: readonly VenueBalance[]): ReadonlyMap<string, string> {
  return new Map(balances.map(({ asset, total }) => [asset, `${total}`]));
}
