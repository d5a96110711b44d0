import { Decimal } from '@algo/model';
import { expect, test } from 'vitest';
import { refOf, spotOnStandIn, spotOrder, TERMS, told } from '../binance-spot/testing/spot-on-stand-in.ts';

test('look-ups that nobody answers hold up no order', async () => {
  await using house = await spotOnStandIn();
  const { exchange, venue } = house;
  for (let n = 1; n <= 20; n++) exchange.fault('GET /api/v3/order', n, { does: 'hang', at: 'before' });
  for (let n = 1; n <= 20; n++) venue.order(refOf(spotOrder()), () => {});
  const exit = spotOrder({ side: 'sell', limitPrice: Decimal.of('84') });
  expect(await told((done) => venue.submit(exit, TERMS, done))).toMatchObject({ type: 'confirmed' });
});
