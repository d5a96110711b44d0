import { instrumentId, US_PER_MS } from '@algo/model';
import type { BinanceMarket } from '../binance/binance-market.ts';
import { KLINE_INTERVALS } from '../binance/klines.ts';
import { minuteBars } from '../binance/minute-bar.ts';
import { type BinanceTrade, decimal, microseconds, takerSide, wholeNumber } from '../binance/trade.ts';

type Row = Readonly<Record<string, unknown>>;

const PATH = '/market/stream';

/**
 * Binance's USD-M futures: trades of one price and taker side within 100 ms are one row, with an id of its
 * own. Trades beside the book (insurance fund, ADL) are in none.
 */
export const BINANCE_USDM: BinanceMarket = {
  name: 'binance-usdm',
  market: 'perp',
  traits: {
    ...{ completeness: 'complete-by-id', sides: 'told', ids: 'counted' },
    ...{ rowsSpanIds: false, mergedUs: 100 * US_PER_MS },
  },
  trades: {
    ...{ path: PATH, query: '', name: 'aggTrade' },
    rowOf: (data) => (data.e === 'aggTrade' && typeof data.s === 'string' ? rowOf(data, data.s) : undefined),
  },
  bars: minuteBars(PATH, ''),
  history: { path: '/fapi/v1/aggTrades', weight: 20, isById: true, most: 1_000, tradeOf: rowOf },
  exchangeInfo: { path: '/fapi/v1/exchangeInfo', weight: 1 },
  klines: { path: '/fapi/v1/klines', weight: 5, intervals: KLINE_INTERVALS },
  weightPerMinute: 2_400,
  standardInstruments: [instrumentId('binance.perp.BTCUSDT'), instrumentId('binance.perp.ETHUSDT')],
};

function rowOf({ a, p, q, f, l, T, m }: Row, symbol: string): BinanceTrade {
  const first = wholeNumber(f);
  const merged = wholeNumber(l) - first + 1;
  // A row whose trades can't be counted is no row.
  const quantity = first >= 0 && merged > 0 && merged <= MERGED_MAX ? decimal(q) : Number.NaN;
  return {
    symbol,
    id: wholeNumber(a),
    timeUs: microseconds(T),
    price: decimal(p),
    quantity,
    side: takerSide(m),
    merged,
  };
}

/** What a count of trades has room for. */
const MERGED_MAX = 2 ** 32 - 1;
