import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignedClient, SocketClient } from '../../binance-account/testing/signed-client.ts';
import { HandClock } from '../../exchange/exchange-clock.ts';
import { BinanceSpotExchange, type SpotExchangeOptions } from '../binance-spot-exchange.ts';
import { type SpotSymbol, spotSymbol } from '../spot-symbol.ts';

export const T0_MS = 1_750_507_440_000;
export const SECRET_KEY = { apiKey: 'hmacKey', secret: 'hmacSecret' };

/** A spot exchange with one market, two accounts, and clients of the first. */
export async function spotHouse(more: Partial<SpotExchangeOptions> & { symbol?: Partial<SpotSymbol> } = {}) {
  const clock = new HandClock(T0_MS);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const edKey: { apiKey: string; secret: KeyObject } = { apiKey: 'edKey', secret: privateKey };
  const exchange = await BinanceSpotExchange.open({
    symbols: [spotSymbol('LTCUSDT', more.symbol)],
    accounts: [
      {
        ...{ name: 'one', balances: { USDT: '10000', LTC: '100' } },
        keys: [SECRET_KEY, { apiKey: edKey.apiKey, publicKeyPem }],
      },
      {
        ...{ name: 'two', balances: { USDT: '10000', LTC: '100' } },
        keys: [{ apiKey: 'otherKey', secret: 'otherSecret' }],
      },
    ],
    ...more,
    clock,
  });
  const nowMs = () => clock.nowMs();
  const client = new SignedClient(exchange.restUrl, SECRET_KEY, nowMs);
  const other = new SignedClient(exchange.restUrl, { apiKey: 'otherKey', secret: 'otherSecret' }, nowMs);
  const socket = (key: { apiKey: string; secret: string | KeyObject } = SECRET_KEY) =>
    SocketClient.open(exchange.socketUrl, key, nowMs);
  const order = (sent: Readonly<Record<string, string>>) =>
    client.ask('POST', '/api/v3/order', { symbol: 'LTCUSDT', ...sent });
  return {
    ...{ clock, exchange, client, other, socket, order, edKey },
    [Symbol.asyncDispose]: () => exchange[Symbol.asyncDispose](),
  };
}

/** Returns the parameters of a limit order. */
export function limit(side: 'BUY' | 'SELL', quantity: string, price: string, timeInForce = 'GTC') {
  return { side, type: 'LIMIT', timeInForce, quantity, price };
}
