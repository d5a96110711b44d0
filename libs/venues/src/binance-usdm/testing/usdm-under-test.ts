import { accountId, Decimal, type Instrument, instrumentId } from '@algo/model';
import { BinanceUsdmExchange, HandClock, usdmSymbol } from '@algo/testkit/venues';
import type { AccountParts } from '../../binance/account-link.ts';
import { ApiKey } from '../../binance/api-key.ts';
import type { RequestPaths } from '../../binance/request-paths.ts';
import type { Shut, VenueUnderTest } from '../../testing/venue-under-test.ts';
import { UsdmAccountStream } from '../usdm-account-stream.ts';
import { UsdmExchangeVenue } from '../usdm-exchange-venue.ts';
import { UsdmLink } from '../usdm-link.ts';

const T0_MS = 1_750_507_440_000;
const ACCOUNT = accountId('live-main');
const QUICK = { rotateMs: 3_600_000, overlapMs: 0, retryFirstMs: 0, retryMaxMs: 0, lookMs: 2 };
const WEIGHT_PER_MINUTE = 2_400;
/** The contract that is traded. */
const LTC = contract('LTCUSDT');

function contract(symbol: string): Instrument {
  return {
    ...{ id: instrumentId(`binance.perp.${symbol}`), venue: 'binance', market: 'perp', symbol },
    ...{ base: symbol.slice(0, -4), quote: 'USDT', assetClass: 'regular', minNotionalBindsExits: false },
    ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
    ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('20') },
  };
}

/** Opens the USD-M adapter at its stand-in, with LTCUSDT and perhaps others beside it. */
export async function usdmUnderTest(
  others: readonly string[] = [],
  paths: RequestPaths = { primary: 'direct' },
): Promise<VenueUnderTest & { readonly exchange: BinanceUsdmExchange; readonly parts: AccountParts }> {
  const clock = new HandClock(T0_MS);
  const exchange = await BinanceUsdmExchange.open({
    symbols: ['LTCUSDT', ...others].map((symbol) => usdmSymbol(symbol)),
    accounts: [
      { name: 'one', balances: { USDT: '10000' }, keys: [{ apiKey: 'hmacKey', secret: 'hmacSecret' }] },
    ],
    clock,
  });
  const parts = {
    ...{ account: ACCOUNT, key: ApiKey.of('hmacKey', 'hmacSecret'), random: () => 0.5 },
    ...{ instruments: [LTC, ...others.map(contract)], paths },
    ...{ restUrl: exchange.restUrl, socketUrl: exchange.streamUrl },
    clock: {
      monotonicMs: () => clock.nowMs() - T0_MS,
      nowMs: () => clock.nowMs(),
      sleep: (ms: number) => clock.sleep(ms),
    },
  };
  let link = new UsdmLink(parts);
  let venue = new UsdmExchangeVenue(link);
  let accountStream = new UsdmAccountStream(link, QUICK);
  await link.time.ready();
  const trade = (price: string, quantity: string, isBuyerMaker: boolean) =>
    exchange.flow('LTCUSDT', [{ price, quantity, isBuyerMaker }]);
  trade('83.50', '1', false);
  const reopenings: { readonly atMs: number; readonly open: () => void }[] = [];
  return {
    ...{ account: ACCOUNT, instrument: LTC.id, exchange, parts },
    get venue() {
      return venue;
    },
    get accountStream() {
      return accountStream;
    },
    nowUs: () => clock.nowMs() * 1_000,
    pass(ms) {
      clock.advance(ms);
      for (const { atMs, open } of reopenings) if (clock.nowMs() >= atMs) open();
    },
    trade: (price, quantity, taker) => trade(price, quantity, taker === 'sell'),
    async restart() {
      await venue[Symbol.asyncDispose]();
      link = new UsdmLink(parts);
      venue = new UsdmExchangeVenue(link);
      accountStream = new UsdmAccountStream(link, QUICK);
    },
    breakStream: () => exchange.streams.cut(),
    lose: (what) =>
      exchange.fault('POST /fapi/v1/order', 1, { does: 'reset', at: what === 'answer' ? 'after' : 'before' }),
    shut(how, ms) {
      reopenings.push({ atMs: clock.nowMs() + ms, open: shut(exchange, how, ms) });
    },
    async crowd(share, ref) {
      const { market } = exchange;
      market.use(WEIGHT_PER_MINUTE * share - market.usedWeight - 1);
      await new Promise((done) => venue.order(ref, done));
    },
    refusedRequests: () => exchange.market.refusedRequests,
    taken: (id) => exchange.truth().orders.filter(({ clientOrderId }) => clientOrderId === id).length,
    async [Symbol.asyncDispose]() {
      await accountStream[Symbol.asyncDispose]();
      await venue[Symbol.asyncDispose]();
      await exchange[Symbol.asyncDispose]();
    },
  };
}

/** Shuts the exchange. Returns how it opens again. */
function shut(exchange: BinanceUsdmExchange, how: Shut, ms: number): () => void {
  switch (how) {
    case 'ban': {
      const body = { code: -1003, msg: 'Way too much request weight used; IP banned.' };
      const reply = { status: 418, body, headers: { 'Retry-After': `${ms / 1_000}` } };
      exchange.fault('POST /fapi/v1/order', 1, { does: 'answer', at: 'before', reply });
      return () => undefined;
    }
    case 'maintenance':
      exchange.setMaintenance(true);
      return () => exchange.setMaintenance(false);
    case 'halt':
      exchange.setOverloaded(true);
      return () => exchange.setOverloaded(false);
    default:
      return how satisfies never;
  }
}
