import {
  type AccountId,
  accountId,
  BUY,
  clientOrderId,
  Decimal,
  type Instrument,
  instrumentId,
  type OrderRequest,
  SELL,
  type TradeColumns,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import type { PaperSettings } from '../paper-settings.ts';
import { PAPER_DEFAULTS } from '../paper-settings.ts';
import { NO_VICES } from '../paper-vices.ts';

/** What the tests of this package trade, and how they say it. */
export const LTC: Instrument = {
  id: instrumentId('binance.spot.LTCUSDT'),
  venue: 'binance',
  market: 'spot',
  symbol: 'LTCUSDT',
  base: 'LTC',
  quote: 'USDT',
  assetClass: 'regular',
  priceTick: Decimal.of('0.01'),
  quantityStep: Decimal.of('0.001'),
  minQuantity: Decimal.of('0.002'),
  minNotional: Decimal.of('5'),
  minNotionalBindsExits: false,
};

export const MAIN: AccountId = accountId('paper-main');

/** A venue whose latency is exactly 100 ms. */
export const SETTINGS: PaperSettings = {
  accounts: [{ account: MAIN, balances: { USDT: Decimal.of('10000') } }],
  instruments: [LTC],
  seed: 7,
  fees: { makerBps: 2, takerBps: 10 },
  latency: { medianMs: 100, sigma: 0 },
  participation: 0.1,
  residualMs: 5_000,
  history: PAPER_DEFAULTS.history,
  vices: NO_VICES,
};

/** *Units*: ms, quote, base. */
export type Row = readonly [timeMs: number, side: 'buy' | 'sell', price: number, quantity: number];

/** Returns rows as trades. */
export function tape(...rows: readonly Row[]): TradeColumns {
  return {
    instrument: LTC.id,
    count: rows.length,
    timeUs: Float64Array.from(rows, ([timeMs]) => timeMs * US_PER_MS),
    price: Float64Array.from(rows, ([, , price]) => price),
    quantity: Float64Array.from(rows, ([, , , quantity]) => quantity),
    side: Uint8Array.from(rows, ([, side]) => (side === 'buy' ? BUY : SELL)),
    ids: { kind: 'counted', values: Float64Array.from(rows, (_, i) => i + 1) },
  };
}

/** Returns a market buy of 0.5, changed as told. */
export function order(name: string, changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId: clientOrderId(name),
    account: MAIN,
    instrument: LTC.id,
    side: 'buy',
    type: 'market',
    timeInForce: 'ioc',
    quantity: Decimal.of('0.5'),
    limitPrice: null,
    triggerPrice: null,
    reduceOnly: false,
    ...changes,
  };
}

/** Returns a limit order, changed as told. */
export function limit(
  name: string,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
  timeInForce: OrderRequest['timeInForce'],
  changes: Partial<OrderRequest> = {},
): OrderRequest {
  return order(name, {
    side,
    type: 'limit',
    timeInForce,
    quantity: Decimal.of(quantity),
    limitPrice: Decimal.of(price),
    ...changes,
  });
}

/** Returns a stop, changed as told. */
export function stop(
  name: string,
  side: 'buy' | 'sell',
  quantity: string,
  triggerPrice: string,
  changes: Partial<OrderRequest> = {},
): OrderRequest {
  return order(name, {
    side,
    type: 'stop',
    timeInForce: 'gtc',
    quantity: Decimal.of(quantity),
    triggerPrice: Decimal.of(triggerPrice),
    ...changes,
  });
}

/** Returns events as short lines: what a person would check. */
export function told(events: readonly VenueEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'VenueFilled') {
      const { clientOrderId: id, side, quantity, price, liquidity, timeUs } = event.fill;
      return `${timeUs / US_PER_MS} ${id} ${side} ${quantity} @ ${price} ${liquidity}, ${event.cumulative} in all`;
    }
    if (event.type === 'VenueCashMoved')
      return `${event.timeUs / US_PER_MS} ${event.reason} ${event.amount} ${event.asset}`;
    const what = event.type === 'VenueCanceled' ? 'canceled' : 'expired';
    return `${event.timeUs / US_PER_MS} ${event.clientOrderId} ${what} at ${event.cumulative}: ${event.reason}`;
  });
}
