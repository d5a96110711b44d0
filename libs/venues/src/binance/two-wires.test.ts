// Two ways to one exchange, our own and the real ccxt: who is asked what while one of them is dead.
import {
  type ClientOrderId,
  clientOrderId,
  Decimal,
  type OrderLookup,
  type OrderRequest,
  type SubmitOutcome,
} from '@algo/model';
import { TcpProxy } from '@algo/testkit';
import { expect, test } from 'vitest';
import { SpotExchangeVenue } from '../binance-spot/spot-exchange-venue.ts';
import { SpotLink } from '../binance-spot/spot-link.ts';
import { ACCOUNT, LTC, spotOnStandIn } from '../binance-spot/testing/spot-on-stand-in.ts';
import { usdmUnderTest } from '../binance-usdm/testing/usdm-under-test.ts';
import type { RequestPath, RequestPaths } from './request-paths.ts';
import { DOUBT_MAX_MS } from './two-wires.ts';

const NEVER = Number.POSITIVE_INFINITY;
const FAILURES_MAX = 5;
const MINUTE_MS = 60_000;
const [ORDER, CANCEL] = ['POST /api/v3/order', 'DELETE /api/v3/order'] as const;
const BALANCES = 'GET /api/v3/account';
const BAD_GATEWAY = { status: 502, body: '<html>Bad Gateway</html>' };
/** Nobody listens there. */
const DEAD_URL = 'http://127.0.0.1:9';
let made = 0;

/** An account at a stand-in that is asked on two ways; the first leads over a line that can be cut. */
async function twoWays(primary: RequestPath = 'direct', otherUrl?: string) {
  const house = await spotOnStandIn();
  await house.venue[Symbol.asyncDispose]();
  const { exchange } = house;
  const line = await TcpProxy.start(Number(new URL(exchange.restUrl).port));
  const fallback = primary === 'direct' ? 'ccxt' : 'direct';
  const paths: RequestPaths = { primary, fallback, fallbackUrl: otherUrl ?? exchange.restUrl };
  const link = new SpotLink({ ...house.parts, restUrl: `http://127.0.0.1:${line.port}`, paths });
  const venue = new SpotExchangeVenue(link);
  await link.time.ready();
  const order = (): OrderRequest => ({
    ...{ clientOrderId: clientOrderId(`w${made++}`), account: ACCOUNT, instrument: LTC, side: 'buy' },
    ...{ type: 'limit', timeInForce: 'gtc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
  });
  const terms = { sentUs: link.nowUs(), sendByMs: NEVER, epoch: 1 };
  const wayOf = (agent: string) => (agent.includes('Mozilla') ? 'ccxt' : 'direct');
  return {
    ...{ clock: house.clock, exchange, link, order },
    submit: (request: OrderRequest) =>
      new Promise<SubmitOutcome>((done) => venue.submit(request, terms, done)),
    cancel: (request: OrderRequest) =>
      new Promise<SubmitOutcome>((done) => venue.cancel(request, terms, done)),
    lookUp: (request: OrderRequest) => new Promise<OrderLookup>((done) => venue.order(request, done)),
    read: () => new Promise<{ readonly type: string }>((done) => venue.balances(ACCOUNT, done)),
    /** On which ways requests to an endpoint came, in order. */
    ways: (endpoint: string) => exchange.journal.of(endpoint).map(({ agent }) => wayOf(agent)),
    taken: (id: ClientOrderId) =>
      exchange.truth().orders.filter(({ clientOrderId: name }) => name === id).length,
    /** Nobody answers there any more. */
    async die() {
      line.cut();
      await line[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await venue[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]().catch(() => undefined);
      await exchange[Symbol.asyncDispose]();
    },
  };
}

test('where the first way is dead all goes by the other one, and nothing goes out twice', async () => {
  await using at = await twoWays();
  const before = at.order();
  expect(await at.submit(before)).toMatchObject({ type: 'confirmed' });
  await at.die();
  // A line that stood may have taken what was written to it; the next one does not come about.
  await at.read();
  // What has not left is refused, and none of it comes by the other way behind our back.
  const refused = at.order();
  expect(await at.submit(refused)).toMatchObject({ type: 'refused' });
  for (let i = 2; i < FAILURES_MAX; i++) expect(await at.read()).toMatchObject({ type: 'answered' });
  const after = at.order();
  expect(await at.submit(after)).toMatchObject({ type: 'confirmed' });
  expect([before, refused, after].map(({ clientOrderId: id }) => at.taken(id))).toEqual([1, 0, 1]);
  expect(await at.cancel(before)).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['direct', 'ccxt']);
  expect(at.ways(CANCEL)).toEqual(['ccxt']);
});

test('an exit that did not leave goes by the other way at once, though an entry is refused', async () => {
  await using at = await twoWays();
  await at.die();
  await at.read();
  expect(await at.submit(at.order())).toMatchObject({ type: 'refused' });
  const exit = { ...at.order(), side: 'sell', limitPrice: Decimal.of('85') } as const;
  expect(await at.submit(exit)).toMatchObject({ type: 'confirmed' });
  expect(await at.cancel(exit)).toMatchObject({ type: 'confirmed' });
  expect([at.ways(ORDER), at.ways(CANCEL)]).toEqual([['ccxt'], ['ccxt']]);
});

test('the same the other way round: ccxt first, and our own connections behind it', async () => {
  await using at = await twoWays('ccxt');
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  await at.die();
  for (let i = 0; i < FAILURES_MAX; i++) expect(await at.read()).toMatchObject({ type: 'answered' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['ccxt', 'direct']);
});

test('an order in doubt is asked for on the other way; until then nothing is sent on it', async () => {
  await using at = await twoWays();
  at.exchange.fault(ORDER, 1, { does: 'reset', at: 'after' });
  const doubtful = at.order();
  expect(await at.submit(doubtful)).toMatchObject({ type: 'unknown' });
  await at.die();
  for (let i = 1; i < FAILURES_MAX; i++) await at.read();
  const next = at.order();
  expect(await at.submit(next)).toMatchObject({
    type: 'refused',
    reason: expect.stringContaining('an order that went by direct is in doubt'),
    retryAfterMs: 1_000,
  });
  expect(await at.lookUp(doubtful)).toMatchObject({ type: 'found', order: { status: 'open' } });
  expect(at.ways('GET /api/v3/order')).toEqual(['ccxt']);
  expect(await at.submit(next)).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['direct', 'ccxt']);
  expect(at.taken(doubtful.clientOrderId)).toBe(1);
});

test('an order in doubt that nobody asks for bars the other way for a while, not for ever', async () => {
  await using at = await twoWays();
  at.exchange.fault(ORDER, 1, { does: 'reset', at: 'after' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'unknown' });
  await at.die();
  for (let i = 1; i < FAILURES_MAX; i++) await at.read();
  const exit = { ...at.order(), side: 'sell', limitPrice: Decimal.of('85') } as const;
  expect(await at.submit(exit)).toMatchObject({ type: 'refused' });
  at.clock.advance(DOUBT_MAX_MS);
  expect(await at.submit(exit)).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['direct', 'ccxt']);
});

test('an order in doubt is asked for on the other way also while its own one lives', async () => {
  await using at = await twoWays();
  at.exchange.fault(ORDER, 1, { does: 'reset', at: 'before' });
  const doubtful = at.order();
  expect(await at.submit(doubtful)).toMatchObject({ type: 'unknown' });
  expect(await at.lookUp(doubtful)).toEqual({ type: 'absent' });
  // It is asked for by its own name first; for its cancel’s name there is no doubt.
  expect(at.ways('GET /api/v3/order')).toEqual(['ccxt', 'direct']);
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['direct', 'direct']);
});

test('where the other way is dead too, a way that was given up is taken as soon as it is back', async () => {
  await using at = await twoWays('direct', DEAD_URL);
  for (let i = 1; i <= FAILURES_MAX; i++)
    at.exchange.fault(BALANCES, i, { does: 'answer', at: 'before', reply: BAD_GATEWAY });
  for (let i = 1; i <= FAILURES_MAX; i++) expect(await at.read()).toMatchObject({ type: 'failed' });
  expect(await at.read()).toMatchObject({ type: 'answered' });
  const exit = { ...at.order(), side: 'sell', limitPrice: Decimal.of('85') } as const;
  expect(await at.submit(exit)).toMatchObject({ type: 'confirmed' });
  expect(at.taken(exit.clientOrderId)).toBe(1);
  expect(await at.cancel(exit)).toMatchObject({ type: 'confirmed' });
});

test.each([
  ['refusals', 400, { code: -2010, msg: 'Account has insufficient balance for requested action.' }],
  ['too many requests', 429, { code: -1003, msg: 'Too many requests.' }],
])('%s are answers: however many, the first way stays', async (_, status, body) => {
  await using at = await twoWays();
  const reply = { status, body, headers: { 'Retry-After': '0' } };
  for (let i = 1; i <= 2 * FAILURES_MAX; i++)
    at.exchange.fault(ORDER, i, { does: 'answer', at: 'before', reply });
  for (let i = 0; i < 2 * FAILURES_MAX; i++)
    expect(await at.submit(at.order())).toMatchObject({ type: 'refused' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  expect(new Set(at.ways(ORDER))).toEqual(new Set(['direct']));
});

test('a ban is of the address: no way is tried before it is over', async () => {
  await using at = await twoWays();
  const body = { code: -1003, msg: 'IP banned.' };
  const reply = { status: 418, body, headers: { 'Retry-After': '60' } };
  at.exchange.fault(ORDER, 1, { does: 'answer', at: 'before', reply });
  expect(await at.submit(at.order())).toMatchObject({ type: 'refused' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'refused' });
  expect(await at.read()).toMatchObject({ type: 'failed' });
  expect(at.exchange.journal.of(ORDER)).toHaveLength(1);
});

test('a server that is out of order counts; after a minute a read tries it, and it is back', async () => {
  await using at = await twoWays();
  for (let i = 1; i <= FAILURES_MAX; i++)
    // Each failed read is asked once more on the other way.
    at.exchange.fault(BALANCES, 2 * i - 1, { does: 'answer', at: 'before', reply: BAD_GATEWAY });
  for (let i = 0; i < FAILURES_MAX; i++) expect(await at.read()).toMatchObject({ type: 'answered' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  at.clock.advance(MINUTE_MS);
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  expect(await at.read()).toMatchObject({ type: 'answered' });
  expect(await at.submit(at.order())).toMatchObject({ type: 'confirmed' });
  expect(at.ways(ORDER)).toEqual(['ccxt', 'ccxt', 'direct']);
  expect(at.ways(BALANCES).at(-1)).toBe('direct');
});

test('a stop whose answer was lost is known once it is found gone off', async () => {
  await using at = await usdmUnderTest([], { primary: 'direct', fallback: 'ccxt' });
  const { account, instrument, venue } = at;
  const terms = { sentUs: at.nowUs(), sendByMs: NEVER, epoch: 1 };
  const submit = (more: Partial<OrderRequest>) => {
    const order: OrderRequest = {
      ...{ clientOrderId: clientOrderId(`w${made++}`), account, instrument, side: 'buy', type: 'market' },
      ...{ timeInForce: 'ioc', quantity: Decimal.of('1'), limitPrice: null, triggerPrice: null },
      ...{ reduceOnly: false, ...more },
    };
    const outcome = new Promise<SubmitOutcome>((done) => venue.submit(order, terms, done));
    return outcome.then(({ type }) => ({ order, type }));
  };
  await submit({});
  at.exchange.fault('POST /fapi/v1/algoOrder', 1, { does: 'reset', at: 'after' });
  const stop = { type: 'stop', timeInForce: 'gtc', side: 'sell', reduceOnly: true } as const;
  const guard = await submit({ ...stop, triggerPrice: Decimal.of('80') });
  expect(guard.type).toBe('unknown');
  at.trade('79.90', '1', 'sell');
  for (let i = 1; i < FAILURES_MAX; i++)
    at.exchange.fault('GET /fapi/v3/balance', 2 * i - 1, {
      does: 'answer',
      at: 'before',
      reply: BAD_GATEWAY,
    });
  for (let i = 1; i < FAILURES_MAX; i++) await new Promise((done) => venue.balances(account, done));
  expect((await submit({})).type).toBe('refused');
  const found = await new Promise<OrderLookup>((done) => venue.order(guard.order, done));
  expect(found).toMatchObject({ type: 'found', order: { status: 'filled' } });
  expect((await submit({})).type).toBe('confirmed');
});
