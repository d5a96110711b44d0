import { type AlgoOrder, BinanceUsdmExchange, type UsdmOrder, usdmSymbol } from '@algo/testkit/venues';
import { FIRST_TRADE_ID, KEY, LiveMarket, type LiveSymbol, OWNER } from './live-market.ts';

/** As many as are entered: one that was left is not entered again for a minute. */
const SYMBOLS: readonly LiveSymbol[] = [
  { symbol: 'LTCUSDT', lot: '0.001', side: 'buy' },
  { symbol: 'ETHUSDT', lot: '0.0001', side: 'sell' },
  { symbol: 'BNBUSDT', lot: '0.01', side: 'buy' },
  { symbol: 'SOLUSDT', lot: '0.01', side: 'sell' },
  { symbol: 'XRPUSDT', lot: '0.1', side: 'buy' },
  { symbol: 'ADAUSDT', lot: '0.1', side: 'sell' },
  { symbol: 'DOTUSDT', lot: '0.1', side: 'buy' },
  { symbol: 'UNIUSDT', lot: '0.1', side: 'sell' },
];

/** Binance's USD-M futures as a stand-in, with an account that trades there. */
export class LiveUsdm extends LiveMarket<BinanceUsdmExchange> {
  static async open(dir: string): Promise<LiveUsdm> {
    const exchange = await BinanceUsdmExchange.open({
      symbols: SYMBOLS.map(({ symbol, lot: step }) => {
        const lot = { min: step, max: '90000', step };
        return usdmSymbol(symbol, { firstTradeId: FIRST_TRADE_ID, lot, marketLot: lot });
      }),
      accounts: [{ name: OWNER, balances: { USDT: '10000' }, keys: [KEY] }],
    });
    const { restUrl, streamUrl } = exchange;
    const env = { ALGO_BINANCE_USDM_URL: streamUrl, ALGO_BINANCE_USDM_REST_URL: restUrl };
    return new LiveUsdm(exchange, dir, {
      ...{ name: 'binance-usdm', market: 'perp', socketUrl: streamUrl, env },
      // A slow run without a target: a stop has time to follow.
      ...{ symbols: SYMBOLS, bursts: { everyMs: 24_000, forMs: 14_000, oneIn: 4 } },
      trading: [
        ['take_profit_pct', '[3, 5]'],
        ['hold_duration_seconds', '[5, 15]'],
      ],
    });
  }

  /** Somebody sets the account up otherwise. */
  setUp(how: Parameters<BinanceUsdmExchange['setUp']>[1]): void {
    this.exchange.setUp(OWNER, how);
  }

  fills() {
    return this.exchange
      .truth()
      .fills.map(({ quantity, price, side }) => ({ quantity, price, side: side.toLowerCase() }));
  }

  /** What a conditional order becomes has its name. */
  names() {
    const { algos, orders } = this.exchange.truth();
    const children = new Set(algos.map(({ childId }) => childId));
    return [
      ...orders.filter(({ orderId }) => !children.has(orderId)).map(({ clientOrderId }) => clientOrderId),
      ...algos.map(({ clientAlgoId }) => clientAlgoId),
    ];
  }

  working() {
    const { algos, orders } = this.exchange.truth();
    const isOpen = ({ status }: AlgoOrder | UsdmOrder) => ['NEW', 'PARTIALLY_FILLED'].includes(status);
    return [
      ...orders.filter(isOpen).map(({ clientOrderId }) => clientOrderId),
      ...algos.filter(isOpen).map(({ clientAlgoId }) => clientAlgoId),
    ];
  }

  stops() {
    return this.exchange.truth().algos.map(({ clientAlgoId }) => clientAlgoId);
  }

  leftOver() {
    const held = this.exchange.truth().positions.get(OWNER)!;
    return held.flatMap(({ amount, symbol }) => (amount.isZero() ? [] : [`${amount} ${symbol}`]));
  }
}
