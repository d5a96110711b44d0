import type { Grid } from '../binance-account/symbol-rules.ts';
import { DEPTH, type Depth } from '../exchange/symbol-market.ts';

export const SPOT_TYPES = [
  ...['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
] as const;
export const STP_MODES = ['NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH', 'DECREMENT'] as const;
export type StpMode = (typeof STP_MODES)[number];
export type SymbolStatus = 'TRADING' | 'END_OF_DAY' | 'HALT' | 'BREAK' | 'CANCEL_ONLY';

/** Factors of an average price between which orders of a side must be. */
export interface Multipliers {
  readonly bidUp: string;
  readonly bidDown: string;
  readonly askUp: string;
  readonly askDown: string;
}

/** A symbol of the spot exchange and its rules. *Shape*: decimals as text. */
export interface SpotSymbol {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly price: Grid;
  readonly lot: Grid;
  readonly marketLot: Grid;
  readonly notional: {
    readonly min: string;
    readonly applyMinToMarket: boolean;
    readonly max: string;
    readonly applyMaxToMarket: boolean;
    readonly avgPriceMins: number;
  };
  readonly percent: Multipliers & { readonly avgPriceMins: number };
  readonly maxNumOrders: number;
  readonly maxNumAlgoOrders: number;
  readonly stpModes: readonly StpMode[];
  readonly defaultStp: StpMode;
  /** Where it trades so far from its reference price, a taker expires; none where this is null. */
  readonly priceRange: Multipliers | null;
  readonly firstTradeId: number;
  readonly depth: Depth;
}

const QUOTES = ['USDT', 'USDC', 'BTC', 'ETH', 'BNB'];

/** Returns a symbol with rules such as the exchange has them; what a test says takes their place. */
export function spotSymbol(symbol: string, more: Partial<SpotSymbol> = {}): SpotSymbol {
  const quote = more.quote ?? QUOTES.find((name) => symbol.endsWith(name) && symbol !== name);
  if (quote === undefined) throw new Error(`${symbol} ends with no known asset; name its quote and its base`);
  return {
    ...{ symbol, quote, base: symbol.slice(0, -quote.length) },
    price: { min: '0.01', max: '1000000', step: '0.01' },
    lot: { min: '0.001', max: '90000', step: '0.001' },
    marketLot: { min: '0', max: '5000', step: '0' },
    notional: {
      ...{ min: '5', applyMinToMarket: true, max: '9000000', applyMaxToMarket: false, avgPriceMins: 5 },
    },
    percent: { bidUp: '5', bidDown: '0.2', askUp: '5', askDown: '0.2', avgPriceMins: 5 },
    ...{ maxNumOrders: 200, maxNumAlgoOrders: 5 },
    ...{ stpModes: STP_MODES, defaultStp: 'EXPIRE_MAKER' },
    ...{ priceRange: null, firstTradeId: 1, depth: DEPTH },
    ...more,
  };
}

/** Returns a symbol as `GET /api/v3/exchangeInfo` shows it. *Source*: rest-api.md, filters.md. */
export function symbolBody(of: SpotSymbol, status: SymbolStatus): unknown {
  const { price, lot, marketLot, notional, percent } = of;
  return {
    ...{ symbol: of.symbol, status },
    ...{ baseAsset: of.base, baseAssetPrecision: 8 },
    ...{ quoteAsset: of.quote, quotePrecision: 8, quoteAssetPrecision: 8 },
    ...{ baseCommissionPrecision: 8, quoteCommissionPrecision: 8 },
    orderTypes: SPOT_TYPES,
    ...{ icebergAllowed: false, ocoAllowed: true, otoAllowed: false, opoAllowed: false },
    ...{ quoteOrderQtyMarketAllowed: true, allowTrailingStop: false, cancelReplaceAllowed: true },
    ...{ amendAllowed: false, pegInstructionsAllowed: false },
    ...{ isSpotTradingAllowed: true, isMarginTradingAllowed: false },
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: price.min, maxPrice: price.max, tickSize: price.step },
      { filterType: 'LOT_SIZE', minQty: lot.min, maxQty: lot.max, stepSize: lot.step },
      {
        filterType: 'MARKET_LOT_SIZE',
        ...{ minQty: marketLot.min, maxQty: marketLot.max, stepSize: marketLot.step },
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        ...{ bidMultiplierUp: percent.bidUp, bidMultiplierDown: percent.bidDown },
        ...{ askMultiplierUp: percent.askUp, askMultiplierDown: percent.askDown },
        avgPriceMins: percent.avgPriceMins,
      },
      {
        filterType: 'NOTIONAL',
        ...{ minNotional: notional.min, applyMinToMarket: notional.applyMinToMarket },
        ...{ maxNotional: notional.max, applyMaxToMarket: notional.applyMaxToMarket },
        avgPriceMins: notional.avgPriceMins,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: of.maxNumOrders },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: of.maxNumAlgoOrders },
    ],
    ...{ permissions: [], permissionSets: [['SPOT']] },
    defaultSelfTradePreventionMode: of.defaultStp,
    allowedSelfTradePreventionModes: of.stpModes,
  };
}
