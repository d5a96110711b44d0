import { type ClientOrderId, type Fill, type TimeUs, US_PER_MS } from '@algo/model';
import { listedOnly, type Rows, symbolOf } from '../binance/account-link.ts';
import type { FillReads } from '../binance/kept-fills.ts';
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

/** Fills of an account at spot: 20 weights a symbol, and one read for each order whose name is not known. */
export class SpotFills implements FillReads {
  readonly #link: SpotLink;
  readonly #reads: SpotReads;

  constructor(link: SpotLink, reads: SpotReads) {
    this.#link = link;
    this.#reads = reads;
  }

  /** Of a symbol its base is held. *Errors*: rejects where balances can't be read. */
  async held(): Promise<Rows<(symbol: string) => string>> {
    const { value: balances, asOfUs } = await this.#reads.balances('look_up');
    const totals = new Map(balances.map(({ asset, total }) => [asset, `${total}`]));
    const bases = new Map(this.#link.instruments.map(({ symbol, base }) => [symbol, base]));
    return { value: (symbol) => totals.get(bases.get(symbol) ?? '') ?? '0', asOfUs };
  }

  async working(): Promise<readonly string[]> {
    return (await this.#reads.openOrders(undefined, 'look_up')).value.map(({ request }) =>
      symbolOf(request.instrument),
    );
  }

  /** Returns the fills of a symbol, by rising id. *Errors*: rejects where one may be missing. */
  async ofSymbol(symbol: string, sinceUs: TimeUs): Promise<readonly Fill[]> {
    const rows = await this.#rows(symbol, Math.floor(sinceUs / US_PER_MS));
    const names = await this.#namesOf(symbol, rows);
    const instrument = this.#link.instrumentOf(symbol);
    return rows.map((row) => fillOf(row, this.#link.parts.account, instrument, (id) => names.get(id)!));
  }

  async #rows(symbol: string, sinceMs: number): Promise<readonly Row[]> {
    const isOld = this.#link.nowUs() / US_PER_MS - sinceMs > DAY_MS;
    let page = await this.#page(isOld ? { symbol } : { symbol, startTime: `${sinceMs}` });
    if (isOld && page.length === PAGE && wholeOf(page[0]!, 'time') >= sinceMs)
      throw new Error(`${symbol} has more than ${PAGE} fills in more than a day: not all can be read`);
    const rows = [...page];
    for (let pages = 1; page.length === PAGE; pages++) {
      if (pages === PAGES_MAX) throw new Error(`${symbol} has more than ${PAGES_MAX * PAGE} fills`);
      page = await this.#page({ symbol, fromId: `${wholeOf(page.at(-1)!, 'id') + 1}` });
      rows.push(...page);
    }
    return rows.filter((row) => wholeOf(row, 'time') >= sinceMs);
  }

  async #page(asked: Readonly<Record<string, string>>): Promise<readonly Row[]> {
    const read = this.#link.read(PATH, { ...asked, limit: `${PAGE}` }, WEIGHT, 'look_up');
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
      this.#link.named(`${id}`, name);
    }
    return new Map(orderIds.map((id) => [id, asked.get(id) ?? this.#link.names.get(`${id}`)!]));
  }
}
