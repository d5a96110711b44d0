import type { BinanceMarket } from '../binance/binance-market.ts';
import { type BinanceTrade, decimal, microseconds, takerSide, wholeNumber } from '../binance/trade.ts';
import { BINANCE_USDM } from './usdm-market.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Binance's USD-M futures trade by trade. Their ids count trades beside the book too, which no read ever
 * shows, and reading by id wants a key: without one the newest page and the bars are all the proof there is,
 * so that ids are taken for names.
 */
export const BINANCE_USDM_RAW: BinanceMarket = {
  ...BINANCE_USDM,
  name: 'binance-usdm-raw',
  traits: {
    ...{ completeness: 'audited', sides: 'told', ids: 'named' },
    ...{ rowsSpanIds: false, mergedUs: 0 },
  },
  trades: { path: '/public/stream', query: '', name: 'trade', rowOf },
  history: {
    ...{ path: '/fapi/v1/trades', weight: 5, isById: false, most: 1_000 },
    tradeOf: ({ id, time, price, qty, isBuyerMaker }, symbol) => ({
      ...{ symbol, id: wholeNumber(id), timeUs: microseconds(time), merged: 1 },
      ...{ price: decimal(price), quantity: decimal(qty), side: takerSide(isBuyerMaker) },
    }),
  },
};

function rowOf({ e, s, t, p, q, T, m, X }: Row): BinanceTrade | 'nothing' | undefined {
  if (e !== 'trade' || typeof s !== 'string' || typeof X !== 'string') return undefined;
  // Insurance fund, forced reductions: they carry prices that nobody traded at.
  if (X !== 'MARKET') return 'nothing';
  const id = wholeNumber(t);
  return {
    symbol: s,
    id,
    // What has no name is no trade.
    timeUs: id >= 0 ? microseconds(T) : Number.NaN,
    price: decimal(p),
    quantity: decimal(q),
    side: takerSide(m),
    merged: 1,
  };
}
