import {
  accountId,
  type ClientOrderId,
  clientOrderId,
  Decimal,
  type Instrument,
  instrumentId,
  type OrderRequest,
} from '@algo/model';
import { BinanceSpotExchange, HandClock, type SpotExchangeOptions, spotSymbol } from '@algo/testkit/venues';
import { ApiKey } from '../../binance/api-key.ts';
import type { RequestPaths } from '../../binance/request-paths.ts';
import type { SendTerms, VenueAnswer } from '../../port.ts';
import { SpotExchangeVenue } from '../spot-exchange-venue.ts';
import { SpotLink } from '../spot-link.ts';

export const T0_MS = 1_750_507_440_000;
export const ACCOUNT = accountId('live-main');
export const LTC = instrumentId('binance.spot.LTCUSDT');

/** Returns an instrument of spot with the stand-in's rules. */
export function spotInstrument(symbol: string): Instrument {
  return {
    ...{ id: instrumentId(`binance.spot.${symbol}`), venue: 'binance', market: 'spot', symbol },
    ...{ base: symbol.slice(0, -4), quote: symbol.slice(-4), assetClass: 'regular' },
    ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
    ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
  };
}

/** An account at a stand-in of spot, and what speaks for it; one clock is everybody's. */
export async function spotOnStandIn(
  more: Partial<SpotExchangeOptions> & {
    symbols?: never;
    names?: readonly string[];
    paths?: RequestPaths;
  } = {},
) {
  const { names = ['LTCUSDT'], paths = { primary: 'direct' }, ...options } = more;
  const clock = new HandClock(T0_MS);
  const exchange = await BinanceSpotExchange.open({
    symbols: names.map((name) => spotSymbol(name)),
    accounts: [
      {
        ...{ name: 'one', balances: { USDT: '10000', LTC: '100' } },
        keys: [{ apiKey: 'hmacKey', secret: 'hmacSecret', ips: ['127.0.0.1'] }],
      },
    ],
    ...{ clock, ...options },
  });
  const parts = {
    ...{ account: ACCOUNT, key: ApiKey.of('hmacKey', 'hmacSecret') },
    ...{ restUrl: exchange.restUrl, socketUrl: exchange.socketUrl, random: () => 0.5 },
    ...{ instruments: names.map(spotInstrument), paths },
    clock: {
      monotonicMs: () => clock.nowMs() - T0_MS,
      nowMs: () => clock.nowMs(),
      sleep: (ms: number) => clock.sleep(ms),
    },
  };
  const link = new SpotLink(parts);
  const venue = new SpotExchangeVenue(link);
  await link.time.ready();
  for (const name of names) exchange.flow(name, [{ price: '83.50', quantity: '1', isBuyerMaker: false }]);
  return {
    ...{ clock, exchange, parts, link, venue },
    async [Symbol.asyncDispose]() {
      await venue[Symbol.asyncDispose]();
      await exchange[Symbol.asyncDispose]();
    },
  };
}

let made = 0;

/** Returns an order with a name of its own: to buy 1 LTC at 83 and to rest, unless it is said otherwise. */
export function spotOrder(more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ clientOrderId: clientOrderId(`a${made++}`), account: ACCOUNT, instrument: LTC, side: 'buy' },
    ...{ type: 'limit', timeInForce: 'gtc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
    ...more,
  };
}

/** Returns a stop that sells. */
export function spotStop(triggerPrice: string, quantity: string): OrderRequest {
  return spotOrder({
    ...{ side: 'sell', type: 'stop', quantity: Decimal.of(quantity), limitPrice: null },
    triggerPrice: Decimal.of(triggerPrice),
  });
}

export function refOf({ account, instrument, clientOrderId: id }: OrderRequest): {
  account: OrderRequest['account'];
  instrument: OrderRequest['instrument'];
  clientOrderId: ClientOrderId;
} {
  return { account, instrument, clientOrderId: id };
}

/** What goes out at once, and never too late. */
export const TERMS: SendTerms = { sentUs: T0_MS * 1_000, sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };

/** Returns what a call with a `done` is told. */
export function told<Value>(ask: (done: (value: Value) => void) => void): Promise<Value> {
  return new Promise(ask);
}

/** Returns the value of an answer. *Errors*: throws with the reason of one that failed. */
export async function answered<Value>(
  ask: (done: (answer: VenueAnswer<Value>) => void) => void,
): Promise<Value> {
  const answer = await told(ask);
  if (answer.type === 'failed') throw new Error(answer.reason);
  return answer.value;
}
