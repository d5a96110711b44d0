import { type ClientOrderId, clientOrderId, Decimal } from '@algo/model';

/** An object of an answer, unread. */
export type Row = Readonly<Record<string, unknown>>;

/** An answer, or a row of one, that is not as the venue documents it. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

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

/** The venue gives all its forced reductions this one name, so that it names none. */
const OF_MANY = 'adl_autoclose';

/** Returns what we call an order by the venue's two names of it: another's may hold what ours never do. */
export function nameOf(clientId: string, orderId: number): ClientOrderId {
  const name = clientId.startsWith(CANCEL) ? clientId.slice(CANCEL.length) : clientId;
  return clientOrderId(OURS.test(name) && name !== OF_MANY ? name : `binance-${orderId}`);
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

/** Returns the rows of a list. *Errors*: UnreadableAnswer where it is none. */
export function rowsOf(body: unknown): readonly Row[] {
  if (!Array.isArray(body) || body.some((row) => typeof row !== 'object' || row === null))
    throw new UnreadableAnswer('an answer that is no list');
  return body as readonly Row[];
}

/** Returns an object. *Errors*: UnreadableAnswer where it is none. */
export function rowOf(body: unknown): Row {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UnreadableAnswer('an answer that is no object');
  return body as Row;
}

export function oneOf<Value>(row: Row, field: string, values: Readonly<Record<string, Value>>): Value {
  const value = values[textOf(row, field)];
  return value ?? unreadable(row, field);
}

function unreadable(row: Row, field: string): never {
  throw new UnreadableAnswer(`${field} = ${JSON.stringify(row[field])} can't be read`);
}
