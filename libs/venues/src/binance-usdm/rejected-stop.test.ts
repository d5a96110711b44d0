import { clientOrderId, Decimal, type OrderLookup, type OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import { usdmUnderTest } from './testing/usdm-under-test.ts';

test('a stop that is rejected when its price comes has expired, as the stream tells it', async () => {
  await using house = await usdmUnderTest();
  const { account, instrument, venue, exchange } = house;
  const id = clientOrderId('stop-of-nothing');
  const stop: OrderRequest = {
    ...{ clientOrderId: id, account, instrument, side: 'sell', type: 'stop', timeInForce: 'gtc' },
    ...{ quantity: Decimal.of('1'), limitPrice: null, triggerPrice: Decimal.of('80'), reduceOnly: true },
  };
  const terms = { sentUs: house.nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };
  await new Promise((done) => venue.submit(stop, terms, done));
  // Nothing is held that it could reduce.
  exchange.flow('LTCUSDT', [{ price: '79', quantity: '1', isBuyerMaker: true }]);
  expect(exchange.truth().algos).toMatchObject([{ clientAlgoId: id, status: 'REJECTED' }]);
  const found = await new Promise<OrderLookup>((done) =>
    venue.order({ account, instrument, clientOrderId: id }, done),
  );
  expect(found).toMatchObject({ type: 'found', order: { status: 'expired' } });
});
