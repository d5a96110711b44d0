import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SignedClient } from '../../binance-account/testing/signed-client.ts';
import { HandClock } from '../../exchange/exchange-clock.ts';
import { BinanceUsdmExchange, type UsdmExchangeOptions } from '../binance-usdm-exchange.ts';
import { type UsdmSymbol, usdmSymbol } from '../usdm-symbol.ts';

export const T0_MS = 1_750_507_440_000;
export const USDM_KEY = { apiKey: 'hmacKey', secret: 'hmacSecret' };

/** A word of an account's stream. */
export interface StreamWord {
  readonly e: string;
  readonly o: Readonly<Record<string, unknown>>;
  readonly a: Readonly<Record<string, unknown>>;
}

/** A USD-M exchange with one contract at 100, two accounts, and clients of them. */
export async function usdmHouse(more: Partial<UsdmExchangeOptions> & { symbol?: Partial<UsdmSymbol> } = {}) {
  const clock = new HandClock(T0_MS);
  const exchange = await BinanceUsdmExchange.open({
    symbols: [usdmSymbol('LTCUSDT', more.symbol)],
    accounts: [
      { name: 'one', balances: { USDT: '1000' }, keys: [USDM_KEY] },
      { name: 'two', balances: { USDT: '1000' }, keys: [{ apiKey: 'otherKey', secret: 'otherSecret' }] },
    ],
    ...more,
    clock,
  });
  exchange.flow('LTCUSDT', [{ price: '100', quantity: '1', isBuyerMaker: false }]);
  const nowMs = () => clock.nowMs();
  const client = new SignedClient(exchange.restUrl, USDM_KEY, nowMs);
  const other = new SignedClient(exchange.restUrl, { apiKey: 'otherKey', secret: 'otherSecret' }, nowMs);
  const post = (path: string, sent: Readonly<Record<string, string>>) =>
    client.ask('POST', `/fapi/v1/${path}`, { symbol: 'LTCUSDT', ...sent });
  const get = async (path: string, sent: Readonly<Record<string, string>> = {}) =>
    (await client.ask('GET', `/fapi/${path}`, { symbol: 'LTCUSDT', ...sent })).body;
  /** Listens to the first account's stream. */
  const listen = async (query = '') => {
    const { listenKey } = (await client.raw('POST', '/fapi/v1/listenKey')).body;
    const socket = new WebSocket(`${exchange.streamUrl}/private/ws?listenKey=${listenKey}${query}`);
    const words: StreamWord[] = [];
    socket.on('message', (data) => words.push(JSON.parse(String(data))));
    await once(socket, 'open');
    /** Returns what was told, once all of it has come. */
    const told = async () => {
      socket.ping();
      await once(socket, 'pong');
      return words;
    };
    return { told, listenKey, [Symbol.dispose]: () => socket.terminate() };
  };
  return {
    ...{ clock, exchange, client, other, post, get, listen },
    market: (side: string, quantity: string, more: Readonly<Record<string, string>> = {}) =>
      post('order', { side, type: 'MARKET', quantity, newOrderRespType: 'RESULT', ...more }),
    [Symbol.asyncDispose]: () => exchange[Symbol.asyncDispose](),
  };
}

/** Returns the parameters of a limit order. */
export function limit(side: 'BUY' | 'SELL', quantity: string, price: string, timeInForce = 'GTC') {
  return { side, type: 'LIMIT', timeInForce, quantity, price };
}

/** Returns the parameters of a stop that sells. */
export function stop(triggerPrice: string, more: Readonly<Record<string, string>> = {}) {
  return { algoType: 'CONDITIONAL', side: 'SELL', type: 'STOP_MARKET', triggerPrice, ...more };
}
