import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { fillEffect } from './fill-effect.ts';
import { accountId, clientOrderId, instrumentId, venueOrderId, venueTradeId } from './ids.ts';
import type { Instrument, Market } from './instrument.ts';
import type { Fill } from './order.ts';
import type { Side } from './side.ts';

const d = (text: string) => Decimal.of(text);

function instrument(market: Market): Instrument {
  return {
    ...{ id: instrumentId(`venue.${market}.LTCUSDT`), venue: 'venue', market, symbol: 'LTCUSDT' },
    ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular', priceTick: d('0.01') },
    ...{
      quantityStep: d('0.001'),
      minQuantity: d('0.001'),
      minNotional: d('5'),
      minNotionalBindsExits: true,
    },
  };
}
function fill(side: Side, quantity: string, fee: string, feeAsset: string): Fill {
  return {
    ...{
      venueTradeId: venueTradeId('t'),
      clientOrderId: clientOrderId('c'),
      venueOrderId: venueOrderId('v'),
    },
    ...{ account: accountId('a'), instrument: instrumentId('venue.spot.LTCUSDT'), side, liquidity: 'taker' },
    ...{ quantity: d(quantity), price: d('80'), fee: d(fee), feeAsset, timeUs: 1 },
  };
}

test.each<[string, Market, Side, string, string, string, string]>([
  ['a spot buy receives less by its fee in the coin', 'spot', 'buy', '10', '0.01', 'LTC', '9.99'],
  ['a spot sell takes its fee in the coin from the rest', 'spot', 'sell', '5', '0.005', 'LTC', '-5.005'],
  ['a swap on a dex receives less by its fee in the coin', 'dex', 'buy', '10', '0.03', 'LTC', '9.97'],
  ['a rebate in the coin adds to what a buy receives', 'spot', 'buy', '10', '-0.01', 'LTC', '10.01'],
  ['a rebate in the coin gives back from what a sell takes', 'spot', 'sell', '5', '-0.005', 'LTC', '-4.995'],
  ['a fee in the quote leaves the size alone', 'spot', 'buy', '10', '0.8', 'USDT', '10'],
  ['a fee in a third asset leaves the size alone', 'spot', 'sell', '10', '0.01', 'BNB', '-10'],
  ['a perpetual has the size it traded, bought', 'perp', 'buy', '10', '0.01', 'LTC', '10'],
  ['a perpetual has the size it traded, sold', 'perp', 'sell', '10', '0.01', 'LTC', '-10'],
  ['a currency pair has the size it traded', 'forex', 'buy', '1000', '1', 'LTC', '1000'],
])('%s', (_, market, side, quantity, fee, feeAsset, baseChange) => {
  const effect = fillEffect(fill(side, quantity, fee, feeAsset), instrument(market));
  expect({ ...effect, baseChange: `${effect.baseChange}`, fee: `${effect.fee}` }).toEqual({
    baseChange,
    fee,
    feeAsset,
  });
});

test('of an instrument without rules a fill changes what it traded', () => {
  expect(`${fillEffect(fill('buy', '10', '0.01', 'LTC'), undefined).baseChange}`).toBe('10');
});
