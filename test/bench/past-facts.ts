import type { MessageOf } from '@algo/contracts';
import {
  accountId,
  BUY,
  Decimal,
  decisionId,
  emptyTrades,
  type InstrumentId,
  type PlaceOrder,
  strategyName,
  type TimeUs,
  US_PER_HOUR,
} from '@algo/model';
import { ACCOUNT } from './chain.ts';

/** Returns one trade of a market, as ingest says it. */
export function tradeOf(
  instrument: InstrumentId,
  price: number,
  timeUs: TimeUs,
  tradeId: number,
): MessageOf<'TradeBatch'> {
  const trades = emptyTrades(instrument, 1);
  trades.timeUs[0] = timeUs;
  trades.side[0] = BUY;
  trades.price[0] = price;
  trades.quantity[0] = 5;
  (trades.ids.values as Float64Array)[0] = tradeId;
  return { trades, receivedUs: timeUs, complete: true, origin: 'live', sides: 'told' };
}

/** Returns an entry near 100 with a stop below, as decision commands it. */
export function entryOf(name: string, instrument: InstrumentId, timeUs: TimeUs): PlaceOrder {
  const decision = decisionId(name);
  return {
    ...{ type: 'PlaceOrder', commandId: decision, decision, instrument, timeUs },
    ...{ strategy: strategyName('order_flow_scalping'), account: accountId(ACCOUNT), direction: 'long' },
    ...{ orderType: 'limit', timeInForce: 'ioc', quantity: Decimal.of('0.02') },
    limitPrice: Decimal.of('100.2'),
    plan: {
      ...{ stopPrice: Decimal.of('99.5'), targetPrice: Decimal.of('110') },
      ...{ trailing: Decimal.of('0.005'), holdMaxUs: 2_000 * US_PER_HOUR },
    },
    expiresUs: timeUs + US_PER_HOUR,
  };
}
