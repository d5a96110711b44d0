import { Decimal } from '@algo/model';
import { BinanceSpotExchange, spotSymbol } from '@algo/testkit/venues';
import { FIRST_TRADE_ID, KEY, LiveMarket, type LiveSymbol, OWNER } from './live-market.ts';

/** What no order can sell is worth less than five. */
const DUST = Decimal.of('0.07');
/** As many as are entered: one that was left is not entered again for a minute. */
const SYMBOLS: readonly LiveSymbol[] = [
  { symbol: 'LTCUSDT', lot: '0.001', side: 'buy' },
  { symbol: 'ETHUSDT', lot: '0.0001', side: 'buy' },
  { symbol: 'BNBUSDT', lot: '0.001', side: 'buy' },
  { symbol: 'SOLUSDT', lot: '0.001', side: 'buy' },
];

/** Binance's spot market as a stand-in, with an account that trades there. */
export class LiveSpot extends LiveMarket<BinanceSpotExchange> {
  static async open(dir: string): Promise<LiveSpot> {
    const exchange = await BinanceSpotExchange.open({
      symbols: SYMBOLS.map(({ symbol, lot: step }) =>
        spotSymbol(symbol, { firstTradeId: FIRST_TRADE_ID, lot: { min: step, max: '90000', step } }),
      ),
      accounts: [{ name: OWNER, balances: { USDT: '10000' }, keys: [KEY] }],
    });
    const { restUrl, socketUrl, streamUrl } = exchange;
    const env = { ALGO_BINANCE_URL: streamUrl, ALGO_BINANCE_REST_URL: restUrl };
    return new LiveSpot(exchange, dir, {
      ...{ name: 'binance-spot', market: 'spot', socketUrl, env, symbols: SYMBOLS },
      bursts: { everyMs: 25_000, forMs: 5_000, oneIn: 2 },
      trading: [['hold_duration_seconds', '[5, 15]']],
    });
  }

  fills() {
    const { fills, orders } = this.exchange.truth();
    const sideOf = new Map(orders.map(({ orderId, side }) => [orderId, side.toLowerCase()]));
    return fills.map(({ quantity, price, orderId }) => ({ quantity, price, side: sideOf.get(orderId)! }));
  }

  names() {
    return this.exchange.truth().orders.map(({ clientOrderId }) => clientOrderId);
  }

  working() {
    const { orders } = this.exchange.truth();
    return orders.filter(({ status }) => status === 'NEW').map(({ clientOrderId }) => clientOrderId);
  }

  stops() {
    const { orders } = this.exchange.truth();
    return orders.filter(({ type }) => type === 'STOP_LOSS_LIMIT').map(({ clientOrderId }) => clientOrderId);
  }

  leftOver() {
    return SYMBOLS.flatMap(({ symbol }) => {
      const asset = symbol.replace('USDT', '');
      const coins = this.exchange.truth().holdings.get(OWNER)!.get(asset);
      const held = coins?.free.plus(coins.locked);
      return held === undefined || held.lessThan(DUST) ? [] : [`${held} ${asset}`];
    });
  }
}
