// Our own connections and the real ccxt, at one script each: the exchange hears the same, and so do we.
import {
  type AccountId,
  clientOrderId,
  Decimal,
  type InstrumentId,
  type OrderRequest,
  type SubmitOutcome,
} from '@algo/model';
import type { RequestJournal } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { ACCOUNT, LTC, spotOnStandIn } from '../binance-spot/testing/spot-on-stand-in.ts';
import { usdmUnderTest } from '../binance-usdm/testing/usdm-under-test.ts';
import type { ExchangeVenue } from '../port.ts';
import type { RequestPath } from './request-paths.ts';

interface House extends AsyncDisposable {
  readonly venue: ExchangeVenue;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly exchange: { readonly journal: RequestJournal };
  readonly nowUs: () => number;
  readonly pass: (ms: number) => void;
  readonly sell: (price: string, quantity: string) => void;
}

async function spot(primary: RequestPath): Promise<House> {
  const house = await spotOnStandIn({ paths: { primary } });
  return {
    ...{ venue: house.venue, exchange: house.exchange, account: ACCOUNT, instrument: LTC },
    nowUs: () => house.clock.nowMs() * 1_000,
    pass: (ms) => void house.clock.advance(ms),
    sell: (price, quantity) => house.exchange.flow('LTCUSDT', [{ price, quantity, isBuyerMaker: true }]),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

async function usdm(primary: RequestPath): Promise<House> {
  const house = await usdmUnderTest([], { primary });
  return {
    ...{ venue: house.venue, exchange: house.exchange, account: house.account },
    ...{ instrument: house.instrument, nowUs: house.nowUs, pass: house.pass },
    sell: (price, quantity) => house.trade(price, quantity, 'sell'),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

/** Goes through a script by one way. Returns what we heard, and what the exchange heard. */
async function played(open: (primary: RequestPath) => Promise<House>, primary: RequestPath) {
  await using house = await open(primary);
  const { account, instrument, nowUs, pass, venue } = house;
  const heard: unknown[] = [];
  let made = 0;
  const order = (more: Partial<OrderRequest> = {}): OrderRequest => ({
    ...{ clientOrderId: clientOrderId(`s${made++}`), account, instrument, side: 'buy', type: 'limit' },
    ...{ timeInForce: 'gtc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
    ...more,
  });
  const terms = () => ({ sentUs: nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 });
  const hear = async <Value>(ask: (done: (value: Value) => void) => void) => {
    heard.push(await new Promise<Value>(ask));
    pass(1_000);
  };
  const submit = (one: OrderRequest) => hear<SubmitOutcome>((done) => venue.submit(one, terms(), done));
  const market = { type: 'market', timeInForce: 'ioc', limitPrice: null } as const;
  const [resting, stop] = [
    order(),
    order({ side: 'sell', type: 'stop', limitPrice: null, triggerPrice: Decimal.of('80') }),
  ];
  await submit(resting);
  house.sell('82.90', '0.4');
  await hear((done) => venue.cancel(resting, terms(), done));
  await hear((done) => venue.order(resting, done));
  await submit(order({ ...market, quantity: Decimal.of('2') }));
  await submit(stop);
  await hear((done) => venue.openOrders(account, done));
  await hear((done) => venue.replace(stop, order({ ...market, side: 'sell' }), terms(), done));
  // Refused by a rule of the symbol, by what the account has, and for there is none of that name.
  await submit(order({ quantity: Decimal.of('0.001') }));
  await submit(order({ quantity: Decimal.of('9000') }));
  await hear((done) => venue.cancel(order(), terms(), done));
  await hear((done) => venue.fillsSince(account, nowUs() - 3_600_000_000, done));
  await hear((done) => venue.positions(account, done));
  await hear((done) => venue.balances(account, done));
  await hear((done) => venue.setup(account, done));
  const asked = house.exchange.journal.entries.map(({ endpoint, parameters, status, code, agent }) => ({
    said: { endpoint, parameters, status, code },
    isCcxt: agent.includes('Mozilla'),
  }));
  return { heard, said: asked.map(({ said }) => said), isCcxt: asked.map(({ isCcxt }) => isCcxt) };
}

test.each([
  ['spot', spot],
  ['USD-M', usdm],
])('at %s they agree request for request and answer for answer', async (_, open) => {
  const [direct, ccxt] = [await played(open, 'direct'), await played(open, 'ccxt')];
  expect(new Set(direct.isCcxt)).toEqual(new Set([false]));
  expect(new Set(ccxt.isCcxt)).toEqual(new Set([true]));
  expect(ccxt.heard).toEqual(direct.heard);
  expect(ccxt.said).toEqual(direct.said);
  expect(direct.heard).toHaveLength(14);
});
