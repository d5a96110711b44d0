import type { AccountDesk } from '../binance-account/account-desk.ts';
import type { Asked } from '../binance-account/endpoint.ts';
import { Parameters } from '../binance-account/parameters.ts';
import { Refused, rejected } from '../binance-account/refused.ts';
import { admitted } from './spot-admission.ts';
import { canceledBody, placedBody } from './spot-bodies.ts';
import type { SpotBooks } from './spot-books.ts';
import { clientId, RESPONSE_TYPES, symbolOf } from './spot-entry.ts';
import type { SpotEvent } from './spot-events.ts';
import { isOpen, type NewSpotOrder, type SpotOrder } from './spot-order.ts';

const LEG = ['Type', 'ClientOrderId', 'Price', 'StopPrice', 'TimeInForce', 'StrategyId', 'StrategyType'];
export const OCO_PARAMETERS = [
  ...['symbol', 'listClientOrderId', 'side', 'quantity', 'newOrderRespType', 'selfTradePreventionMode'],
  ...['above', 'below'].flatMap((leg) => LEG.map((name) => `${leg}${name}`)),
];

interface OrderList {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly clientId: string;
  readonly timeMs: number;
  readonly legs: number[];
  isDone: boolean;
}

/** Pairs of orders of which one cancels the other. */
export class SpotLists {
  readonly #books: SpotBooks;
  readonly #desk: () => AccountDesk;
  readonly #emit: (account: string, event: SpotEvent) => void;
  readonly #lists: OrderList[] = [];

  constructor(books: SpotBooks, desk: () => AccountDesk, emit: (account: string, event: SpotEvent) => void) {
    this.#books = books;
    this.#desk = desk;
    this.#emit = emit;
    const other = (order: SpotOrder) => this.#endOthers(order);
    books.engine.follower = {
      works: other,
      filled: other,
      over: (order) => {
        // One that was ended by the other ends nobody.
        if (order.status !== 'FILLED' && order.expiryReason !== 'OCO_TRIGGER') other(order);
        this.#look(order);
      },
    };
  }

  /** *Source*: rest-api.md, "New Order list - OCO". */
  readonly place = ({ account, parameters }: Asked): unknown => {
    const of = symbolOf(parameters, this.#books.symbols);
    const above = admitted(this.#books, account, legOf(parameters, 'above'));
    const below = admitted(this.#books, account, legOf(parameters, 'below'));
    const [stop, profit] = checkedPair(above, below);
    for (const leg of [profit, stop]) this.#books.engine.check(account, leg);
    this.#desk().checkOrderCount(account);
    const listId = clientId(parameters, 'listClientOrderId', this.#books.freshId);
    if (this.#lists.some((list) => list.account === account && list.clientId === listId && !list.isDone))
      throw rejected('Duplicate order sent.');
    const list = {
      ...{ id: this.#lists.length + 1, account, symbol: of.symbol, clientId: listId },
      ...{ timeMs: this.#books.nowMs(), legs: [] as number[], isDone: false },
    };
    const holder = this.#books.engine.place(account, profit, { id: list.id, setsAside: true });
    const follower = this.#books.engine.place(account, stop, { id: list.id, setsAside: false });
    list.legs.push(follower.orderId, holder.orderId);
    this.#lists.push(list);
    this.#tell(list, 'EXEC_STARTED', 'EXECUTING');
    const otherwise = new Refused(-1130, "Data sent for parameter 'newOrderRespType' is not valid.");
    const how = parameters.word('newOrderRespType', RESPONSE_TYPES, otherwise) ?? 'RESULT';
    const reports = this.#legs(list).map((order) => placedBody(order, [], how));
    return { ...this.#body(list), orderReports: reports };
  };

  readonly cancel = ({ account, parameters }: Asked): unknown => {
    symbolOf(parameters, this.#books.symbols);
    const list = this.#find(account, parameters, 'listClientOrderId');
    if (list === undefined || list.isDone) throw new Refused(-2011, 'Unknown order sent.');
    const cancelId = clientId(parameters, 'newClientOrderId', this.#books.freshId);
    const before = this.#legs(list);
    const reports = before.map((order) => canceledBody(this.cancelOne(order, cancelId), order.clientOrderId));
    return { ...this.#body(list), orderReports: reports };
  };

  readonly query = ({ account, parameters }: Asked): unknown => {
    const list = this.#find(account, parameters, 'origClientOrderId');
    if (list === undefined) throw new Refused(-2013, 'Order does not exist.');
    return this.#body(list);
  };

  readonly open = ({ account }: Asked): unknown =>
    this.#lists.filter((list) => list.account === account && !list.isDone).map((list) => this.#body(list));

  /** Takes an order out, and with it all of its list. */
  cancelOne(order: SpotOrder, cancelId: string): SpotOrder {
    const { orders, engine } = this.#books;
    const list = this.#lists.find(({ id }) => id === order.orderListId);
    const others = list === undefined ? [] : list.legs.filter((id) => id !== order.orderId);
    // The legs go together: none ends by the end of the other.
    if (list !== undefined) list.legs.length = 0;
    const now = orders.get(order.orderId)!;
    const canceled = isOpen(now) ? engine.cancel(now, cancelId) : now;
    for (const id of others) if (isOpen(orders.get(id)!)) engine.cancel(orders.get(id)!, cancelId);
    if (list !== undefined && !list.isDone) {
      list.legs.push(...[order.orderId, ...others].toSorted((a, b) => b - a));
      this.#finish(list);
    }
    return canceled;
  }

  #endOthers(order: SpotOrder): void {
    const list = this.#lists.find(({ id }) => id === order.orderListId);
    for (const id of list?.legs ?? []) {
      const other = this.#books.orders.get(id)!;
      if (id !== order.orderId && isOpen(other)) this.#books.engine.expire(other, 'OCO_TRIGGER');
    }
  }

  #look(order: SpotOrder): void {
    const list = this.#lists.find(({ id }) => id === order.orderListId);
    if (list === undefined || list.isDone || list.legs.length === 0) return;
    if (!this.#legs(list).some(isOpen)) this.#finish(list);
  }

  #finish(list: OrderList): void {
    list.isDone = true;
    this.#tell(list, 'ALL_DONE', 'ALL_DONE');
  }

  #legs({ legs }: OrderList): SpotOrder[] {
    return legs.map((id) => this.#books.orders.get(id)!);
  }

  #find(account: string, parameters: Parameters, byName: string): OrderList | undefined {
    const id = parameters.whole('orderListId');
    const name = parameters.text(byName);
    if (id === undefined && name === undefined)
      throw new Refused(-1102, `Param '${byName}' or 'orderListId' must be sent, but both were empty/null!`);
    return this.#lists.findLast(
      (list) => list.account === account && (id === undefined ? list.clientId === name : list.id === id),
    );
  }

  #body(list: OrderList): Readonly<Record<string, unknown>> {
    return {
      ...{ orderListId: list.id, contingencyType: 'OCO' },
      listStatusType: list.isDone ? 'ALL_DONE' : 'EXEC_STARTED',
      listOrderStatus: list.isDone ? 'ALL_DONE' : 'EXECUTING',
      ...{ listClientOrderId: list.clientId, transactionTime: list.timeMs, symbol: list.symbol },
      orders: this.#legs(list).map(({ symbol, orderId, clientOrderId }) => ({
        ...{ symbol, orderId, clientOrderId },
      })),
    };
  }

  #tell(list: OrderList, l: string, L: string): void {
    const nowMs = this.#books.nowMs();
    this.#emit(list.account, {
      ...{ e: 'listStatus', E: nowMs, s: list.symbol, g: list.id, c: 'OCO', l, L, r: 'NONE' },
      ...{ C: list.clientId, T: nowMs },
      O: this.#legs(list).map(({ symbol: s, orderId: i, clientOrderId: c }) => ({ s, i, c })),
    });
  }
}

/** Returns one leg's parameters, as those of an order of its own. */
function legOf(parameters: Parameters, leg: 'above' | 'below'): Parameters {
  const texts = new Map<string, string>();
  for (const name of ['symbol', 'side', 'quantity', 'selfTradePreventionMode'])
    if (parameters.has(name)) texts.set(name, parameters.texts.get(name)!);
  parameters.need(`${leg}Type`);
  for (const name of LEG) {
    const text = parameters.texts.get(`${leg}${name}`);
    const own = name === 'ClientOrderId' ? 'newClientOrderId' : name[0]!.toLowerCase() + name.slice(1);
    if (text !== undefined) texts.set(own, text);
  }
  return new Parameters(texts);
}

/** Returns the leg that stops, and the one that takes a profit. *Errors*: Refused where they are no pair. */
function checkedPair(above: NewSpotOrder, below: NewSpotOrder): [NewSpotOrder, NewSpotOrder] {
  const isStop = ({ type }: NewSpotOrder) => type.startsWith('STOP_LOSS');
  for (const { type } of [above, below])
    if (type === 'LIMIT' || type === 'MARKET') throw new Refused(-1158, 'Order type not supported in OCO.');
  if (isStop(above) === isStop(below)) throw new Refused(-1168, 'At least one OCO order must be contingent.');
  const isSell = above.side === 'SELL';
  const [stop, profit] = isSell ? [below, above] : [above, below];
  if (!isStop(stop))
    throw isSell
      ? new Refused(-1197, 'A stop loss order in a sell OCO must be below.')
      : new Refused(-1196, 'A stop loss order in a buy OCO must be above.');
  const aim = profit.price.isZero() ? profit.stopPrice! : profit.price;
  const isAbove = aim.greaterThan(stop.stopPrice!);
  if (isAbove !== isSell) throw rejected('The relationship of the prices for the orders is not correct.');
  return [stop, profit];
}
