import {
  type AccountId,
  type ClientOrderId,
  clientOrderId,
  Decimal,
  type Fill,
  type InstrumentId,
  type OrderRequest,
  type OrderType,
  type TimeInForce,
  US_PER_MS,
  type VenueOrder,
  type VenueOrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';

/** An object of an answer, unread. */
export type Row = Readonly<Record<string, unknown>>;

/** Our kinds of the venue's orders. One with a price of its own to go off at is a stop, whoever made it. */
const KINDS: Readonly<Record<string, OrderType>> = {
  ...{ MARKET: 'market', LIMIT: 'limit', LIMIT_MAKER: 'limit' },
  ...{ STOP_LOSS: 'stop', STOP_LOSS_LIMIT: 'stop', TAKE_PROFIT: 'stop', TAKE_PROFIT_LIMIT: 'stop' },
};

const STATUSES: Readonly<Record<string, VenueOrderStatus>> = {
  ...{ NEW: 'open', PENDING_NEW: 'open', PARTIALLY_FILLED: 'open', PENDING_CANCEL: 'open' },
  ...{ FILLED: 'filled', CANCELED: 'canceled', REJECTED: 'rejected' },
  ...{ EXPIRED: 'expired', EXPIRED_IN_MATCH: 'expired' },
};

const OURS = /^[A-Za-z0-9_-]{1,64}$/;

/** Stands before the name of an order in the name of its cancel; no order of ours has a dot in its name. */
const CANCEL = 'c.';

/**
 * Returns the name of the cancel of an order. The venue may call a canceled order by its cancel's name from
 * then on, and this one leads back.
 */
export function cancelNameOf(id: ClientOrderId): string {
  return `${CANCEL}${id}`;
}

/** Returns what we call an order by the venue's two names of it: another's may hold what ours never do. */
export function nameOf(clientId: string, orderId: number): ClientOrderId {
  const name = clientId.startsWith(CANCEL) ? clientId.slice(CANCEL.length) : clientId;
  return clientOrderId(OURS.test(name) ? name : `binance-${orderId}`);
}

/** Returns an order as a read shows it. *Errors*: throws where a field can't be read. */
export function orderOf(row: Row, account: AccountId, instrument: InstrumentId): VenueOrder {
  const kind = oneOf(row, 'type', KINDS);
  const type = textOf(row, 'type');
  const request: OrderRequest = {
    ...{ account, instrument, side: sideOf(row, 'side'), type: kind, reduceOnly: false },
    clientOrderId: nameOf(textOf(row, 'clientOrderId'), wholeOf(row, 'orderId')),
    timeInForce: timeInForceOf(type, textOf(row, 'timeInForce')),
    quantity: decimalOf(row, 'origQty'),
    limitPrice: kind === 'limit' ? decimalOf(row, 'price') : null,
    triggerPrice: kind === 'stop' ? decimalOf(row, 'stopPrice') : null,
  };
  return {
    request,
    venueOrderId: venueOrderId(`${wholeOf(row, 'orderId')}`),
    status: oneOf(row, 'status', STATUSES),
    filled: decimalOf(row, 'executedQty'),
    acceptedUs: wholeOf(row, 'time') * US_PER_MS,
  };
}

function timeInForceOf(type: string, said: string): TimeInForce {
  if (type === 'LIMIT_MAKER') return 'post_only';
  if (type === 'MARKET') return 'ioc';
  return ({ GTC: 'gtc', IOC: 'ioc', FOK: 'fok' } as const)[said] ?? 'gtc';
}

/** Returns a fill as a read shows it; its order's name is asked for by number. *Errors*: as `orderOf`. */
export function fillOf(
  row: Row,
  account: AccountId,
  instrument: InstrumentId,
  nameOfOrder: (orderId: number) => ClientOrderId,
): Fill {
  const orderId = wholeOf(row, 'orderId');
  return {
    ...{ account, instrument, clientOrderId: nameOfOrder(orderId), venueOrderId: venueOrderId(`${orderId}`) },
    venueTradeId: venueTradeId(`${wholeOf(row, 'id')}`),
    side: flagOf(row, 'isBuyer') ? 'buy' : 'sell',
    ...{ quantity: decimalOf(row, 'qty'), price: decimalOf(row, 'price') },
    ...{ fee: decimalOf(row, 'commission'), feeAsset: textOf(row, 'commissionAsset') },
    liquidity: flagOf(row, 'isMaker') ? 'maker' : 'taker',
    timeUs: wholeOf(row, 'time') * US_PER_MS,
  };
}

export function sideOf(row: Row, field: string): 'buy' | 'sell' {
  return oneOf(row, field, { BUY: 'buy', SELL: 'sell' } as const);
}

export function textOf(row: Row, field: string): string {
  const value = row[field];
  return typeof value === 'string' ? value : unreadable(row, field);
}

export function decimalOf(row: Row, field: string): Decimal {
  const text = row[field];
  return typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text) ? Decimal.of(text) : unreadable(row, field);
}

export function wholeOf(row: Row, field: string): number {
  const value = row[field];
  return Number.isSafeInteger(value) ? (value as number) : unreadable(row, field);
}

export function flagOf(row: Row, field: string): boolean {
  const value = row[field];
  return typeof value === 'boolean' ? value : unreadable(row, field);
}

/** Returns the rows of a list. *Errors*: throws where it is none. */
export function rowsOf(body: unknown): readonly Row[] {
  if (!Array.isArray(body) || body.some((row) => typeof row !== 'object' || row === null))
    throw new Error('an answer that is no list');
  return body as readonly Row[];
}

/** Returns an object. *Errors*: throws where it is none. */
export function rowOf(body: unknown): Row {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Error('an answer that is no object');
  return body as Row;
}

export function oneOf<Value>(row: Row, field: string, values: Readonly<Record<string, Value>>): Value {
  const value = values[textOf(row, field)];
  return value ?? unreadable(row, field);
}

function unreadable(row: Row, field: string): never {
  throw new Error(`${field} = ${JSON.stringify(row[field])} can't be read`);
}
