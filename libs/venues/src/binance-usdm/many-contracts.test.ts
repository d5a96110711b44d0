import {
  clientOrderId,
  Decimal,
  type Fill,
  type OrderRequest,
  type Side,
  type SubmitOutcome,
} from '@algo/model';
import { describe, expect, test } from 'vitest';
import type { VenueAnswer } from '../port.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';
import { UsdmExchangeVenue } from './usdm-exchange-venue.ts';
import { UsdmLink } from './usdm-link.ts';

const DAY_MS = 86_400_000;

type House = Awaited<ReturnType<typeof usdmUnderTest>>;

function buy({ account, instrument, nowUs, venue }: House, name: string, side: Side = 'buy') {
  const order: OrderRequest = {
    ...{ clientOrderId: clientOrderId(name), account, instrument, side, type: 'market' },
    ...{ timeInForce: 'ioc', quantity: Decimal.of('1'), limitPrice: null, triggerPrice: null },
    reduceOnly: false,
  };
  const terms = { sentUs: nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };
  return new Promise<SubmitOutcome>((done) => venue.submit(order, terms, done));
}

test('a first reading of 600 contracts goes on where a minute ended; later ones ask what moved', async () => {
  await using house = await usdmUnderTest(Array.from({ length: 599 }, (_, i) => `D${i}USDT`));
  const sinceUs = house.nowUs();
  const { account, exchange, venue } = house;
  const read = () =>
    new Promise<VenueAnswer<readonly Fill[]>>((done) => venue.fillsSince(account, sinceUs, done));
  const asked = () => exchange.journal.of('GET /fapi/v1/userTrades').length;

  await buy(house, 'first');
  let answer = await read();
  let minutes = 1;
  for (; answer.type !== 'answered' && minutes < 5; minutes++) {
    house.pass(60_000);
    answer = await read();
  }
  expect(answer).toMatchObject({ type: 'answered', value: [{ clientOrderId: 'first' }] });
  expect(minutes).toBe(2);
  expect(exchange.market.refusedRequests).toBe(0);

  house.pass(60_000);
  const before = asked();
  await buy(house, 'second');
  const names = [{ clientOrderId: 'first' }, { clientOrderId: 'second' }];
  expect(await read()).toMatchObject({ type: 'answered', value: names });
  expect(asked() - before).toBe(1);
});

test('fills that left a contract as it was are read by whoever is told of them', async () => {
  await using house = await usdmUnderTest();
  const { account, instrument } = house;
  // Whoever compares books neither sends orders nor hears of them.
  await using reader = new UsdmExchangeVenue(new UsdmLink(house.parts));
  const read = async () => {
    const answer = await new Promise<VenueAnswer<readonly Fill[]>>((done) =>
      reader.fillsSince(account, house.nowUs() - 3_600_000_000, done),
    );
    return answer.type === 'failed' ? answer.reason : answer.value.map(({ clientOrderId: id }) => id);
  };
  expect(await read()).toEqual([]);
  await buy(house, 'bought');
  await buy(house, 'sold', 'sell');
  expect(await read()).toEqual([]);
  reader.filledIn([instrument]);
  expect(await read()).toEqual(['bought', 'sold']);
});

test('fills are read week by week, as far back as the venue keeps them', async () => {
  await using house = await usdmUnderTest();
  const { account, exchange } = house;
  let before = 0;
  const asked = () => exchange.journal.of('GET /fapi/v1/userTrades').length - before;
  const namesSince = async (sinceUs: number) => {
    const answer = await new Promise<VenueAnswer<readonly Fill[]>>((done) =>
      house.venue.fillsSince(account, sinceUs, done),
    );
    return answer.type === 'failed' ? answer.reason : answer.value.map(({ clientOrderId: id }) => id);
  };
  /** Another life of ours begins then, that has the exchange's time. */
  const later = async (days: number) => {
    house.pass(days * DAY_MS);
    await house.restart();
    await namesSince(house.nowUs());
  };
  const firstUs = house.nowUs();
  await buy(house, 'first');
  await later(30);
  await buy(house, 'second');
  await later(8);
  await buy(house, 'third');
  await later(8);
  before += asked();
  expect(await namesSince(firstUs)).toEqual(['first', 'second', 'third']);
  expect(asked()).toBe(7);
  // A fresh engine knows of no fill: it asks for all that there still are.
  expect(await namesSince(0)).toEqual(['first', 'second', 'third']);
  expect(asked()).toBe(7 + 13);
  await later(50);
  expect(await namesSince(firstUs)).toMatch(/it keeps fills and income for 89 days/);
});

test('a fresh engine asks contracts that never traded for their last week alone', async () => {
  await using house = await usdmUnderTest(['D0USDT', 'D1USDT', 'D2USDT']);
  const { account, exchange } = house;
  await buy(house, 'first');
  await buy(house, 'second', 'sell');
  house.pass(40 * DAY_MS);
  await house.restart();
  const fills = () =>
    new Promise<VenueAnswer<readonly Fill[]>>((done) => house.venue.fillsSince(account, 0, done));
  const asked = (endpoint: string) => exchange.journal.of(endpoint).map(({ parameters }) => parameters);
  expect(await fills()).toMatchObject({
    value: [{ clientOrderId: 'first' }, { clientOrderId: 'second' }],
  });
  const symbols = asked('GET /fapi/v1/userTrades').map(({ symbol }) => symbol);
  expect(symbols.filter((symbol) => symbol === 'LTCUSDT')).toHaveLength(13);
  expect(symbols.filter((symbol) => symbol !== 'LTCUSDT')).toEqual(['D0USDT', 'D1USDT', 'D2USDT']);
  expect(asked('GET /fapi/v1/income')).toHaveLength(1);
});

test('incomes of more than a page are read by weeks; where a week is more, all is read', async () => {
  await using house = await usdmUnderTest(['D0USDT']);
  const { account, exchange } = house;
  const weeks = () => exchange.journal.of('GET /fapi/v1/userTrades').length;
  const restarted = async (days: number) => {
    house.pass(days * DAY_MS);
    await house.restart();
    const before = weeks();
    const answer = await new Promise<VenueAnswer<readonly Fill[]>>((done) =>
      house.venue.fillsSince(account, 0, done),
    );
    expect(answer.type).toBe('answered');
    return weeks() - before;
  };
  await buy(house, 'first');
  for (let i = 0; i < 700; i++) exchange.fund('LTCUSDT', '0.0001');
  house.pass(8 * DAY_MS);
  for (let i = 0; i < 700; i++) exchange.fund('LTCUSDT', '0.0001');
  expect(await restarted(10)).toBe(13 + 1);
  for (let i = 0; i < 1_000; i++) exchange.fund('LTCUSDT', '0.0001');
  expect(await restarted(10)).toBe(13 + 13);
});

describe('the first fills of a life are found, though nothing is held when the list shows none yet', () => {
  test.each(['the life that sent the order', 'a later life, which asks about it'])('by %s', async (who) => {
    await using house = await usdmUnderTest();
    const { account, exchange, instrument } = house;
    const fills = async () => {
      const answer = await new Promise<VenueAnswer<readonly Fill[]>>((done) =>
        house.venue.fillsSince(account, house.nowUs() - 3_600_000_000, done),
      );
      return answer.type === 'failed' ? answer.reason : answer.value.map(({ clientOrderId: id }) => id);
    };
    house.pass(20_000);
    await buy(house, 'bought');
    await buy(house, 'sold', 'sell');
    if (who.startsWith('a later')) {
      await house.restart();
      const order = { account, instrument, clientOrderId: clientOrderId('sold') };
      const found = await new Promise((done) => house.venue.order(order, done));
      expect(found).toMatchObject({ type: 'found' });
    }
    // What is held shows it at once, the list of fills later.
    exchange.readLate('GET /fapi/v1/userTrades', 10_000);
    expect(await fills()).toEqual([]);
    exchange.readLate('GET /fapi/v1/userTrades', 0);
    expect(await fills()).toEqual(['bought', 'sold']);
  });
});
