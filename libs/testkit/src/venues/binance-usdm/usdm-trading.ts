import type { AccountDesk } from '../binance-account/account-desk.ts';
import type { Asked } from '../binance-account/endpoint.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import { Refused } from '../binance-account/refused.ts';
import { acknowledgedBody, algoBody, placedBody } from './usdm-bodies.ts';
import type { UsdmBooks } from './usdm-books.ts';
import { contractOf, newAlgo, newUsdmOrder } from './usdm-entry.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';

/** What the venue says while it is overloaded. *Source*: a mirror of the vendor's page. */
const THROTTLED = {
  code: -1008,
  msg: [
    'Request throttled by system-level protection.',
    'Reduce-only/close-position orders are exempt. Please try again.',
  ].join(' '),
};

/**
 * What comes with HTTP 503: of the first the outcome is unknown, the others say that nothing was done.
 * *Source*: mirrors of the vendor's page. unverified: codes of the first two, and the words of the last.
 */
export const USDM_503 = {
  unknown: { code: -1000, msg: 'Unknown error, please check your request or try again later.' },
  unavailable: { code: -1016, msg: 'Service Unavailable.' },
  internal: { code: -1001, msg: 'Internal error; unable to process your request. Please try again.' },
  throttled: THROTTLED,
  busy: {
    code: -1008,
    msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.',
  },
} as const;

/** Placing and cancelling at the USD-M exchange. */
export class UsdmTrading {
  /** New exposure is turned away; on `order` what only reduces passes, on `algoOrder` nothing does. */
  isOverloaded = false;
  readonly #books: UsdmBooks;
  readonly #desk: () => AccountDesk;

  constructor(books: UsdmBooks, desk: () => AccountDesk) {
    this.#books = books;
    this.#desk = desk;
  }

  readonly place = ({ account, parameters }: Asked): unknown => {
    const { engine, counts, nowMs, freshId } = this.#books;
    const of = this.#tradable(parameters);
    const on = { isHedged: this.#isHedged(account), nowMs: nowMs(), freshId };
    const order = newUsdmOrder(parameters, of, on);
    if (this.isOverloaded && !order.reduceOnly) throw new Refused(THROTTLED.code, THROTTLED.msg, 503);
    this.#desk().checkOrderCount(account);
    counts.add(account, 1, nowMs());
    const placed = engine.place(account, order);
    // A market order that is only acknowledged is told as new, whatever it has become.
    return parameters.text('newOrderRespType') === 'RESULT' ? placedBody(placed) : acknowledgedBody(placed);
  };

  readonly cancel = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const orderId = parameters.whole('orderId');
    const clientOrderId = parameters.text('origClientOrderId');
    needOne(orderId, clientOrderId, 'origClientOrderId', 'orderId');
    const order = this.#books.engine
      .open(symbol, account)
      .find((one) => (orderId === undefined ? one.clientOrderId === clientOrderId : one.orderId === orderId));
    if (order === undefined) throw new Refused(-2011, 'Unknown order sent.');
    return placedBody(this.#books.engine.cancel(order));
  };

  readonly cancelAll = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    for (const order of this.#books.engine.open(symbol, account)) this.#books.engine.cancel(order);
    return { code: 200, msg: 'The operation of cancel all open order is done.' };
  };

  readonly placeAlgo = ({ account, parameters }: Asked): unknown => {
    const of = this.#tradable(parameters);
    if (parameters.text('type') === 'TRAILING_STOP_MARKET')
      throw new Refused(-1020, 'The stand-in has no trailing stops.');
    const on = { isHedged: this.#isHedged(account), freshId: this.#books.freshId };
    const algo = newAlgo(parameters, of, on);
    if (this.isOverloaded) throw new Refused(THROTTLED.code, THROTTLED.msg, 503);
    this.#desk().checkOrderCount(account);
    this.#books.counts.add(account, 1, this.#books.nowMs());
    return algoBody(this.#books.conditional.place(account, algo));
  };

  readonly cancelAlgo = ({ account, parameters }: Asked): unknown => {
    const algoId = parameters.whole('algoId');
    const clientAlgoId = parameters.text('clientAlgoId');
    needOne(algoId, clientAlgoId, 'clientAlgoId', 'algoId');
    const algo = this.#books.conditional
      .open(account)
      .find((one) => (algoId === undefined ? one.clientAlgoId === clientAlgoId : one.algoId === algoId));
    if (algo === undefined) throw new Refused(-2011, 'Unknown order sent.');
    this.#books.conditional.cancel(algo);
    return { algoId: algo.algoId, clientAlgoId: algo.clientAlgoId, code: '200', msg: 'success' };
  };

  readonly cancelAllAlgos = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    for (const algo of this.#books.conditional.open(account, symbol)) this.#books.conditional.cancel(algo);
    return { code: 200, msg: 'The operation of cancel all open order is done.' };
  };

  readonly countdown = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const ms = Number(parameters.need('countdownTime'));
    const key = `${account}/${symbol}`;
    if (ms === 0) this.#books.countdowns.delete(key);
    else this.#books.countdowns.set(key, this.#books.nowMs() + ms);
    return { symbol, countdownTime: `${ms}` };
  };

  #tradable(parameters: Parameters): UsdmSymbol {
    const of = contractOf(parameters, this.#books.symbols);
    const status = this.#books.statuses.get(of.symbol) ?? 'TRADING';
    if (status !== 'TRADING') throw new Refused(-4108, 'This contract is not in trading status.');
    return of;
  }

  #isHedged(account: string): boolean {
    return this.#books.wallets.settings.get(account)!.isHedged;
  }
}

/** *Errors*: Refused where neither a number nor a name was sent. */
export function needOne(number: number | undefined, name: string | undefined, a: string, b: string): void {
  if (number === undefined && name === undefined)
    throw new Refused(-1102, `Param '${a}' or '${b}' must be sent, but both were empty/null!`);
}
