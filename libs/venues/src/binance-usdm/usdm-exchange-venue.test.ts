// What is USD-M's own, at its stand-in over its wire; what every adapter does is in adapters.test.ts.
import {
  type AccountSetup,
  clientOrderId,
  Decimal,
  type OrderLookup,
  type OrderRequest,
  type ReplaceOutcome,
  type SubmitOutcome,
  type VenueEvent,
  type VenuePosition,
} from '@algo/model';
import { USDM_503 } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import type { ExchangeVenue, VenueAnswer } from '../port.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';
import { UsdmExchangeVenue } from './usdm-exchange-venue.ts';
import { UsdmLink } from './usdm-link.ts';

type House = Awaited<ReturnType<typeof usdmUnderTest>>;
let made = 0;

function order({ account, instrument }: House, more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ clientOrderId: clientOrderId(`u${made++}`), account, instrument, side: 'buy', type: 'limit' },
    ...{ timeInForce: 'gtc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
    ...more,
  };
}

const market = { type: 'market', timeInForce: 'ioc', limitPrice: null } as const;
const stop = (triggerPrice: string): Partial<OrderRequest> => ({
  ...{ side: 'sell', type: 'stop', reduceOnly: true, limitPrice: null },
  triggerPrice: Decimal.of(triggerPrice),
});
const terms = (house: House) => ({ sentUs: house.nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 });
const submit = (house: House, request: OrderRequest) =>
  new Promise<SubmitOutcome>((done) => house.venue.submit(request, terms(house), done));
const KEY_ANYWHERE = expect.stringContaining('it may be used from anywhere');
const setupOf = (venue: ExchangeVenue, { account }: House) =>
  new Promise<VenueAnswer<AccountSetup>>((done) => venue.setup(account, done));
const lookUp = (house: House, request: OrderRequest) =>
  new Promise<OrderLookup>((done) => house.venue.order(request, done));

test.each([
  ['unknown', USDM_503.unknown, 'unknown'],
  ['unavailable', USDM_503.unavailable, 'refused'],
  ['internal', USDM_503.internal, 'refused'],
  ['throttled', USDM_503.throttled, 'refused'],
  ['busy', USDM_503.busy, 'unknown'],
] as const)(
  'HTTP 503 with the body "%s" says by its words whether anything was done',
  async (_, body, type) => {
    await using house = await usdmUnderTest();
    const reply = { status: 503, body };
    house.exchange.fault('POST /fapi/v1/order', 1, { does: 'answer', at: 'before', reply });
    const outcome = await submit(house, order(house));
    expect(outcome.type).toBe(type);
    if (outcome.type === 'refused') expect(outcome.retryAfterMs).toBe(1_000);
  },
);

test('a stop is found among the conditional orders, and is canceled there', async () => {
  await using house = await usdmUnderTest();
  await submit(house, order(house, market));
  const guard = order(house, stop('80'));
  expect(await submit(house, guard)).toMatchObject({ type: 'confirmed' });
  expect(await lookUp(house, guard)).toMatchObject({
    type: 'found',
    order: { request: guard, status: 'open' },
  });
  const canceled = await new Promise((done) => house.venue.cancel(guard, terms(house), done));
  expect(canceled).toMatchObject({ type: 'confirmed' });
  expect(await lookUp(house, guard)).toMatchObject({ order: { status: 'canceled' } });
});

test('while a stop is moved there is never none, and at last there is one', async () => {
  await using house = await usdmUnderTest();
  await submit(house, order(house, market));
  const [first, second] = [order(house, stop('80')), order(house, stop('81'))];
  await submit(house, first);
  const { placed, replaced } = await new Promise<ReplaceOutcome>((done) =>
    house.venue.replace(first, second, terms(house), done),
  );
  expect([placed.type, replaced.type]).toEqual(['confirmed', 'confirmed']);
  const names = house.exchange.journal.entries.map(({ endpoint }) => endpoint);
  expect(names.lastIndexOf('DELETE /fapi/v1/algoOrder')).toBeGreaterThan(
    names.lastIndexOf('POST /fapi/v1/algoOrder'),
  );
  expect(house.exchange.truth().algos.map(({ status }) => status)).toEqual(['CANCELED', 'NEW']);
});

test('a stop whose successor is refused stands', async () => {
  await using house = await usdmUnderTest();
  await submit(house, order(house, market));
  const [first, second] = [order(house, stop('80')), order(house, stop('90'))];
  await submit(house, first);
  const { placed, replaced } = await new Promise<ReplaceOutcome>((done) =>
    house.venue.replace(first, second, terms(house), done),
  );
  expect([placed.type, replaced.type]).toEqual(['refused', 'refused']);
  expect(house.exchange.truth().algos.map(({ status }) => status)).toEqual(['NEW']);
});

test('a stop that can’t be looked at stands instead of being moved, and an exit goes beside it', async () => {
  await using house = await usdmUnderTest();
  await submit(house, order(house, market));
  const [first, second] = [order(house, stop('80')), order(house, stop('81'))];
  await submit(house, first);
  const inItsPlace = (request: OrderRequest) => {
    house.exchange.fault('GET /fapi/v1/algoOrder', 1, { does: 'reset', at: 'before' });
    return new Promise<ReplaceOutcome>((done) => house.venue.replace(first, request, terms(house), done));
  };
  const moved = await inItsPlace(second);
  expect(moved.placed).toMatchObject({ type: 'refused', retryAfterMs: 1_000 });
  expect(house.exchange.truth().algos.map(({ status }) => status)).toEqual(['NEW']);
  const exit = order(house, { ...market, side: 'sell', reduceOnly: true });
  const { placed, replaced } = await inItsPlace(exit);
  expect([placed.type, replaced.type]).toEqual(['confirmed', 'confirmed']);
});

test('a position is told with its side and at which price it came', async () => {
  await using house = await usdmUnderTest();
  await submit(house, order(house, { ...market, side: 'sell' }));
  const answer = await new Promise<VenueAnswer<readonly VenuePosition[]>>((done) =>
    house.venue.positions(house.account, done),
  );
  expect(answer).toMatchObject({
    ...{ type: 'answered', value: [{ quantity: Decimal.of('-1'), instrument: house.instrument }] },
  });
  const [position] = answer.type === 'answered' ? answer.value : [];
  expect(position!.averagePrice.toNumber()).toBeCloseTo(83.5, 0);
});

test('an account in hedge mode is not read as one in one-way mode', async () => {
  await using house = await usdmUnderTest();
  const reply = {
    status: 200,
    body: [{ symbol: 'LTCUSDT', positionSide: 'LONG', positionAmt: '1', entryPrice: '83' }],
  };
  house.exchange.fault('GET /fapi/v3/positionRisk', 1, { does: 'answer', at: 'after', reply });
  const answer = await new Promise((done) => house.venue.positions(house.account, done));
  expect(answer).toMatchObject({ type: 'failed', reason: expect.stringContaining('hedge mode') });
});

test('funding is told once, as the income has it; a key to listen that expires is made anew', async () => {
  await using house = await usdmUnderTest();
  const [events, states]: [VenueEvent[], string[]] = [[], []];
  await submit(house, order(house, market));
  house.accountStream.open({
    event: (event) => events.push(event),
    connected: () => states.push('connected'),
    disconnected: (reason) => states.push(reason),
  });
  await until('it is connected', () => states.length > 0);
  house.exchange.fund('LTCUSDT', '0.0001');
  await until('it is told', () => events.length > 0);
  expect(events).toMatchObject([{ type: 'VenueCashMoved', reason: 'funding', asset: 'USDT' }]);
  house.exchange.streams.expire('one');
  await until('it is back', () => states.length >= 3);
  expect(states).toEqual(['connected', 'the key to listen with has expired', 'connected']);
});

test('where little weight is left, what exits wait for is still read', async () => {
  await using house = await usdmUnderTest();
  house.exchange.market.charge(1_750);
  await lookUp(house, order(house));
  const read = (urgency?: 'urgent') =>
    new Promise<VenueAnswer<unknown>>((done) => house.venue.positions(house.account, done, urgency));
  expect(await read()).toMatchObject({ type: 'failed', reason: expect.stringContaining('used up') });
  expect(await read('urgent')).toMatchObject({ type: 'answered' });
});

test.each([
  ['multi-assets mode', { isMultiAssets: true }, /is in multi-assets mode\. Set it to single-asset mode/],
  [
    'a leverage above the bound',
    { leverage: { LTCUSDT: 50 } },
    /the leverage of binance\.perp\.LTCUSDT is 50, above leverage_max 20\. Set it lower/,
  ],
])('%s stands against trading the account', async (_, how, words) => {
  await using house = await usdmUnderTest();
  expect(await setupOf(house.venue, house)).toMatchObject({ value: { objections: [KEY_ANYWHERE] } });
  house.exchange.setUp('one', how);
  const objections = [expect.stringMatching(words), KEY_ANYWHERE];
  expect(await setupOf(house.venue, house)).toMatchObject({ value: { objections } });
});

test('a bound of leverage that a person has set takes the place of the exchange’s own', async () => {
  await using house = await usdmUnderTest();
  await using venue = new UsdmExchangeVenue(new UsdmLink({ ...house.parts, leverageMax: 10 }));
  const objections = [expect.stringMatching(/is 20, above leverage_max 10/), KEY_ANYWHERE];
  expect(await setupOf(venue, house)).toMatchObject({ value: { objections } });
});
