// Binance spot through the port, against the exchange's stand-in over its wire.
import {
  type Absence,
  type AccountSetup,
  Decimal,
  type Fill,
  type OrderRequest,
  type ReplaceOutcome,
  type SubmitOutcome,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { expect, test } from 'vitest';
import {
  ACCOUNT,
  answered,
  LTC,
  refOf,
  spotOnStandIn,
  spotOrder,
  spotStop,
  TERMS,
  told,
} from './testing/spot-on-stand-in.ts';

type House = Awaited<ReturnType<typeof spotOnStandIn>>;
const submit = ({ venue }: House, order: OrderRequest, terms = TERMS) =>
  told<SubmitOutcome>((done) => venue.submit(order, terms, done));
const cancel = ({ venue }: House, order: OrderRequest) =>
  told<SubmitOutcome>((done) => venue.cancel(refOf(order), TERMS, done));
const replace = ({ venue }: House, stop: OrderRequest, order: OrderRequest) =>
  told<ReplaceOutcome>((done) => venue.replace(refOf(stop), order, TERMS, done));
const lookUp = ({ venue }: House, order: OrderRequest) =>
  told<unknown>((done) => venue.order(refOf(order), done));
const exit = (quantity: string) =>
  spotOrder({
    side: 'sell',
    timeInForce: 'ioc',
    quantity: Decimal.of(quantity),
    limitPrice: Decimal.of('80'),
  });

test.each<[string, Partial<OrderRequest>]>([
  ['a limit that may rest', {}],
  ['a limit that takes or ends', { timeInForce: 'ioc' }],
  ['a limit that only rests', { timeInForce: 'post_only' }],
  ['a market order', { type: 'market', timeInForce: 'ioc', limitPrice: null }],
  ['a stop', { side: 'sell', type: 'stop', limitPrice: null, triggerPrice: Decimal.of('80.5') }],
])('%s arrives as it was meant, and is read back so', async (_, more) => {
  await using house = await spotOnStandIn();
  const order = spotOrder(more);
  const outcome = await submit(house, order);
  expect(outcome).toMatchObject({ type: 'confirmed', clientOrderId: order.clientOrderId });
  const found = await lookUp(house, order);
  expect(found).toMatchObject({
    type: 'found',
    order: { request: { ...order, clientOrderId: order.clientOrderId } },
  });
});

test('the venue that refuses says why, and whether a later one may be taken', async () => {
  await using house = await spotOnStandIn();
  const poor = await submit(house, spotOrder({ quantity: Decimal.of('1000') }));
  expect(poor).toMatchObject({ type: 'refused', retryAfterMs: null });
  house.exchange.setStatus('LTCUSDT', 'HALT');
  expect(await submit(house, spotOrder())).toMatchObject({ type: 'refused', retryAfterMs: 60_000 });
  house.exchange.setStatus('LTCUSDT', 'TRADING');
  const takes = spotOrder({ timeInForce: 'post_only', limitPrice: Decimal.of('90') });
  expect(await submit(house, takes)).toMatchObject({
    type: 'refused',
    reason: expect.stringMatching(/^post_only/),
  });
});

test.each(['reset', 'html'] as const)(
  'behind a request whose answer is %s nothing is known',
  async (does) => {
    await using house = await spotOnStandIn();
    house.exchange.fault('POST /api/v3/order', 1, { does, at: 'after' });
    const order = spotOrder();
    expect(await submit(house, order)).toMatchObject({ type: 'unknown' });
    expect(await lookUp(house, order)).toMatchObject({ type: 'found', order: { status: 'open' } });
  },
);

test('an id goes on the wire once', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  await submit(house, order);
  expect(await submit(house, order)).toMatchObject({ type: 'unknown' });
  expect(house.exchange.journal.of('POST /api/v3/order')).toHaveLength(1);
});

test('what is too late does not leave', async () => {
  await using house = await spotOnStandIn();
  const outcome = await submit(house, spotOrder(), { ...TERMS, sendByMs: house.parts.clock.monotonicMs() });
  expect(outcome).toMatchObject({ type: 'refused', reason: 'TOO_LATE late_ms=0', retryAfterMs: null });
  expect(house.exchange.journal.of('POST /api/v3/order')).toEqual([]);
});

test('the id of an order that did not leave may go out later', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  await submit(house, order, { ...TERMS, sendByMs: 0 });
  expect(await submit(house, order)).toMatchObject({ type: 'confirmed' });
});

test('a cancel is confirmed once, and refused for what is over', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  await submit(house, order);
  expect(await cancel(house, order)).toMatchObject({ type: 'confirmed', clientOrderId: order.clientOrderId });
  expect(await cancel(house, order)).toMatchObject({ type: 'refused' });
  expect(await lookUp(house, order)).toMatchObject({ type: 'found', order: { status: 'canceled' } });
});

test('an exit takes the place of the stop that locks what it sells, in one request', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '100');
  await submit(house, stop);
  const { placed, replaced } = await replace(house, stop, exit('100'));
  expect([placed.type, replaced.type]).toEqual(['confirmed', 'confirmed']);
  expect(house.exchange.truth().fills.map(({ quantity }) => `${quantity}`)).toEqual(['100']);
});

test('a stop that is over is not taken for one that was canceled: nothing is placed', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '100');
  await submit(house, stop);
  await cancel(house, stop);
  const { placed, replaced } = await replace(house, stop, exit('50'));
  expect(placed).toMatchObject({ type: 'refused', reason: expect.stringContaining('it was not tried') });
  expect(replaced).toMatchObject({ type: 'refused', reason: 'Unknown order sent. (-2011)' });
  expect(house.exchange.truth().fills).toEqual([]);
});

test('a stop that went while the new order was refused is gone, and both say so', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '100');
  await submit(house, stop);
  const more = await replace(house, stop, exit('101'));
  expect(more.replaced).toMatchObject({ type: 'confirmed', clientOrderId: stop.clientOrderId });
  expect(more.placed).toMatchObject({
    type: 'refused',
    reason: expect.stringContaining('insufficient balance'),
  });
});

test('a replacement without an answer is in doubt on both sides', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '100');
  await submit(house, stop);
  house.exchange.fault('POST /api/v3/order/cancelReplace', 1, { does: 'reset', at: 'after' });
  const { placed, replaced } = await replace(house, stop, exit('100'));
  expect([placed.type, replaced.type]).toEqual(['unknown', 'unknown']);
});

test('a replacement that breaks a rule of the symbol leaves the stop alone', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '100');
  await submit(house, stop);
  const { placed, replaced } = await replace(house, stop, exit('0.0001'));
  expect([placed.type, replaced.type]).toEqual(['refused', 'refused']);
  expect(await lookUp(house, stop)).toMatchObject({ type: 'found', order: { status: 'open' } });
});

test('balances, positions, open orders and the set-up are read whole', async () => {
  await using house = await spotOnStandIn();
  const { venue } = house;
  const order = spotOrder();
  await submit(house, order);
  const balances = await answered<readonly VenueBalance[]>((done) => venue.balances(ACCOUNT, done));
  expect(balances.map(({ asset, total, free }) => [asset, `${total}`, `${free}`])).toEqual([
    ['LTC', '100', '100'],
    ['USDT', '10000', '9917'],
  ]);
  const positions = await answered<readonly VenuePosition[]>((done) => venue.positions(ACCOUNT, done));
  expect(positions.map(({ instrument, quantity }) => [instrument, `${quantity}`])).toEqual([[LTC, '100']]);
  const open = await answered<readonly VenueOrder[]>((done) => venue.openOrders(ACCOUNT, done));
  expect(open.map(({ request }) => request)).toEqual([order]);
  const setup = await answered<AccountSetup>((done) => venue.setup(ACCOUNT, done));
  expect(setup).toEqual({ positionMode: 'one_way', shortSpot: false, instruments: [], objections: [] });
});

test('fills are read under the names of their orders, also by a life that never sent them', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder({ limitPrice: Decimal.of('84'), quantity: Decimal.of('2') });
  await submit(house, order);
  const fills = await answered<readonly Fill[]>((done) =>
    house.venue.fillsSince(ACCOUNT, TERMS.sentUs, done),
  );
  expect(fills.map(({ clientOrderId, side, quantity }) => [clientOrderId, side, `${quantity}`])).toEqual([
    [order.clientOrderId, 'buy', '2'],
  ]);
  house.link.names.delete(fills[0]!.venueOrderId);
  const again = await answered<readonly Fill[]>((done) =>
    house.venue.fillsSince(ACCOUNT, TERMS.sentUs, done),
  );
  expect(again).toEqual(fills);
});

const NAMES = Array.from({ length: 50 }, (_, i) => `C${String.fromCharCode(65 + (i % 26))}${i}USDT`);

test('behind a gap the fills of 50 symbols cost at most 600 weight', async () => {
  await using house = await spotOnStandIn({ names: ['LTCUSDT', ...NAMES.slice(1)] });
  await answered<readonly Fill[]>((done) => house.venue.fillsSince(ACCOUNT, TERMS.sentUs, done));
  house.clock.advance(60_000);
  const before = house.exchange.market.usedWeight;
  await submit(house, spotOrder({ limitPrice: Decimal.of('84') }));
  const fills = await answered<readonly Fill[]>((done) =>
    house.venue.fillsSince(ACCOUNT, TERMS.sentUs, done),
  );
  expect(fills).toHaveLength(1);
  expect(house.exchange.market.usedWeight - before).toBeLessThanOrEqual(600);
});

test('an order that never arrived is proven absent after a minute, with two readings', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  house.exchange.fault('POST /api/v3/order', 1, { does: 'reset', at: 'before' });
  expect(await submit(house, order)).toMatchObject({ type: 'unknown' });
  const sentAt = house.clock.nowMs();
  const absence = await told<Absence>((done) => house.venue.proveAbsence(refOf(order), TERMS.sentUs, done));
  expect(absence).toMatchObject({
    type: 'proven',
    evidence: [{}, {}, 'held as before: LTC 100, USDT 10000'].map((x) =>
      typeof x === 'string' ? x : expect.stringContaining('no such order as of'),
    ),
  });
  expect(house.clock.nowMs() - sentAt).toBe(65_100);
});

test.each<[string, (house: House) => void]>([
  ['it arrived after all', () => undefined],
  [
    'the account stream is down',
    ({ link }) => {
      link.isHeard = false;
    },
  ],
  [
    'its look-up fails',
    ({ exchange }) => exchange.fault('GET /api/v3/order', 1, { does: 'html', at: 'after' }),
  ],
])('an absence is not proven where %s', async (name, before) => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  const at = name.startsWith('it arrived') ? 'after' : 'before';
  house.exchange.fault('POST /api/v3/order', 1, { does: 'reset', at });
  await submit(house, order);
  before(house);
  const absence = await told<Absence>((done) => house.venue.proveAbsence(refOf(order), TERMS.sentUs, done));
  expect(absence.type).toBe('not proven');
});

test('a wall that jumps holds entries back and lets exits go', async () => {
  await using house = await spotOnStandIn();
  const { link } = house;
  const clock = link.parts.clock;
  const wall = clock.nowMs;
  clock.nowMs = () => wall() + 300;
  expect(await submit(house, spotOrder())).toMatchObject({
    ...{ type: 'refused', reason: expect.stringContaining('jumped by 300 ms'), retryAfterMs: 1_000 },
  });
  expect(await submit(house, exit('1'))).toMatchObject({ type: 'confirmed' });
  await link.time.measure();
  expect(await submit(house, spotOrder())).toMatchObject({ type: 'confirmed' });
});

test('a ban closes every path of the address until it is over', async () => {
  await using house = await spotOnStandIn();
  const reply = { status: 418, body: { code: -1003, msg: 'IP banned' }, headers: { 'Retry-After': '30' } };
  house.exchange.fault('POST /api/v3/order', 1, { does: 'answer', at: 'before', reply });
  expect(await submit(house, spotOrder())).toMatchObject({ type: 'refused', retryAfterMs: 30_000 });
  const asked = house.exchange.journal.entries.length;
  expect(await submit(house, exit('1'))).toMatchObject({ type: 'refused' });
  await expect(
    answered<readonly VenueBalance[]>((done) => house.venue.balances(ACCOUNT, done)),
  ).rejects.toThrow('used up for 30000 ms');
  expect(house.exchange.journal.entries).toHaveLength(asked);
  house.clock.advance(30_000);
  expect(await submit(house, exit('1'))).toMatchObject({ type: 'confirmed' });
});

test('where an exit and an entry of ours meet, the exit stays', async () => {
  await using house = await spotOnStandIn();
  house.exchange.quote('LTCUSDT', [['82', '5']], [['86', '5']]);
  const [entry, leaves] = [spotOrder(), exit('1')];
  await submit(house, entry);
  await submit(house, leaves);
  expect(await lookUp(house, entry)).toMatchObject({ order: { status: 'expired' } });
  expect(await lookUp(house, leaves)).toMatchObject({ order: { status: 'filled' } });
  const rests = spotOrder({ side: 'sell', limitPrice: Decimal.of('84') });
  await submit(house, rests);
  const meets = spotOrder({ timeInForce: 'ioc', limitPrice: Decimal.of('85') });
  await submit(house, meets);
  expect(await lookUp(house, rests)).toMatchObject({ order: { status: 'open' } });
  expect(await lookUp(house, meets)).toMatchObject({ order: { status: 'expired', filled: Decimal.zero } });
});
