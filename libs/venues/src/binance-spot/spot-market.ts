import { instrumentId, US_PER_SECOND } from '@algo/model';
import type { BinanceMarket } from '../binance/binance-market.ts';
import { KLINE_INTERVALS } from '../binance/klines.ts';
import { minuteBars } from '../binance/minute-bar.ts';
import { type BinanceTrade, decimal, microseconds, takerSide, wholeNumber } from '../binance/trade.ts';

type Row = Readonly<Record<string, unknown>>;

const PATH = '/stream';
const QUERY = '&timeUnit=MICROSECOND';

/** Binance's spot market: each trade by its id. */
export const BINANCE_SPOT: BinanceMarket = {
  name: 'binance',
  market: 'spot',
  traits: {
    ...{ completeness: 'complete-by-id', sides: 'told', ids: 'counted' },
    ...{ rowsSpanIds: true, mergedUs: 0 },
  },
  trades: {
    ...{ path: PATH, query: QUERY, name: 'trade' },
    rowOf: (data) => (data.e === 'trade' && typeof data.s === 'string' ? tradeOf(data, data.s) : undefined),
  },
  bars: minuteBars(PATH, QUERY),
  history: {
    ...{ path: '/api/v3/historicalTrades', weight: 25, isById: true, most: 1_000 },
    tradeOf: ({ id, time, price, qty, isBuyerMaker }, symbol) => ({
      ...{ symbol, id: wholeNumber(id), timeUs: microseconds(time), merged: 1 },
      ...{ price: decimal(price), quantity: decimal(qty), side: takerSide(isBuyerMaker) },
    }),
  },
  exchangeInfo: { path: '/api/v3/exchangeInfo?showPermissionSets=false', weight: 20 },
  klines: { path: '/api/v3/klines', weight: 2, intervals: [[US_PER_SECOND, '1s'], ...KLINE_INTERVALS] },
  weightPerMinute: 6_000,
  standardInstruments: [instrumentId('binance.spot.BTCUSDT'), instrumentId('binance.spot.ETHUSDT')],
};

// Written without spreads: it is run for every trade of the market.
function tradeOf({ t, p, q, T, m }: Row, symbol: string): BinanceTrade {
  return {
    symbol,
    id: wholeNumber(t),
    timeUs: microseconds(T),
    price: decimal(p),
    quantity: decimal(q),
    side: takerSide(m),
    merged: 1,
  };
}
