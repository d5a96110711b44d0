import type { AccountDesk } from '../binance-account/account-desk.ts';
import type { Asked } from '../binance-account/endpoint.ts';
import type { Parameters } from '../binance-account/parameters.ts';
import { Refused } from '../binance-account/refused.ts';
import { admitted } from './spot-admission.ts';
import { canceledBody, placedBody } from './spot-bodies.ts';
import type { SpotBooks } from './spot-books.ts';
import { clientId, type ResponseType, responseType, symbolOf } from './spot-entry.ts';
import { isOpen, type SpotOrder } from './spot-order.ts';

const RESTRICTIONS = ['ONLY_NEW', 'ONLY_PARTIALLY_FILLED'] as const;
const MODES = ['STOP_ON_FAILURE', 'ALLOW_FAILURE'] as const;
const LIMIT_MODES = ['DO_NOTHING', 'CANCEL_ONLY'] as const;

/** Placing, cancelling, and both in one request. */
export class SpotTrading {
  readonly #books: SpotBooks;
  readonly #desk: () => AccountDesk;
  /** What else is canceled with an order of a list. */
  readonly #cancelList: (order: SpotOrder, cancelId: string) => SpotOrder;

  constructor(
    books: SpotBooks,
    desk: () => AccountDesk,
    cancelList: (order: SpotOrder, cancelId: string) => SpotOrder,
  ) {
    this.#books = books;
    this.#desk = desk;
    this.#cancelList = cancelList;
  }

  readonly place = ({ account, parameters }: Asked): unknown => {
    const order = admitted(this.#books, account, parameters);
    const how = responseType(parameters, order.type);
    this.#desk().checkOrderCount(account);
    return this.#body(this.#books.engine.place(account, order), how);
  };

  readonly test = ({ account, parameters }: Asked): unknown => {
    const order = admitted(this.#books, account, parameters);
    responseType(parameters, order.type);
    return {};
  };

  readonly cancel = ({ account, parameters }: Asked): unknown => {
    symbolOf(parameters, this.#books.symbols);
    const cancelId = clientId(parameters, 'newClientOrderId', this.#books.freshId);
    return this.#canceled(account, parameters, ['orderId', 'origClientOrderId'], cancelId);
  };

  readonly cancelAll = ({ account, parameters }: Asked): unknown => {
    const { symbol } = symbolOf(parameters, this.#books.symbols);
    const open = this.#books.orders.open(symbol).filter((order) => order.account === account);
    if (open.length === 0) throw new Refused(-2011, 'Unknown order sent.');
    const cancelId = this.#books.freshId();
    return open.map((order) => canceledBody(this.#cancelList(order, cancelId), order.clientOrderId));
  };

  /** *Source*: rest-api.md, "Cancel an Existing Order and Send a New Order".. Filters first. */
  readonly cancelReplace = ({ account, parameters }: Asked): unknown => {
    const bad = (name: string) => new Refused(-1130, `Data sent for parameter '${name}' is not valid.`);
    parameters.need('cancelReplaceMode');
    const mode = parameters.word('cancelReplaceMode', MODES, bad('cancelReplaceMode'))!;
    const name = 'orderRateLimitExceededMode';
    const limitMode = parameters.word(name, LIMIT_MODES, bad(name)) ?? 'DO_NOTHING';
    const order = admitted(this.#books, account, parameters);
    const how = responseType(parameters, order.type);
    const { counts, nowMs } = this.#books;
    const limit = counts.exceeded(account, nowMs());
    const tooMany = limit && this.#desk().tooManyOrders(limit);
    if (tooMany !== undefined && limitMode === 'DO_NOTHING') throw tooMany;
    const cancelId = clientId(parameters, 'cancelNewClientOrderId', this.#books.freshId);
    const canceled = this.#tried(() =>
      this.#canceled(account, parameters, ['cancelOrderId', 'cancelOrigClientOrderId'], cancelId),
    );
    if (canceled.isRefused && mode === 'STOP_ON_FAILURE') {
      // That nothing was tried still counts as an order, says the document.
      counts.add(account, 1, nowMs());
      throw partly(-2022, tooMany?.status ?? 400, 'FAILURE', canceled.body, 'NOT_ATTEMPTED', null);
    }
    const placed = this.#tried(() => {
      if (tooMany !== undefined) throw tooMany;
      return this.#body(this.#books.engine.place(account, order), how);
    });
    const [cancelResult, newOrderResult] = [canceled, placed].map(({ isRefused }) =>
      isRefused ? 'FAILURE' : 'SUCCESS',
    ) as [string, string];
    if (canceled.isRefused && placed.isRefused)
      throw partly(-2022, 400, cancelResult, canceled.body, newOrderResult, placed.body);
    const status = mode === 'STOP_ON_FAILURE' ? (tooMany?.status ?? 409) : 409;
    if (canceled.isRefused || placed.isRefused)
      throw partly(-2021, status, cancelResult, canceled.body, newOrderResult, placed.body);
    const bodies = { cancelResponse: canceled.body, newOrderResponse: placed.body };
    return { cancelResult, newOrderResult, ...bodies };
  };

  #body(order: SpotOrder, how: ResponseType): unknown {
    const fills = this.#books.orders.fills.filter(({ orderId }) => orderId === order.orderId);
    return placedBody(order, fills, how);
  }

  #canceled(
    account: string,
    parameters: Parameters,
    [byNumber, byName]: readonly [string, string],
    cancelId: string,
  ): unknown {
    const symbol = parameters.need('symbol');
    const orderId = parameters.whole(byNumber);
    const clientOrderId = parameters.text(byName);
    if (orderId === undefined && clientOrderId === undefined)
      throw new Refused(-1102, `Param '${byName}' or '${byNumber}' must be sent, but both were empty/null!`);
    const restriction = parameters.word(
      ...(['cancelRestrictions', RESTRICTIONS, new Refused(-1145, 'Invalid cancelRestrictions')] as const),
    );
    const status = this.#books.status(symbol);
    if (status === 'BREAK' || status === 'END_OF_DAY') throw new Refused(-2011, 'Market is closed.');
    const open = this.#books.orders.open(symbol).filter((order) => order.account === account);
    const order = open.find(
      (one) =>
        (orderId === undefined || one.orderId === orderId) &&
        (clientOrderId === undefined || one.clientOrderId === clientOrderId),
    );
    if (order === undefined || !isOpen(order)) throw new Refused(-2011, 'Unknown order sent.');
    const isOther = { ONLY_NEW: 'NEW', ONLY_PARTIALLY_FILLED: 'PARTIALLY_FILLED' } as const;
    if (restriction !== undefined && order.status !== isOther[restriction])
      throw new Refused(-2011, 'Order was not canceled due to cancel restrictions.');
    return canceledBody(this.#cancelList(order, cancelId), order.clientOrderId);
  }

  #tried(act: () => unknown): { readonly isRefused: boolean; readonly body: unknown } {
    try {
      return { isRefused: false, body: act() };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { isRefused: true, body: error.body };
    }
  }
}

function partly(
  code: -2021 | -2022,
  status: number,
  cancelResult: string,
  cancelResponse: unknown,
  newOrderResult: string,
  newOrderResponse: unknown,
): Refused {
  const message = code === -2021 ? 'Order cancel-replace partially failed.' : 'Order cancel-replace failed.';
  return new Refused(code, message, status, {
    ...{ cancelResult, newOrderResult, cancelResponse, newOrderResponse },
  });
}
