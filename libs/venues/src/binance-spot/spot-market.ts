import { instrumentId } from '@algo/model';
import type { BinanceMarket } from '../binance/binance-market.ts';
import { decimal, microseconds, takerSide, wholeNumber } from '../binance/trade.ts';

/** Binance's spot market: each trade by its id. */
export const BINANCE_SPOT: BinanceMarket = {
  name: 'binance',
  market: 'spot',
  traits: { completeness: 'complete-by-id', sides: 'told', rowsSpanIds: true },
  streamsPath: '/stream',
  streamsQuery: '&timeUnit=MICROSECOND',
  stream: 'trade',
  tradeOf: ({ e, s, t, T, p, q, m }) =>
    e === 'trade' && typeof s === 'string'
      ? {
          ...{ symbol: s, id: wholeNumber(t), timeUs: microseconds(T), merged: 1 },
          ...{ price: decimal(p), quantity: decimal(q), side: takerSide(m) },
        }
      : undefined,
  history: {
    path: '/api/v3/historicalTrades',
    weight: 25,
    most: 1_000,
    tradeOf: ({ id, time, price, qty, isBuyerMaker }, symbol) => ({
      ...{ symbol, id: wholeNumber(id), timeUs: microseconds(time), merged: 1 },
      ...{ price: decimal(price), quantity: decimal(qty), side: takerSide(isBuyerMaker) },
    }),
  },
  exchangeInfo: { path: '/api/v3/exchangeInfo?showPermissionSets=false', weight: 20 },
  weightPerMinute: 6_000,
  standardInstruments: [instrumentId('binance.spot.BTCUSDT'), instrumentId('binance.spot.ETHUSDT')],
};
