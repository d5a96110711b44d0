import { type AlgoOrder, BinanceUsdmExchange, type UsdmOrder, usdmSymbol } from '@algo/testkit/venues';
import { FIRST_TRADE_ID, KEY, LIVE_STEPS, LIVE_SYMBOLS, LiveMarket, OWNER } from './live-market.ts';

const BURSTS = { everyMs: 14_000, forMs: 5_000, sides: ['buy', 'sell'] } as const;

/** Binance's USD-M futures as a stand-in, with an account that trades there. */
export class LiveUsdm extends LiveMarket<BinanceUsdmExchange> {
  static async open(dir: string): Promise<LiveUsdm> {
    const exchange = await BinanceUsdmExchange.open({
      symbols: LIVE_SYMBOLS.map((symbol) => {
        const step = LIVE_STEPS[symbol]!;
        const lot = { min: step, max: '90000', step };
        return usdmSymbol(symbol, { firstTradeId: FIRST_TRADE_ID, lot, marketLot: lot });
      }),
      accounts: [{ name: OWNER, balances: { USDT: '10000' }, keys: [KEY] }],
    });
    const { restUrl, streamUrl } = exchange;
    const env = { ALGO_BINANCE_USDM_URL: streamUrl, ALGO_BINANCE_USDM_REST_URL: restUrl };
    return new LiveUsdm(exchange, dir, {
      ...{ name: 'binance-usdm', market: 'perp', socketUrl: streamUrl, env, bursts: BURSTS },
    });
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
