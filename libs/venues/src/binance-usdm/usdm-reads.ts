import {
  type AccountSetup,
  type CashMove,
  type CashReason,
  type Fill,
  type OrderLookup,
  type TimeUs,
  US_PER_MS,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import {
  type AccountLink,
  AccountReadError,
  listedOnly,
  type Read,
  type Rows,
  symbolOf,
} from '../binance/account-link.ts';
import type { Parameters } from '../binance/api-key.ts';
import { KeptFills, NOTHING } from '../binance/kept-fills.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { decimalOf, nameOf, type Row, rowOf, rowsOf, textOf, wholeOf } from '../binance/rows.ts';
import type { OrderRef } from '../port.ts';
import { TradedContracts } from './traded-contracts.ts';
import type { UsdmLink } from './usdm-link.ts';
import { usdmAlgoOf, usdmFillOf, usdmOrderOf } from './usdm-rows.ts';
import { usdmSetup } from './usdm-setup.ts';

const NO_SUCH_ORDER = -2013;
const PAGE = 1_000;
/** Of a read of open orders that names no contract. */
const ALL_WEIGHT = 40;
const PAGES_MAX = 20;
const DAY_MS = 86_400_000;
/** From a time to another a read of fills may reach over no more. */
const WEEK_MS = 7 * DAY_MS;
/** The venue keeps three months; whose first day may be shorter than ours. */
const KEPT_MS = 89 * DAY_MS;
/** What trades did to the wallet is in the fills. */
const OF_TRADES = ['REALIZED_PNL', 'COMMISSION'];

/** What the venue says of orders, positions and margin. *Errors*: each rejects where not all can be read. */
export class UsdmReads {
  readonly #link: UsdmLink;
  readonly #fills: KeptFills;
  readonly #traded: TradedContracts;

  constructor(link: UsdmLink) {
    this.#link = link;
    this.#traded = new TradedContracts(link, (sinceUs) => startMsOf(link, sinceUs));
    this.#fills = new KeptFills(link, {
      held: () => this.#held(),
      working: () => this.#working(),
      ofSymbol: async (symbol, sinceUs, isHeld) =>
        await this.fillsOf(symbol, isHeld ? sinceUs : await this.#traded.since(symbol, sinceUs)),
    });
  }

  /** Looks among the orders, and then among the conditional ones: what those let go has their name. */
  async order({ account, instrument, clientOrderId: id }: OrderRef): Promise<Rows<OrderLookup>> {
    const symbol = symbolOf(instrument);
    const [, orderId] = /^binance-(\d+)$/.exec(id) ?? [];
    const name: Parameters = orderId === undefined ? { origClientOrderId: id } : { orderId };
    const asOfUs = this.#link.nowUs();
    const order = await this.#orAbsent('/fapi/v1/order', { symbol, ...name });
    if (order !== undefined) {
      const found = usdmOrderOf(rowOf(order.body), account, instrument);
      this.#link.named(found.venueOrderId, found.request.clientOrderId);
      return { value: { type: 'found', order: found }, asOfUs };
    }
    const algo = await this.#orAbsent('/fapi/v1/algoOrder', { clientAlgoId: id });
    if (algo === undefined) return { value: { type: 'absent' }, asOfUs };
    return { value: { type: 'found', order: usdmAlgoOf(rowOf(algo.body), account, instrument) }, asOfUs };
  }

  /** Returns the orders that work, conditional ones among them. */
  async openOrders(symbol?: string, purpose: Purpose = 'audit'): Promise<Rows<readonly VenueOrder[]>> {
    const [asked, weight] = symbol === undefined ? [{}, ALL_WEIGHT] : [{ symbol }, 1];
    const { account } = this.#link.parts;
    const plain = await this.#link.read('/fapi/v1/openOrders', asked, weight, purpose);
    const algos = await this.#link.read('/fapi/v1/openAlgoOrders', asked, weight, purpose);
    const value = [
      ...rowsOf(plain.body).map((row) =>
        usdmOrderOf(row, account, this.#link.instrumentOf(textOf(row, 'symbol'))),
      ),
      ...rowsOf(algos.body).map((row) =>
        usdmAlgoOf(row, account, this.#link.instrumentOf(textOf(row, 'symbol'))),
      ),
    ];
    return { value, asOfUs: plain.asOfUs };
  }

  async positions(purpose: Purpose = 'audit'): Promise<Rows<readonly VenuePosition[]>> {
    const { body, asOfUs } = await this.#link.read('/fapi/v3/positionRisk', {}, 5, purpose);
    const value = rowsOf(body).map((row) => {
      if (row.positionSide !== 'BOTH')
        throw new Error('the account is in hedge mode: set it to one-way mode at the venue');
      const instrument = this.#link.instrumentOf(textOf(row, 'symbol'));
      const [quantity, averagePrice] = [decimalOf(row, 'positionAmt'), decimalOf(row, 'entryPrice')];
      return { account: this.#link.parts.account, instrument, quantity, averagePrice };
    });
    return { value: value.filter(({ quantity }) => !quantity.isZero()), asOfUs };
  }

  async balances(purpose: Purpose = 'audit'): Promise<Rows<readonly VenueBalance[]>> {
    const { body, asOfUs } = await this.#link.read('/fapi/v3/balance', {}, 5, purpose);
    const value = rowsOf(body).map((row) => ({
      ...{ account: this.#link.parts.account, asset: textOf(row, 'asset') },
      ...{ total: decimalOf(row, 'balance'), free: decimalOf(row, 'availableBalance') },
    }));
    return { value, asOfUs };
  }

  setup(purpose: Purpose = 'audit'): Promise<Rows<AccountSetup>> {
    return usdmSetup(this.#link, purpose);
  }

  /** Returns all fills since a time, oldest first. A contract that was quiet since is not read again. */
  fillsSince(sinceUs: TimeUs): Promise<Rows<readonly Fill[]>> {
    return this.#fills.since(sinceUs);
  }

  /**
   * Returns the fills of a contract since a time, by rising id: five weights a week, and a page. Since 0 are
   * all that the venue still has.
   */
  async fillsOf(symbol: string, sinceUs: TimeUs): Promise<readonly Fill[]> {
    const startMs = startMsOf(this.#link, sinceUs);
    const nowMs = this.#link.nowUs() / US_PER_MS;
    const fills: Fill[] = [];
    for (let fromMs = startMs; ; fromMs += WEEK_MS) {
      const isLast = fromMs + WEEK_MS > nowMs;
      const until = isLast ? {} : { endTime: `${fromMs + WEEK_MS - 1}` };
      const rows = await this.#fillRows({ symbol, startTime: `${fromMs}`, ...until });
      for (const row of rows) fills.push(await this.#fillOf(symbol, row));
      // A page that is full goes on by ids, to the newest one.
      if (isLast || rows.length >= PAGE) break;
    }
    return fills.filter(({ timeUs }) => timeUs >= startMs * US_PER_MS);
  }

  /** Returns the rows of a page, and of all that follow it by id where it is full. */
  async #fillRows(asked: Parameters & { readonly symbol: string }): Promise<readonly Row[]> {
    const { symbol } = asked;
    const rows: Row[] = [];
    let next: Parameters = asked;
    for (let pages = 1; ; pages++) {
      if (pages > PAGES_MAX) throw new Error(`${symbol} has more than ${PAGES_MAX * PAGE} fills`);
      const read = this.#link.read('/fapi/v1/userTrades', { ...next, limit: `${PAGE}` }, 5, 'look_up');
      const page = rowsOf((await listedOnly(read))?.body ?? []);
      rows.push(...page);
      if (page.length < PAGE) return rows;
      next = { symbol, fromId: `${wholeOf(page.at(-1)!, 'id') + 1}` };
    }
  }

  async #fillOf(symbol: string, row: Row): Promise<Fill> {
    const name = await this.#nameOf(symbol, wholeOf(row, 'orderId'));
    return usdmFillOf(row, this.#link.parts.account, this.#link.instrumentOf(symbol), name);
  }

  cashSince(sinceUs: TimeUs): Promise<Rows<readonly CashMove[]>> {
    return usdmCashSince(this.#link, sinceUs);
  }

  /** Returns the position of an order's contract, in words. */
  async heldOf({ instrument }: OrderRef): Promise<string> {
    const { value } = await this.positions('look_up');
    const held = value.find((position) => position.instrument === instrument);
    return `${symbolOf(instrument)} ${held?.quantity ?? 0}`;
  }

  /** Of a contract its position is held: what fills leave as large as it was, they leave at another price. */
  async #held(): Promise<Rows<(symbol: string) => string>> {
    const { value, asOfUs } = await this.positions('look_up');
    const held = new Map(
      value.map(({ instrument, quantity, averagePrice }) => [
        symbolOf(instrument),
        `${quantity} at ${averagePrice}`,
      ]),
    );
    return { value: (symbol) => held.get(symbol) ?? NOTHING, asOfUs };
  }

  /** One read of all contracts weighs as much as forty of one. */
  async #working(): Promise<readonly string[]> {
    const { instruments } = this.#link;
    const asked = instruments.length < ALL_WEIGHT ? instruments.map(({ symbol }) => symbol) : [undefined];
    const found: string[] = [];
    for (const symbol of asked)
      for (const { request } of (await this.openOrders(symbol, 'look_up')).value)
        found.push(symbolOf(request.instrument));
    return found;
  }

  async #nameOf(symbol: string, orderId: number) {
    const known = this.#link.names.get(`${orderId}`);
    if (known !== undefined) return known;
    const asked = { symbol, orderId: `${orderId}` };
    const { body } = await this.#link.read('/fapi/v1/order', asked, 1, 'look_up');
    const name = nameOf(textOf(rowOf(body), 'clientOrderId'), orderId);
    this.#link.named(`${orderId}`, name);
    return name;
  }

  async #orAbsent(path: string, parameters: Parameters): Promise<Read | undefined> {
    try {
      return await this.#link.read(path, parameters, 1, 'guard');
    } catch (error) {
      if (error instanceof AccountReadError && error.code === NO_SUCH_ORDER) return undefined;
      throw error;
    }
  }
}

/** Returns what no trade moved since a time, oldest first. *Errors*: rejects where it is not all. */
export async function usdmCashSince(link: AccountLink, sinceUs: TimeUs): Promise<Rows<readonly CashMove[]>> {
  const asked = { startTime: `${startMsOf(link, sinceUs)}`, limit: `${PAGE}` };
  const { body, asOfUs } = await link.read('/fapi/v1/income', asked, 30, 'audit');
  const rows = rowsOf(body);
  if (rows.length >= PAGE) throw new Error(`/fapi/v1/income: ${PAGE} rows and perhaps more`);
  const value = rows
    .filter((row) => !OF_TRADES.includes(textOf(row, 'incomeType')))
    .map((row) => {
      const [type, amount] = [textOf(row, 'incomeType'), decimalOf(row, 'income')];
      return {
        venueMoveId: `${type}-${String(row.tranId)}-${textOf(row, 'asset')}`,
        ...{ account: link.parts.account, asset: textOf(row, 'asset'), amount },
        reason: reasonOf(type, amount.isNegative()),
        timeUs: wholeOf(row, 'time') * US_PER_MS,
      };
    });
  return { value, asOfUs };
}

function reasonOf(type: string, isLess: boolean): CashReason {
  if (type === 'FUNDING_FEE') return 'funding';
  if (!type.includes('TRANSFER')) return 'other';
  return isLess ? 'withdrawal' : 'deposit';
}

/** Since 0 is since ever: the venue tells what it still has. */
function startMsOf(link: AccountLink, sinceUs: TimeUs): number {
  const oldestMs = Math.ceil(link.nowUs() / US_PER_MS) - KEPT_MS;
  const startMs = Math.floor(sinceUs / US_PER_MS);
  if (startMs >= oldestMs) return startMs;
  if (sinceUs === 0) return oldestMs;
  throw new Error(`it keeps fills and income for ${KEPT_MS / DAY_MS} days`);
}
