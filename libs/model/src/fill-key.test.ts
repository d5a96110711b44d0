import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { accountId, clientOrderId, instrumentId, venueOrderId, venueTradeId } from './ids.ts';
import { type Fill, fillKey } from './order.ts';

const FILL: Fill = {
  ...{ clientOrderId: clientOrderId('aaaaaaaaaaaaaaaaaaaaaaaaaaa'), account: accountId('paper-main') },
  ...{ instrument: instrumentId('synthetic.spot.LTCUSDT'), timeUs: 5, side: 'buy', liquidity: 'taker' },
  ...{ venueTradeId: venueTradeId('7'), venueOrderId: venueOrderId('v1') },
  ...{ quantity: Decimal.of('1'), price: Decimal.of('83'), fee: Decimal.of('0'), feeAsset: 'USDT' },
};

test('fills of one trade id are two when their instrument or their order differs', () => {
  const keys = [
    FILL,
    { ...FILL, instrument: instrumentId('synthetic.spot.BTCUSDT') },
    { ...FILL, clientOrderId: clientOrderId('baaaaaaaaaaaaaaaaaaaaaaaaaa') },
  ].map(fillKey);
  expect(new Set(keys).size).toBe(3);
  expect(fillKey({ ...FILL, quantity: Decimal.of('2') })).toBe(keys[0]);
});
