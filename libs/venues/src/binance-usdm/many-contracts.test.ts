import { clientOrderId, Decimal, type Fill, type OrderRequest, type SubmitOutcome } from '@algo/model';
import { expect, test } from '@jest/globals';
import type { VenueAnswer } from '../port.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';

test('a first reading of 600 contracts goes on where a minute ended; later ones ask what moved', async () => {
  await using house = await usdmUnderTest(Array.from({ length: 599 }, (_, i) => `D${i}USDT`));
  const sinceUs = house.nowUs();
  const { account, instrument, exchange, venue } = house;
  const buy = (name: string) => {
    const order: OrderRequest = {
      ...{ clientOrderId: clientOrderId(name), account, instrument, side: 'buy', type: 'market' },
      ...{ timeInForce: 'ioc', quantity: Decimal.of('1'), limitPrice: null, triggerPrice: null },
      reduceOnly: false,
    };
    const terms = { sentUs: house.nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };
    return new Promise<SubmitOutcome>((done) => venue.submit(order, terms, done));
  };
  const read = () =>
    new Promise<VenueAnswer<readonly Fill[]>>((done) => venue.fillsSince(account, sinceUs, done));
  const asked = () => exchange.journal.of('GET /fapi/v1/userTrades').length;

  await buy('first');
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
  await buy('second');
  const names = [{ clientOrderId: 'first' }, { clientOrderId: 'second' }];
  expect(await read()).toMatchObject({ type: 'answered', value: names });
  expect(asked() - before).toBe(1);
});
