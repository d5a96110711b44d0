import { expect, test } from 'vitest';
import { clientOrderIdOf, type ExecutionTaken } from '../domain/index.ts';
import { ACCOUNT, BTC, close, d, fillOf, place, S, told } from '../domain/testing/execution-scenario.ts';
import { protect } from '../domain/testing/protection-scenario.ts';
import { TradingFloor } from './testing/trading-floor.ts';

const ENTRY = place(1);
const ID = clientOrderIdOf(ENTRY);
const enter: ExecutionTaken = { name: 'PlaceOrder', body: ENTRY };
const mode = (to: 'reducing' | 'halted'): ExecutionTaken => ({
  name: 'TradingModeChanged',
  body: {
    ...{ type: 'TradingModeChanged', scope: { kind: 'account', account: ACCOUNT }, mode: to },
    ...{ reason: 'asked', by: 'Ada', latched: false, commandId: null, timeUs: S },
  },
});
const at = (toldUs: number, wallUs = toldUs): ExecutionTaken => ({
  name: 'TimeAdvanced',
  body: told(toldUs, { wallUs }),
});
const fillAll: ExecutionTaken = {
  name: 'VenueFilled',
  body: {
    type: 'VenueFilled',
    fill: fillOf({ ...ENTRY, clientOrderId: ID, side: 'buy' }, 't1', '10', S),
    cumulative: d('10'),
  },
};
const exitOf = (n: number): ExecutionTaken => ({
  name: 'ClosePosition',
  body: close(n, { timeUs: S, quantity: d('5'), attempt: n }),
});

/** A floor whose first entry is on the wire and has no answer. */
function entered(): TradingFloor {
  const floor = new TradingFloor();
  floor.take(enter);
  floor.disk();
  expect(floor.venue.asked).toEqual([`submit ${ID}`]);
  return floor;
}

test('an order is announced, then an intent, then on disk as leaving, and then on the wire', () => {
  const floor = new TradingFloor();
  expect(floor.take(enter)).toEqual(['OrderSubmitted', 'intent SubmitOrder']);
  expect(floor.venue.asked).toEqual([]);
  floor.disk();
  expect([floor.events.at(-1), floor.venue.asked]).toEqual(['left', [`submit ${ID}`]]);
});

test('of an order that was sent it is told when it was where', () => {
  const floor = entered();
  floor.wait(20);
  floor.venue.confirm(ID);
  expect(floor.events.slice(-2)).toEqual(['OrderAccepted', 'OrderTimed']);
});

test('a venue that does not answer for one order delays no other order, no halt and no exit', () => {
  const floor = entered();
  floor.take(fillAll);
  const second = place(2, { instrument: BTC, quantity: d('5'), timeUs: S });
  floor.take({ name: 'PlaceOrder', body: second });
  floor.disk();
  expect(floor.take(mode('halted'))).toContain('intent CancelAtVenue');
  floor.take(exitOf(1));
  floor.disk();
  expect(floor.venue.asked.slice(1).map((asked) => asked.split(' ')[0])).toEqual(['submit', 'submit']);
});

test('a halt withdraws an entry that has not left, and that proves it never will', () => {
  const floor = new TradingFloor();
  floor.take(enter);
  expect(floor.take(mode('halted'))).toEqual(['withdrawn', 'OrderCanceled']);
  floor.disk();
  expect(floor.venue.asked).toEqual([]);
});

test('a halt cancels an entry that has left, once, right behind its submit', () => {
  const floor = entered();
  floor.take(mode('halted'));
  expect(floor.venue.asked).toEqual([`submit ${ID}`]);
  floor.venue.confirm(ID);
  floor.take(at(9 * S));
  expect(floor.venue.asked).toEqual([`submit ${ID}`, `cancel ${ID}`]);
});

test.each<[string, ExecutionTaken]>([
  ['entries are stopped', mode('reducing')],
  ['its own time is over', at(7 * S)],
  ['the guard falls silent', at(20 * S)],
  ['the pass is too old', at(62 * S)],
])('an entry on disk does not leave when %s', (_, input) => {
  const floor = new TradingFloor();
  floor.take(enter);
  floor.take(input);
  floor.clock.wallMs = 62 * 1_000;
  floor.disk();
  expect(floor.venue.asked).toEqual([]);
  expect(floor.events.at(-1)).toBe('OrderCanceled');
});

test('an entry does not leave on the word of a feed that is old by the wall; an exit does', () => {
  const floor = entered();
  floor.take(fillAll);
  floor.clock.wallMs += 2_001;
  floor.take({ name: 'PlaceOrder', body: place(2, { instrument: BTC, quantity: d('5'), timeUs: S }) });
  floor.take(exitOf(1));
  floor.disk();
  expect(floor.venue.asked).toHaveLength(2);
  expect(floor.events.filter((event) => event === 'OrderCanceled')).toHaveLength(1);
});

test('exits pass a halt, between disk and wire as well', () => {
  const floor = entered();
  floor.take(fillAll);
  floor.take(exitOf(1));
  floor.take(mode('halted'));
  floor.disk();
  expect(floor.venue.asked).toHaveLength(2);
});

test('nothing leaves while the lease may end', () => {
  const floor = entered();
  floor.take(fillAll);
  floor.lease.isSafe = false;
  floor.take(exitOf(1));
  floor.disk();
  expect([floor.venue.asked.length, floor.events.at(-1)]).toEqual([1, 'OrderCanceled']);
});

test('an order that an earlier life may have sent is looked up, never sent again', () => {
  const floor = entered();
  floor.crash();
  floor.disk();
  expect(floor.venue.asked).toEqual([`submit ${ID}`, `look up ${ID}`]);
  expect(floor.events).toContain('OrderUnknown');
});

test('an order that an earlier life had not sent is given up: its books have been compared since', () => {
  const floor = new TradingFloor();
  floor.take(enter);
  floor.crash();
  floor.disk();
  expect(floor.venue.asked.filter((asked) => asked.startsWith('submit'))).toEqual([]);
  expect(floor.events).toContain('OrderCanceled');
});

test('a venue that never answers leaves the order unknown, and what it says late is looked up', () => {
  const floor = entered();
  floor.wait(15_000);
  expect(floor.events.filter((event) => event === 'OrderUnknown')).toHaveLength(1);
  expect(floor.venue.asked).toEqual([`submit ${ID}`, `look up ${ID}`]);
  floor.venue.confirm(ID);
  expect(floor.events).not.toContain('OrderAccepted');
});

test('a look-up that is never answered is asked again', () => {
  const floor = entered();
  floor.wait(15_000);
  floor.wait(15_000);
  floor.take(at(40 * S));
  expect(floor.venue.asked.filter((asked) => asked.startsWith('look up'))).toHaveLength(2);
});

test('when no feed tells the time any more, the venue is asked about every open order', () => {
  const floor = entered();
  floor.venue.confirm(ID);
  floor.own({ name: 'FeedSilent', body: { forMs: 5_000 } });
  floor.own({ name: 'FeedSilent', body: { forMs: 5_000 } });
  expect(floor.venue.asked).toEqual([`submit ${ID}`, `look up ${ID}`]);
});

/** A floor that holds 10 LTC with a stop that rests at the venue. */
function guarded() {
  const floor = entered();
  floor.take(fillAll);
  floor.own({
    name: 'VenueDescribed',
    body: { holdsStops: true, readsSettleMs: 10_000, objections: [] },
  });
  const stop = clientOrderIdOf(protect(1));
  floor.take({ name: 'ProtectPosition', body: protect(1, { timeUs: S }) });
  floor.disk();
  floor.venue.confirm(stop);
  expect(floor.venue.asked.at(-1)).toBe(`submit ${stop}`);
  return { floor, stop };
}

test('an exit goes out in the place of the stop that rests, as one request', () => {
  const { floor, stop } = guarded();
  floor.take(exitOf(1));
  floor.disk();
  expect(floor.venue.asked.at(-1)).toBe(`replace ${stop} by ${clientOrderIdOf(close(1))}`);
});

test('of a replacement without an answer nothing is known: both are asked about, none is sent again', () => {
  const { floor, stop } = guarded();
  floor.take(exitOf(1));
  floor.disk();
  const before = floor.venue.asked.length;
  floor.wait(16_000);
  const exit = clientOrderIdOf(close(1));
  expect(floor.venue.asked.slice(before).toSorted()).toEqual(
    [`look up ${exit}`, `look up ${stop}`].toSorted(),
  );
  const { floor: other, stop: first } = guarded();
  other.take(exitOf(1));
  other.disk();
  const asked = other.venue.asked.length;
  other.crash();
  expect(new Set(other.venue.asked.slice(asked))).toEqual(new Set([`look up ${exit}`, `look up ${first}`]));
});
