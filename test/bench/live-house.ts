import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InstrumentId, instrumentParts } from '@algo/model';
import { BinanceSpotExchange, spotSymbol } from '@algo/testkit/venues';
import type { RequestPath } from '@algo/venues';
import { ACCOUNT } from './chain.ts';

const KEY = { apiKey: 'benchKey', secret: 'benchSecret', ips: ['127.0.0.1'] };
const ORDER = '/api/v3/order';

/** The stand-in of Binance spot as the exchange of a bench: it stamps each order at its arrival. */
export class LiveHouse implements AsyncDisposable {
  readonly exchange: BinanceSpotExchange;
  /** Told of each new order at its arrival, by this process's monotonic clock. */
  onOrder: (atMs: number) => void = () => {};

  private constructor(exchange: BinanceSpotExchange) {
    this.exchange = exchange;
    const desk = exchange.market.desk!;
    exchange.market.desk = {
      dial: (url) => desk.dial(url),
      reply: (request) => {
        if (request.method === 'POST' && request.url.startsWith(ORDER)) this.onOrder(performance.now());
        return desk.reply(request);
      },
    };
  }

  /** Lists these, each at a price, with nobody who would sell for it. */
  static async open(instruments: readonly InstrumentId[], price: number): Promise<LiveHouse> {
    const symbols = instruments.map((id) => instrumentParts(id).symbol);
    const exchange = await BinanceSpotExchange.open({
      symbols: symbols.map((name) => spotSymbol(name)),
      accounts: [{ name: 'bench', balances: { USDT: '100000000' }, keys: [KEY] }],
      // Neither a bench's orders nor its questions are what the exchange would allow.
      ...{ orderLimits: [{ interval: 'SECOND', intervalNum: 10, limit: 1_000_000 }], weightMax: 1_000_000 },
    });
    const house = new LiveHouse(exchange);
    for (const symbol of symbols) {
      house.trade(symbol, price, '1');
      exchange.setReferencePrice(symbol, `${price}`);
      exchange.quote(symbol, [[`${price * 0.98}`, '1000']], [[`${price * 1.02}`, '1000']]);
    }
    return house;
  }

  /** Somebody sells to the public, or to who stands in the way. */
  trade(symbol: string, price: number, quantity: string): void {
    this.exchange.flow(symbol, [{ price: price.toFixed(2), quantity, isBuyerMaker: true }]);
  }

  /** Returns how a process asks it, with its key in files of a folder. */
  settings(dir: string, primary: RequestPath): Record<string, string> {
    const [keyFile, secretFile] = [join(dir, 'bench.key'), join(dir, 'bench.secret')];
    writeFileSync(keyFile, `${KEY.apiKey}\n`, { mode: 0o400 });
    writeFileSync(secretFile, `${KEY.secret}\n`, { mode: 0o400 });
    return {
      ALGO_LIVE_ACCOUNTS: `${ACCOUNT}=binance-spot/1000000`,
      ALGO_LIVE_CONFIRMED: ACCOUNT,
      ALGO_VENUE_KEY_FILE: keyFile,
      ALGO_VENUE_SECRET_FILE: secretFile,
      ALGO_VENUE_REST_URL: this.exchange.restUrl,
      ALGO_VENUE_SOCKET_URL: this.exchange.socketUrl,
      ALGO_VENUE_PRIMARY: primary,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.exchange[Symbol.asyncDispose]();
  }
}
