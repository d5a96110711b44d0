import {
  clientOrderId,
  type Decimal,
  type Instrument,
  type OrderLookup,
  type OrderRequest,
  ownClientOrderId,
  type SubmitOutcome,
} from '@algo/model';
import type { AccountStream, ExchangeVenue, OrderRef } from '../port.ts';
import { type AccountLink, AccountReadError, type Rows } from './account-link.ts';
import { type RightProblem, rightProblems, type TradingRight } from './key-rights.ts';
import type { Purpose } from './request-budget.ts';
import { decimalOf, type Row, rowOf, rowsOf } from './rows.ts';

/** One thing that was looked at. *Shape*: `remedy` is empty where nothing needs to be done. */
export interface AccountCheck {
  readonly name: string;
  readonly result: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly remedy: string;
}

/**
 * How far a check goes: it only reads; it also opens the account stream and makes an order that the venue
 * must refuse; it also places an order far from the market and takes it back.
 */
export type CheckDepth = 'reads' | 'refused' | 'far';

/** All in which the check of one of Binance's markets differs from the others. */
export interface CheckedMarket {
  readonly link: AccountLink;
  /** The same key at the host that tells its rights. */
  readonly rightsLink: AccountLink;
  readonly right: TradingRight;
  readonly rulesPath: string;
  readonly rulesWeight: number;
  /** The field of a notional filter that has the least one. */
  readonly notionalField: string;
  /** The share of the price at which a far order stands: within the price band, and filled by nobody. */
  readonly farShare: Decimal;
  /** What else a symbol must offer: in words, and whether it does. */
  readonly needs: (row: Row) => readonly (readonly [what: string, holds: boolean])[];
  readonly venue: ExchangeVenue;
  readonly reads: {
    readonly balances: (purpose: Purpose) => Promise<Rows<readonly unknown[]>>;
    readonly positions: (purpose: Purpose) => Promise<Rows<readonly unknown[]>>;
    readonly openOrders: (symbol: undefined, purpose: Purpose) => Promise<Rows<readonly unknown[]>>;
  };
  readonly openStream: () => AccountStream;
  /** Returns what a symbol costs. */
  readonly price: (symbol: string) => Promise<Decimal>;
  /** Codes by which the venue refuses an order of too little worth. */
  readonly refusedBy: readonly number[];
  /** How the account is set up, in words; undefined where there is nothing to set. *Errors*: as a Finding. */
  readonly setup?: () => Promise<string>;
}

/** Our wall may be so far from the venue's clock; what is signed has the venue's time all the same. */
const WALL_OFF_MAX_MS = 1_000;
const STREAM_MS = 15_000;
const ELSEWHERE = 'Look at the address, the network and the proxy, or come back later.';
const NEVER = Number.POSITIVE_INFINITY;

/** What to do about the codes by which the venue refuses a key or a time. */
const REMEDIES: Readonly<Record<number, string>> = {
  [-1002]: 'Give the key the right to read, and to trade in this market.',
  [-1021]: 'Set the clock of this machine by NTP, and look at the network.',
  [-1022]: 'Take the secret that was shown when this key was made; it belongs to another key, or is cut.',
  [-2014]: 'Copy the API key again: it is one line of letters and digits.',
  [-2015]:
    'Look whether the key is of this exchange and not of its testnet, was not deleted, allows the address ' +
    'of this machine, and has the right to trade in this market.',
};

/**
 * Looks whether an account can be traded, without trading: time, rules, rights, books, and as far as it is
 * asked the stream and orders that can't be filled. Whoever made the link ends it. Its reads are no routine
 * ones: an engine that has just died must be able to begin again.
 */
export async function checkMarket(
  market: CheckedMarket,
  depth: CheckDepth,
): Promise<readonly AccountCheck[]> {
  const { link, reads, setup } = market;
  const checks: AccountCheck[] = [];
  const look = async (name: string, check: () => Promise<string>, remedy = 'Look at what it says.') => {
    checks.push(await checked(name, check, remedy));
    return checks.at(-1)!.result !== 'fail';
  };
  if (!(await look('time', () => timeOf(link), ELSEWHERE))) return checks;
  await look('rules', () => rulesOf(market), 'Correct the instruments, or leave the symbol out.');
  const mayRead = await look('rights of the key', () => rightsOf(market));
  if (!mayRead && checks.at(-1)!.detail.startsWith('refused')) return checks;
  const mayTrade = checks.at(-1)!.result === 'ok';
  const count = (what: string, rows: readonly unknown[]) => `${rows.length} ${what}`;
  await look('balances', async () => count('assets', (await reads.balances('look_up')).value));
  await look('positions', async () => count('instruments', (await reads.positions('look_up')).value));
  await look('open orders', async () =>
    count('orders', (await reads.openOrders(undefined, 'look_up')).value),
  );
  if (setup !== undefined) await look('setup of the account', setup);
  if (depth === 'reads') return checks;
  await look('account stream', () => streamOf(market));
  if (!mayTrade) return checks;
  await look('an order made to be refused', () => refusedOrder(market));
  if (depth === 'far') await look('a far order, taken back', () => farOrder(market));
  return checks;
}

async function checked(name: string, check: () => Promise<string>, remedy: string): Promise<AccountCheck> {
  try {
    return { name, result: 'ok', detail: await check(), remedy: '' };
  } catch (error) {
    const { message } = error as Error;
    const known = error instanceof AccountReadError ? REMEDIES[error.code ?? 0] : undefined;
    if (known !== undefined) return { name, result: 'fail', detail: `refused: ${message}`, remedy: known };
    // No error of the venue came back at all.
    if (error instanceof AccountReadError && error.code === undefined)
      return { name, result: 'fail', detail: message, remedy: ELSEWHERE };
    const own = error instanceof Finding ? error.remedy : remedy;
    return { name, result: 'fail', detail: message, remedy: own };
  }
}

/** What is wrong, and what to do about it. */
export class Finding extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(what);
    this.remedy = remedy;
  }
}

async function timeOf(link: AccountLink): Promise<string> {
  const venueMs = await link.time.ready();
  const offMs = Math.round(link.parts.clock.nowMs() - venueMs);
  if (Math.abs(offMs) <= WALL_OFF_MAX_MS) return `the clock of this machine is ${offMs} ms from the venue's`;
  throw new Finding(`the clock of this machine is ${offMs} ms from the venue's`, REMEDIES[-1021]!);
}

async function rulesOf({
  link,
  needs,
  notionalField,
  rulesPath,
  rulesWeight,
}: CheckedMarket): Promise<string> {
  const { instruments } = link;
  if (instruments.length === 0)
    throw new Finding('no instrument of this market is listed', 'List one in the file of instruments.');
  const wrong: string[] = [];
  for (const instrument of instruments) {
    const { symbol } = instrument;
    const { body } = await link.read(rulesPath, { symbol }, rulesWeight, 'look_up');
    const row = rowsOf(rowOf(body).symbols).find((one) => one.symbol === symbol);
    if (row === undefined) wrong.push(`${symbol} is not listed`);
    else {
      const missing = needs(row).flatMap(([what, holds]) => (holds ? [] : [`${symbol} ${what}`]));
      wrong.push(...differencesOf(instrument, row, notionalField), ...missing);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return `${instruments.length} symbols have the rules that we keep`;
}

/** Returns what stands otherwise in the venue's rules than in ours, or is missing for what we do. */
function differencesOf(instrument: Instrument, row: Row, notionalField: string): readonly string[] {
  const { symbol, priceTick, quantityStep, minQuantity, minNotional } = instrument;
  const filters = rowsOf(row.filters);
  const of = (type: string, field: string) => {
    const filter = filters.find(({ filterType }) => filterType === type);
    return filter === undefined ? undefined : decimalOf(filter, field);
  };
  const pairs: readonly (readonly [what: string, ours: Decimal, theirs: Decimal | undefined])[] = [
    ['price tick', priceTick, of('PRICE_FILTER', 'tickSize')],
    ['quantity step', quantityStep, of('LOT_SIZE', 'stepSize')],
    ['least quantity', minQuantity, of('LOT_SIZE', 'minQty')],
    ['least notional', minNotional, of('NOTIONAL', notionalField) ?? of('MIN_NOTIONAL', notionalField)],
  ];
  return pairs.flatMap(([what, ours, theirs]) =>
    theirs === undefined || theirs.equals(ours) ? [] : [`${symbol}: ${what} is ${theirs}, we keep ${ours}`],
  );
}

async function rightsOf({ right, rightsLink }: CheckedMarket): Promise<string> {
  const problems = await rightProblems(rightsLink, right);
  if (problems === null) return 'a testnet tells them of no key';
  if (problems.length === 0)
    return `it may read and trade ${right.words}, not withdraw, and from its addresses alone`;
  const all = (pick: (problem: RightProblem) => string, between: string) => problems.map(pick).join(between);
  throw new Finding(
    all(({ what }) => what, '; '),
    all(({ remedy }) => remedy, ' '),
  );
}

async function streamOf({ link, openStream }: CheckedMarket): Promise<string> {
  await using stream = openStream();
  const waiting = Promise.withResolvers<string>();
  const late = setTimeout(
    () => waiting.reject(new Error(`nothing was heard within ${STREAM_MS} ms`)),
    STREAM_MS,
  );
  stream.open({
    event: () => undefined,
    connected: () => waiting.resolve('it is connected'),
    disconnected: (reason) => waiting.reject(new Finding(reason, remedyIn(reason))),
  });
  try {
    return await waiting.promise;
  } finally {
    clearTimeout(late);
    link.isHeard = null;
  }
}

function remedyIn(reason: string): string {
  const code = Number(/\((-\d+)\)/.exec(reason)?.[1] ?? 0);
  return REMEDIES[code] ?? ELSEWHERE;
}

/** A purchase of the least quantity at the least price: no symbol takes one of so little worth. */
async function refusedOrder({ link, refusedBy, venue }: CheckedMarket): Promise<string> {
  const instrument = link.instruments[0]!;
  const order = orderOn(link, instrument, instrument.minQuantity, instrument.priceTick, 'refused');
  const outcome = await submitted(link, venue, order);
  const isFiltered = (reason: string) => refusedBy.some((code) => reason.includes(`(${code})`));
  if (outcome.type === 'refused' && isFiltered(outcome.reason)) return outcome.reason;
  if (outcome.type === 'refused') throw new Finding(outcome.reason, remedyIn(outcome.reason));
  await canceled(link, venue, order);
  throw new Finding(
    `${instrument.symbol} took or may have taken ${order.clientOrderId}, and its cancel was asked for`,
    'Look at the open orders of the account.',
  );
}

async function farOrder({ farShare, link, price: priceOf, venue }: CheckedMarket): Promise<string> {
  const instrument = link.instruments[0]!;
  const { symbol, priceTick, quantityStep, minNotional, minQuantity } = instrument;
  const price = (await priceOf(symbol)).times(farShare).toStep(priceTick, 'down');
  const least = minNotional.dividedBy(price, 12, 'up').toStep(quantityStep, 'up');
  const quantity = least.lessThan(minQuantity) ? minQuantity : least;
  const order = orderOn(link, instrument, quantity, price, 'far');
  const placed = await submitted(link, venue, order);
  if (placed.type === 'refused') throw new Finding(placed.reason, remedyIn(placed.reason));
  const back = await canceled(link, venue, order);
  const found = await new Promise<OrderLookup>((done) => venue.order(refOf(order), done));
  const status = found.type === 'found' ? found.order.status : found.type;
  if (placed.type === 'confirmed' && back.type === 'confirmed' && status === 'canceled')
    return `${quantity} ${symbol} at ${price} was placed as ${placed.venueOrderId} and canceled`;
  throw new Finding(
    `${order.clientOrderId}: placing it is ${placed.type}, canceling ${back.type}, and it is ${status}`,
    'Look at the open orders of the account, and cancel it there.',
  );
}

function orderOn(
  { parts }: AccountLink,
  { id: instrument }: Instrument,
  quantity: Decimal,
  limitPrice: Decimal,
  why: string,
): OrderRequest {
  return {
    clientOrderId: clientOrderId(ownClientOrderId('venue check', why, parts.account, parts.clock.nowMs())),
    ...{ account: parts.account, instrument, side: 'buy', type: 'limit', timeInForce: 'post_only' },
    ...{ quantity, limitPrice, triggerPrice: null, reduceOnly: false },
  };
}

function submitted(link: AccountLink, venue: ExchangeVenue, order: OrderRequest): Promise<SubmitOutcome> {
  return new Promise((done) =>
    venue.submit(order, { sentUs: link.nowUs(), sendByMs: NEVER, epoch: 0 }, done),
  );
}

function canceled(link: AccountLink, venue: ExchangeVenue, order: OrderRequest): Promise<SubmitOutcome> {
  const terms = { sentUs: link.nowUs(), sendByMs: NEVER, epoch: 0 };
  return new Promise((done) => venue.cancel(refOf(order), terms, done));
}

function refOf({ account, instrument, clientOrderId: id }: OrderRequest): OrderRef {
  return { account, instrument, clientOrderId: id };
}
