import type { Asked } from '../binance-account/endpoint.ts';
import { mandatory, Refused } from '../binance-account/refused.ts';
import type { UsdmBooks } from './usdm-books.ts';
import { contractOf } from './usdm-entry.ts';
import type { UsdmEvent } from './usdm-events.ts';
import { isWorking } from './usdm-order.ts';

const LEVERAGE_MAX = 125;
const DONE = { code: 200, msg: 'success' };

/** Leverage, margin type and position mode of accounts. */
export class UsdmSettingsDesk {
  readonly #books: UsdmBooks;
  readonly #emit: (account: string, event: UsdmEvent) => void;

  constructor(books: UsdmBooks, emit: (account: string, event: UsdmEvent) => void) {
    this.#books = books;
    this.#emit = emit;
  }

  readonly mode = ({ account }: Asked): unknown => ({
    dualSidePosition: this.#books.wallets.settings.get(account)!.isHedged,
  });

  readonly setMode = ({ account, parameters }: Asked): unknown => {
    const isHedged = parameters.flag('dualSidePosition');
    if (isHedged === undefined) throw mandatory('dualSidePosition');
    const { wallets, orders } = this.#books;
    const settings = wallets.settings.get(account)!;
    if (settings.isHedged === isHedged) throw new Refused(-4059, 'No need to change position side.');
    if (orders.of(account).some(isWorking))
      throw new Refused(-4067, 'Position side cannot be changed if there exists open orders.');
    if (wallets.positions(account).some(({ amount }) => !amount.isZero()))
      throw new Refused(-4068, 'Position side cannot be changed if there exists position.');
    settings.isHedged = isHedged;
    return DONE;
  };

  readonly setLeverage = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const leverage = Number(parameters.need('leverage'));
    if (!Number.isInteger(leverage) || leverage < 1 || leverage > LEVERAGE_MAX)
      throw new Refused(-4028, `Leverage ${leverage} is not valid`);
    this.#books.wallets.settings.get(account)!.leverage.set(symbol, leverage);
    const nowMs = this.#books.nowMs();
    this.#emit(account, { e: 'ACCOUNT_CONFIG_UPDATE', E: nowMs, T: nowMs, ac: { s: symbol, l: leverage } });
    return { leverage, maxNotionalValue: '1000000', symbol };
  };

  readonly setMarginType = ({ account, parameters }: Asked): unknown => {
    const { symbol } = contractOf(parameters, this.#books.symbols);
    const otherwise = new Refused(-1130, "Data sent for parameter 'marginType' is not valid.");
    const type = parameters.word('marginType', ['ISOLATED', 'CROSSED'] as const, otherwise);
    if (type === undefined) throw mandatory('marginType');
    const { wallets, engine } = this.#books;
    const { isolated } = wallets.settings.get(account)!;
    if (isolated.has(symbol) === (type === 'ISOLATED'))
      throw new Refused(-4046, 'No need to change margin type.');
    if (engine.open(symbol, account).length > 0)
      throw new Refused(-4047, 'Margin type cannot be changed if there exists open orders.');
    if (wallets.positions(account).some((held) => held.symbol === symbol && !held.amount.isZero()))
      throw new Refused(-4048, 'Margin type cannot be changed if there exists position.');
    if (type === 'ISOLATED') isolated.add(symbol);
    else isolated.delete(symbol);
    return DONE;
  };
}
