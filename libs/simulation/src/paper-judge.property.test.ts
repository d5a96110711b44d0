import {
  clientOrderId,
  Decimal,
  type Instrument,
  instrumentId,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PaperJudge } from './paper-judge.ts';
import { PaperVenue } from './paper-venue.ts';
import { FEE_ASSET, NO_VICES, type PaperVices } from './paper-vices.ts';
import { LTC, limit, MAIN, order, SETTINGS, stop, tape } from './testing/paper-fixture.ts';

const ETC: Instrument = { ...LTC, id: instrumentId('binance.spot.ETCUSDT'), symbol: 'ETCUSDT', base: 'ETC' };
const INSTRUMENTS = [LTC, ETC];
const ACCOUNTS = [
  { account: MAIN, balances: { USDT: Decimal.of('10000'), [FEE_ASSET]: Decimal.of('0.01') } },
];

const step = fc.record({
  gapMs: fc.integer({ min: 1, max: 900 }),
  etc: fc.boolean(),
  buys: fc.boolean(),
  move: fc.integer({ min: -9, max: 9 }),
  lots: fc.integer({ min: 100, max: 20_000 }),
  ask: fc.constantFrom('none', 'market', 'gtc', 'stop', 'replace', 'cancel'),
  sell: fc.boolean(),
  wanted: fc.integer({ min: 60, max: 3_000 }),
  target: fc.nat(30),
});
const switched = fc.constantFrom(0, 1);
const vices = fc.record({
  ...{ tradeIdsPerSymbol: switched, feeInBase: switched, feeAssetPrice: fc.constantFrom(0, 612.5) },
  ...{ closedByHand: fc.constantFrom(0, 0.2), readsBehind: fc.nat(3) },
  ...{ fillPieces: fc.nat(5), priceBand: fc.constantFrom(0, 0.001), spotNoShort: switched },
  stopChild: switched,
});

/**
 * Plays steps to a venue of two instruments; `each` is told of the venue after each of them, and which order
 * came in the place of which stop.
 */
function play(
  some: Partial<PaperVices>,
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
  each: (venue: PaperVenue, events: readonly VenueEvent[], replaced: ReadonlyMap<string, string>) => void,
): void {
  const vices = { ...NO_VICES, ...some };
  const venue = new PaperVenue({ ...SETTINGS, accounts: ACCOUNTS, instruments: INSTRUMENTS, vices });
  const replaced = new Map<string, string>();
  let stopName: string | null = null;
  let nowMs = 0;
  let ticks = 10_000;
  steps.forEach(({ gapMs, etc, buys, move, lots, ask, sell, wanted, target }, n) => {
    nowMs += gapMs;
    ticks += move;
    const instrument = etc ? ETC.id : LTC.id;
    const price = ticks / 100;
    const trades = { ...tape([nowMs, buys ? 'buy' : 'sell', price, lots / 1_000]), instrument };
    each(venue, [...venue.onTrades(trades), ...venue.advanceTo(nowMs * US_PER_MS)], replaced);
    const side = sell ? 'sell' : 'buy';
    const quantity = Decimal.scaled(BigInt(wanted), 3);
    if (ask === 'market') venue.submit(order(`o${n}`, { instrument, side, quantity }), nowMs * US_PER_MS);
    if (ask === 'gtc')
      venue.submit(
        limit(`o${n}`, side, `${quantity}`, price.toFixed(2), 'gtc', { instrument }),
        nowMs * US_PER_MS,
      );
    const stopped = stop(`o${n}`, 'sell', `${quantity}`, (price - 0.03).toFixed(2), { instrument });
    if (ask === 'stop') {
      venue.submit(stopped, nowMs * US_PER_MS);
      stopName = `o${n}`;
    }
    if (ask === 'replace' && stopName !== null) {
      const exit = order(`o${n}`, { instrument, side: 'sell', quantity });
      const [name, request] = [stopName, sell ? exit : stopped];
      const { placed } = venue.replace(clientOrderId(name), request, nowMs * US_PER_MS);
      if (placed.type === 'confirmed') replaced.set(`o${n}`, name);
      if (!sell) stopName = `o${n}`;
    }
    if (ask === 'cancel') venue.cancel(MAIN, clientOrderId(`o${target}`), nowMs * US_PER_MS);
  });
}

test('whatever the vices, the books are what fills say, to the last digit, after every input', () => {
  let fills = 0;
  let locks = 0;
  fc.assert(
    fc.property(vices, fc.array(step, { minLength: 10, maxLength: 60 }), (some, steps) => {
      const judge = new PaperJudge({ accounts: ACCOUNTS, instruments: INSTRUMENTS });
      play(some, steps, (venue, events, replaced) => {
        for (const event of events)
          if (event.type === 'VenueFilled') {
            fills++;
            judge.filled(event.fill);
          }
        expect(judge.differences(venue.snapshot().ledger)).toEqual([]);
        if (some.spotNoShort === 1)
          for (const { quantity } of venue.positions(MAIN)) expect(quantity.isNegative()).toBe(false);
        if (some.spotNoShort === 1) locks += conserved(venue, replaced);
      });
    }),
    { numRuns: 200 },
  );
  expect(fills).toBeGreaterThan(500);
  expect(locks).toBeGreaterThan(100);
});

/** Says how many sells lock what is held; expects that they, and no replacement before its time, do. */
function conserved(venue: PaperVenue, replaced: ReadonlyMap<string, string>): number {
  const orders = venue.openOrders(MAIN);
  const open = new Set<string>(orders.map(({ request }) => request.clientOrderId));
  const locking = orders.filter(
    ({ request: { side, clientOrderId: id } }) => side === 'sell' && !open.has(replaced.get(id) ?? ''),
  );
  for (const { id, base } of INSTRUMENTS) {
    const held = venue.positions(MAIN).find(({ instrument }) => instrument === id)?.quantity;
    const free = venue.balances(MAIN).find(({ asset }) => asset === base)?.free;
    const locked = locking
      .filter(({ request }) => request.instrument === id)
      .reduce((sum, { request, filled }) => sum.plus(request.quantity).minus(filled), Decimal.zero);
    expect(`${free ?? Decimal.zero}`).toBe(`${(held ?? Decimal.zero).minus(locked)}`);
    expect(free?.isNegative() ?? false).toBe(false);
  }
  return locking.length;
}

test('the judge sees a fill that the books have and it was not told of, and the other way round', () => {
  const judge = new PaperJudge(SETTINGS);
  const venue = new PaperVenue(SETTINGS);
  venue.onTrades(tape([0, 'buy', 100, 1]));
  venue.submit(order('o'), 0);
  const [event] = venue.onTrades(tape([300, 'buy', 100, 10]));
  const lines = [
    'paper-main holds 0.5 of binance.spot.LTCUSDT, must hold 0',
    'paper-main has 9949.95 USDT less cost, must have 10000',
  ];
  expect(judge.differences(venue.snapshot().ledger)).toEqual(lines);
  if (event?.type !== 'VenueFilled') throw new Error('the order must be filled');
  judge.filled(event.fill);
  expect(judge.differences(venue.snapshot().ledger)).toEqual([]);
  judge.filled(event.fill);
  expect(judge.differences(venue.snapshot().ledger)).toHaveLength(2);
});
