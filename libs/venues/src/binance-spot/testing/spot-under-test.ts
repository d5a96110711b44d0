import type { BinanceSpotExchange } from '@algo/testkit/venues';
import type { RequestPaths } from '../../binance/request-paths.ts';
import type { Shut, VenueUnderTest } from '../../testing/venue-under-test.ts';
import { SpotAccountStream } from '../spot-account-stream.ts';
import { SpotExchangeVenue } from '../spot-exchange-venue.ts';
import { SpotLink } from '../spot-link.ts';
import { ACCOUNT, LTC, spotOnStandIn } from './spot-on-stand-in.ts';

const WEIGHT_PER_MINUTE = 6_000;
const QUICK = { rotateMs: 3_600_000, overlapMs: 0, retryFirstMs: 0, retryMaxMs: 0, lookMs: 2 };

/** Opens the spot adapter at its stand-in. */
export async function spotUnderTest(
  paths: RequestPaths = { primary: 'direct' },
): Promise<VenueUnderTest & { readonly exchange: BinanceSpotExchange }> {
  const keys = [{ apiKey: 'hmacKey', secret: 'hmacSecret' }];
  const house = await spotOnStandIn({
    accounts: [{ name: 'one', balances: { USDT: '10000' }, keys }],
    paths,
  });
  const { clock, exchange, parts } = house;
  let { link, venue } = house;
  let accountStream = new SpotAccountStream(link, QUICK);
  const reopenings: { readonly atMs: number; readonly open: () => void }[] = [];
  return {
    ...{ account: ACCOUNT, instrument: LTC, exchange },
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
    trade: (price, quantity, taker) =>
      exchange.flow('LTCUSDT', [{ price, quantity, isBuyerMaker: taker === 'sell' }]),
    async restart() {
      await venue[Symbol.asyncDispose]();
      link = new SpotLink(parts);
      venue = new SpotExchangeVenue(link);
      accountStream = new SpotAccountStream(link, QUICK);
    },
    breakStream: () => exchange.sessions.cut(),
    lose: (what) =>
      exchange.fault('POST /api/v3/order', 1, { does: 'reset', at: what === 'answer' ? 'after' : 'before' }),
    shut(how, ms) {
      const open = shut(house, how, ms);
      reopenings.push({ atMs: clock.nowMs() + ms, open });
    },
    async crowd(share, ref) {
      const { market } = exchange;
      market.use(WEIGHT_PER_MINUTE * share - market.usedWeight - 4);
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
function shut({ exchange }: Awaited<ReturnType<typeof spotOnStandIn>>, how: Shut, ms: number): () => void {
  switch (how) {
    case 'ban': {
      const body = { code: -1003, msg: 'Way too much request weight used; IP banned.' };
      const reply = { status: 418, body, headers: { 'Retry-After': `${ms / 1_000}` } };
      exchange.fault('POST /api/v3/order', 1, { does: 'answer', at: 'before', reply });
      return () => undefined;
    }
    case 'maintenance':
      exchange.setMaintenance(true);
      return () => exchange.setMaintenance(false);
    case 'halt':
      exchange.setStatus('LTCUSDT', 'HALT');
      return () => exchange.setStatus('LTCUSDT', 'TRADING');
    default:
      return how satisfies never;
  }
}
