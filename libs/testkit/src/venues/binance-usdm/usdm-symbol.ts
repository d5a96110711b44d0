import type { Grid } from '../binance-account/symbol-rules.ts';
import { DEPTH, type Depth } from '../exchange/symbol-market.ts';

export const ALGO_TYPES = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET'] as const;
export type AlgoType = (typeof ALGO_TYPES)[number];
export const USDM_TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const;
export type UsdmTimeInForce = (typeof USDM_TIMES_IN_FORCE)[number];
export const USDM_STP_MODES = ['NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH'] as const;
export type UsdmStp = (typeof USDM_STP_MODES)[number];

/** A contract of the USD-M exchange and its rules. *Shape*: decimals as text. */
export interface UsdmSymbol {
  readonly symbol: string;
  readonly base: string;
  /** What it is priced, and its margin held, in. */
  readonly quote: string;
  readonly price: Grid;
  readonly lot: Grid;
  readonly marketLot: Grid;
  readonly minNotional: string;
  readonly percent: { readonly up: string; readonly down: string };
  readonly maxNumOrders: number;
  readonly maxNumAlgoOrders: number;
  /** What of a position's worth must be left. */
  readonly maintenance: string;
  readonly firstTradeId: number;
  readonly depth: Depth;
}

/** Returns a contract with rules such as the exchange has them; what a test says takes their place. */
export function usdmSymbol(symbol: string, more: Partial<UsdmSymbol> = {}): UsdmSymbol {
  const quote = more.quote ?? (symbol.endsWith('USDC') ? 'USDC' : 'USDT');
  return {
    ...{ symbol, quote, base: symbol.slice(0, -quote.length) },
    price: { min: '0.01', max: '100000', step: '0.01' },
    lot: { min: '0.001', max: '10000', step: '0.001' },
    marketLot: { min: '0.001', max: '3000', step: '0.001' },
    ...{ minNotional: '20', percent: { up: '1.05', down: '0.95' } },
    ...{ maxNumOrders: 200, maxNumAlgoOrders: 100, maintenance: '0.005' },
    ...{ firstTradeId: 1, depth: DEPTH },
    ...more,
  };
}

function places(step: string): number {
  return step.split('.')[1]?.replace(/0+$/, '').length ?? 0;
}

/** Returns a contract as `GET /fapi/v1/exchangeInfo` shows it. *Source*: the official client's types. */
export function contractBody(of: UsdmSymbol, status: string): unknown {
  const { price, lot, marketLot, percent } = of;
  const grid = ({ min, max, step }: Grid) => ({ minQty: min, maxQty: max, stepSize: step });
  return {
    ...{ symbol: of.symbol, pair: of.symbol, contractType: 'PERPETUAL', deliveryDate: 4_133_404_800_000 },
    ...{ onboardDate: 1_569_398_400_000, status },
    ...{ maintMarginPercent: '2.5000', requiredMarginPercent: '5.0000' },
    ...{ baseAsset: of.base, quoteAsset: of.quote, marginAsset: of.quote },
    // Not the grid: those are in the filters.
    ...{ pricePrecision: places(price.step), quantityPrecision: places(lot.step) },
    ...{ baseAssetPrecision: 8, quotePrecision: 8, underlyingType: 'COIN', underlyingSubType: [] },
    ...{ triggerProtect: '0.0500', liquidationFee: '0.012500', marketTakeBound: '0.05' },
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: price.min, maxPrice: price.max, tickSize: price.step },
      { filterType: 'LOT_SIZE', ...grid(lot) },
      { filterType: 'MARKET_LOT_SIZE', ...grid(marketLot) },
      { filterType: 'MAX_NUM_ORDERS', limit: of.maxNumOrders },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: of.maxNumAlgoOrders },
      { filterType: 'MIN_NOTIONAL', notional: of.minNotional },
      {
        filterType: 'PERCENT_PRICE',
        ...{ multiplierUp: percent.up, multiplierDown: percent.down, multiplierDecimal: '4' },
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', ...ALGO_TYPES, 'TRAILING_STOP_MARKET'],
    timeInForce: USDM_TIMES_IN_FORCE,
  };
}
