import {
  clientOrderId,
  Decimal,
  openSnapshot,
  type ReplaceOutcome,
  sealSnapshot,
  US_PER_MS,
} from '@algo/model';
import { expect, test } from 'vitest';
import type { PaperSettings } from './paper-settings.ts';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES, type PaperVices } from './paper-vices.ts';
import { limit, MAIN, order, SETTINGS, stop, tape, told } from './testing/paper-fixture.ts';

const MS = US_PER_MS;
const STOP = clientOrderId('s');
const HIGHER = stop('t', 'sell', '1', '99.5');
const EXIT = order('exit', { side: 'sell', quantity: Decimal.of('1') });

function settingsOf(vices: Partial<PaperVices>): PaperSettings {
  return { ...SETTINGS, vices: { ...NO_VICES, ...vices } };
}

/** A venue at 100 where a stop at 99 guards 1 LTC, alive at 400 ms; nothing may be short. */
function guarded(vices: Partial<PaperVices> = {}): PaperVenue {
  const venue = new PaperVenue(settingsOf({ spotNoShort: 1, ...vices }));
  venue.onTrades(tape([0, 'buy', 100, 1], [1, 'sell', 99.99, 1]));
  venue.submit(order('open', { quantity: Decimal.of('1') }), 10 * MS);
  venue.onTrades(tape([200, 'buy', 100, 10]));
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  venue.advanceTo(500 * MS);
  return venue;
}

function words({ placed, replaced }: ReplaceOutcome): string[] {
  return [placed, replaced].map((outcome) => (outcome.type === 'refused' ? outcome.reason : outcome.type));
}

function open(venue: PaperVenue): string[] {
  return venue.openOrders(MAIN).map(({ request }) => request.clientOrderId);
}

function free(venue: PaperVenue): string {
  return `${venue.balances(MAIN).find(({ asset }) => asset === 'LTC')?.free}`;
}

test('the stop goes at the moment its replacement comes, and what it locked is free for that one', () => {
  const venue = guarded();
  const outcome = venue.replace(STOP, HIGHER, 600 * MS);
  expect(words(outcome)).toEqual(['confirmed', 'confirmed']);
  expect([outcome.placed.timeUs, outcome.replaced.timeUs]).toEqual([700 * MS, 700 * MS]);
  expect(open(venue)).toEqual(['s', 't']);
  expect(free(venue)).toBe('0');
  // At 700 the old one still stands alone; 99.5 is the price of the new one from then on.
  expect(venue.onTrades(tape([700, 'sell', 99.5, 90]))).toEqual([]);
  expect(told(venue.onTrades(tape([701, 'sell', 99.5, 90])))).toEqual(['700 s canceled at 0: replaced']);
  expect(told(venue.onTrades(tape([800, 'sell', 99.4, 90])))).toEqual([
    '800 t sell 1 @ 99.4 taker, 1 in all',
  ]);
  expect(open(venue)).toEqual([]);
});

test('until that moment the stop guards: when it sells, the new one never comes', () => {
  const venue = guarded();
  venue.replace(STOP, HIGHER, 600 * MS);
  expect(
    told(venue.onTrades(tape([650, 'sell', 98, 90], [660, 'sell', 98, 90], [800, 'sell', 98, 90]))),
  ).toEqual(['660 s sell 1 @ 98 taker, 1 in all', '700 t canceled at 0: order_ended: s was filled before']);
});

test.each([0, 1])('an exit sells what the stop left it, where nothing may be short: %d', (spotNoShort) => {
  const venue = guarded({ spotNoShort });
  expect(words(venue.replace(STOP, EXIT, 600 * MS))).toEqual(['confirmed', 'confirmed']);
  const events = venue.onTrades(
    tape([650, 'sell', 98, 90], [660, 'sell', 98, 3], [800, 'sell', 98, 90], [900, 'sell', 98, 90]),
  );
  const sold = ['660 s sell 0.3 @ 98 taker, 0.3 in all', '700 s canceled at 0.3: replaced'];
  // On real spot the balance no longer bears it; on margin it is cut to what is held.
  const exit =
    spotNoShort === 1
      ? ['700 exit canceled at 0: insufficient_balance: asset=LTC needed=1 free=0.7']
      : [
          '800 exit sell 0.7 @ 98 taker, 0.7 in all',
          '800 exit canceled at 0.7: reduce-only: nothing left to reduce',
        ];
  expect(told(events)).toEqual([...sold, ...exit]);
});

test('an exit that is sent beside the stop instead is refused for balance', () => {
  const outcome = guarded().submit(EXIT, 600 * MS);
  expect(outcome).toMatchObject({ reason: 'insufficient_balance: asset=LTC needed=1 free=0' });
});

test.each([
  ['between two ticks', stop('t', 'sell', '1', '99.001'), 'price_off_tick: triggerPrice=99.001 tick=0.01'],
  ['of small notional', stop('t', 'sell', '0.05', '99'), 'notional_below_min: notional=4.95 min=5'],
  ['whose id was used', stop('open', 'sell', '1', '99.5'), 'duplicate: open was used before'],
  [
    'outside the price band',
    limit('t', 'sell', '1', '120', 'gtc'),
    'price_band: limitPrice=120 price=99.99 band=0.1',
  ],
])('a replacement %s takes nothing out: both are refused', (_, request, expected) => {
  const venue = guarded({ priceBand: 0.1 });
  expect(words(venue.replace(STOP, request, 600 * MS))).toEqual([expected, expected]);
  expect(venue.advanceTo(900 * MS)).toEqual([]);
  expect(open(venue)).toEqual(['s']);
  expect(free(venue)).toBe('0');
});

test.each([
  ['that would go off at once', stop('t', 'sell', '1', '100'), 'would_trigger: triggerPrice=100 price=100'],
  [
    'larger than what is held',
    stop('t', 'sell', '1.5', '99.5'),
    'insufficient_balance: asset=LTC needed=1.5 free=1',
  ],
  ['of the side that grows', order('t'), 'nothing_to_reduce: side=buy position=1'],
])('a replacement %s is refused when the stop is out already', (_, request, expected) => {
  const venue = guarded();
  expect(words(venue.replace(STOP, request, 600 * MS))).toEqual([expected, 'confirmed']);
  expect(told(venue.advanceTo(700 * MS))).toEqual(['700 s canceled at 0: replaced']);
  expect(open(venue)).toEqual([]);
  expect(venue.order(MAIN, request.clientOrderId)).toEqual({ type: 'absent' });
});

test('where the stop is over, unknown or about to be canceled, nothing is placed', () => {
  const venue = guarded();
  const higher = (name: string) => ({ ...HIGHER, clientOrderId: clientOrderId(name) });
  expect(words(venue.replace(clientOrderId('x'), HIGHER, 600 * MS))).toEqual(
    Array(2).fill('unknown_order: x'),
  );
  expect(words(venue.replace(clientOrderId('open'), higher('t2'), 600 * MS))).toEqual(
    Array(2).fill('order_ended: filled'),
  );
  venue.cancel(MAIN, STOP, 600 * MS);
  const underWay = Array(2).fill('order_ended: a cancel is under way');
  expect(words(venue.replace(STOP, higher('t3'), 600 * MS))).toEqual(underWay);
  venue.advanceTo(700 * MS);
  expect(words(venue.replace(STOP, higher('t4'), 800 * MS))).toEqual(Array(2).fill('order_ended: canceled'));
  expect(open(venue)).toEqual([]);
});

test('only a stop is replaced', () => {
  const venue = guarded({ spotNoShort: 0 });
  venue.submit(limit('g', 'sell', '1', '101', 'gtc'), 600 * MS);
  const expected = 'bad_shape: replaces=limit binance.spot.LTCUSDT';
  expect(words(venue.replace(clientOrderId('g'), HIGHER, 700 * MS))).toEqual([expected, expected]);
});

test('a replacement that arrives twice is a duplicate, and one is enough', () => {
  const venue = guarded();
  venue.replace(STOP, HIGHER, 600 * MS);
  const again = Array(2).fill('duplicate: t was used before');
  expect(words(venue.replace(STOP, HIGHER, 600 * MS))).toEqual(again);
  venue.advanceTo(700 * MS);
  expect(open(venue)).toEqual(['t']);
});

test('a replacement may be replaced before it comes, and falls with its stop', () => {
  const next = stop('u', 'sell', '1', '99.7');
  const moved = guarded();
  moved.replace(STOP, HIGHER, 600 * MS);
  expect(words(moved.replace(HIGHER.clientOrderId, next, 600 * MS))).toEqual(['confirmed', 'confirmed']);
  expect(told(moved.advanceTo(700 * MS))).toEqual([
    '700 s canceled at 0: replaced',
    '700 t canceled at 0: replaced',
  ]);
  expect(open(moved)).toEqual(['u']);
  const fallen = guarded();
  fallen.replace(STOP, HIGHER, 600 * MS);
  fallen.replace(HIGHER.clientOrderId, next, 600 * MS);
  fallen.onTrades(tape([650, 'sell', 98, 90], [660, 'sell', 98, 90]));
  expect(told(fallen.advanceTo(700 * MS))).toEqual([
    '700 t canceled at 0: order_ended: s was filled before',
    '700 u canceled at 0: order_ended: t was canceled before',
  ]);
});

test('a cancel of either meanwhile changes nothing of the exchange of the two', () => {
  const venue = guarded();
  venue.replace(STOP, HIGHER, 600 * MS);
  expect(venue.cancel(MAIN, STOP, 510 * MS)).toMatchObject({ type: 'confirmed', timeUs: 700 * MS });
  expect(venue.cancel(MAIN, HIGHER.clientOrderId, 650 * MS)).toMatchObject({ timeUs: 750 * MS });
  expect(told(venue.advanceTo(800 * MS))).toEqual([
    '700 s canceled at 0: replaced',
    '750 t canceled at 0: requested',
  ]);
});

test.each<[string, Partial<PaperVices>, number, string]>([
  ['a newer lease', {}, 4, 'epoch_over: epoch 4 is over, epoch 5 has begun'],
  [
    'maintenance that takes cancels alone',
    { maintenanceEveryS: 2, cancelOnlyS: 1, closedS: 0 },
    5,
    'cancel_only: again in 0.9 s',
  ],
  ['too many writes', { requestsPer10s: 3 }, 5, 'rate_limited: again in 8.9 s'],
])('%s refuses both, and takes nothing out', (_, vices, epoch, expected) => {
  const venue = guarded(vices);
  venue.cancel(MAIN, clientOrderId('nothing'), 900 * MS, 5);
  expect(words(venue.replace(STOP, HIGHER, 1_000 * MS, epoch))).toEqual([expected, expected]);
  expect(venue.advanceTo(1_900 * MS)).toEqual([]);
  expect(open(venue)).toEqual(['s']);
});

test('a stop and two replacements that arrive at once follow each other, whatever their names', () => {
  const venue = guarded();
  venue.cancel(MAIN, STOP, 500 * MS);
  venue.advanceTo(600 * MS);
  venue.submit(stop('z', 'sell', '1', '99'), 700 * MS);
  venue.replace(clientOrderId('z'), stop('a', 'sell', '1', '99.2'), 700 * MS);
  venue.replace(clientOrderId('a'), stop('b', 'sell', '1', '99.4'), 700 * MS);
  expect(told(venue.advanceTo(800 * MS))).toEqual([
    '800 z canceled at 0: replaced',
    '800 a canceled at 0: replaced',
  ]);
  expect(open(venue)).toEqual(['b']);
});

test('restored between the request and its moment, it says the same', () => {
  const never = guarded();
  never.replace(STOP, HIGHER, 600 * MS);
  const state = never.snapshot();
  const bytes = sealSnapshot('venue', 1, state);
  const settings = settingsOf({ spotNoShort: 1 });
  const after = PaperVenue.restore(settings, openSnapshot('venue', 1, bytes));
  const rows = tape([650, 'sell', 98, 90], [660, 'sell', 98, 2], [800, 'sell', 98, 90]);
  const expected = never.onTrades(rows);
  expect(after.onTrades(rows)).toEqual(expected);
  expect(after.snapshot()).toEqual(never.snapshot());
  // What a venue does later changes nothing in what it was restored from.
  expect(PaperVenue.restore(settings, state).onTrades(rows)).toEqual(expected);
  expect(sealSnapshot('venue', 1, state)).toEqual(bytes);
});
