import { clientOrderId, Decimal, type Fill, type OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import type { VenueAnswer } from '../port.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';

test('forced reductions, which all have one name there, are told and read as orders apart', async () => {
  await using at = await usdmUnderTest();
  const { account, instrument, venue, exchange } = at;
  const fills: Fill[] = [];
  const states: string[] = [];
  at.accountStream.open({
    event: (event) => {
      if (event.type === 'VenueFilled') fills.push(event.fill);
    },
    connected: () => states.push('connected'),
    disconnected: () => states.push('lost'),
  });
  await until('it is connected', () => states.length > 0);
  const sinceUs = at.nowUs();
  const entry: OrderRequest = {
    ...{ clientOrderId: clientOrderId('entry'), account, instrument, side: 'buy', type: 'market' },
    ...{ timeInForce: 'ioc', quantity: Decimal.of('3'), limitPrice: null, triggerPrice: null },
    reduceOnly: false,
  };
  const terms = { sentUs: sinceUs, sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };
  await new Promise((done) => venue.submit(entry, terms, done));
  for (let n = 0; n < 2; n++) exchange.reduce('one', 'LTCUSDT', '1');
  await until('all is told', () => fills.length >= 3);
  const namesOf = (of: readonly Fill[]) => of.map((fill) => fill.clientOrderId);
  expect(exchange.truth().orders.filter(({ clientOrderId: id }) => id === 'adl_autoclose')).toHaveLength(2);
  expect(new Set(namesOf(fills)).size).toBe(3);
  const read = await new Promise<VenueAnswer<readonly Fill[]>>((done) =>
    venue.fillsSince(account, sinceUs, done),
  );
  expect(read.type === 'answered' && namesOf(read.value).toSorted()).toEqual(namesOf(fills).toSorted());
});
