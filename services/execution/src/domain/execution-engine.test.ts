import {
  accountId,
  type ClientOrderId,
  Decimal,
  type DenialCode,
  instrumentId,
  type Order,
  type OrderEvent,
  openSnapshot,
  orderAfter,
  type PlaceOrder,
  sealSnapshot,
  type VenueOrderStatus,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import type { ExecutionLimits } from './limits.ts';
import { play, sessions } from './testing/any-venue.ts';
import {
  alive,
  BTC,
  canceled,
  close,
  d,
  denial,
  filled,
  fillOf,
  found,
  gate,
  heard,
  holding,
  LIMITS,
  LTC,
  life,
  limited,
  lookedUp,
  mode,
  neverLeft,
  place,
  price,
  ready,
  S,
  SETTINGS,
  sent,
  shut,
  submitted,
  told,
  types,
} from './testing/execution-scenario.ts';
import { inDoubt } from './testing/in-doubt.ts';

test('an entry is announced, then sent, under an id that is a function of its decision', () => {
  const outputs = ready().handle(place(1));
  expect(types(outputs)).toEqual(['OrderSubmitted', 'SubmitOrder']);
  const request = sent(outputs);
  expect(request).toMatchObject({ side: 'buy', type: 'limit', timeInForce: 'ioc', reduceOnly: false });
  expect(request.clientOrderId).toMatch(/^a[a-z2-7]{26}$/);
  expect(sent(ready().handle(place(1))).clientOrderId).toBe(request.clientOrderId);
  expect(sent(ready().handle(place(2))).clientOrderId).not.toBe(request.clientOrderId);
});

test('quantity and price go out rounded to the venue, never more and never worse than asked', () => {
  const request = sent(ready().handle(place(1, { quantity: d('1.23456'), limitPrice: d('83.4567') })));
  expect([request.quantity.toString(), request.limitPrice?.toString()]).toEqual(['1.234', '83.45']);
});

test('a market entry goes out as a limit half a percent from the last trade', () => {
  const request = sent(ready().handle(place(1, { orderType: 'market', limitPrice: null })));
  expect([request.type, request.timeInForce, request.limitPrice?.toString()]).toEqual([
    'limit',
    'ioc',
    '83.41',
  ]);
});

test.each<[string, DenialCode, Partial<PlaceOrder>, readonly ExecutionInput[]]>([
  ['the last reconciliation failed', 'GATE_CLOSED', {}, [shut()]],
  ['the pass is too old', 'GATE_CLOSED', {}, [price(60.5 * S)]],
  ['another executor took over', 'GATE_CLOSED', {}, [gate(2), gate(1)]],
  ['trading is halted', 'HALTED', {}, [mode('halted', S)]],
  ['trading is reducing', 'REDUCE_ONLY', {}, [mode('reducing', S)]],
  ['the command has expired in event time', 'EXPIRED', {}, [price(6.1 * S)]],
  ['nobody knows it', 'UNKNOWN_INSTRUMENT', { instrument: instrumentId('synthetic.spot.XYZ') }, []],
  ['the quantity is below the step', 'QUANTITY_BELOW_MIN', { quantity: d('0.0009') }, []],
  ['the notional is below the minimum', 'NOTIONAL_BELOW_MIN', { quantity: d('0.05') }, []],
  ['the order is too large', 'ORDER_NOTIONAL_MAX', { quantity: d('12') }, []],
  ['the position would be too large', 'EXPOSURE_LIMIT', { quantity: d('20') }, []],
  ['the price is above the collar', 'PRICE_COLLAR', { limitPrice: d('84') }, []],
  ['the price is below the collar', 'PRICE_COLLAR', { limitPrice: d('82') }, []],
  ['the price is zero', 'NOTIONAL_BELOW_MIN', { limitPrice: d('0') }, []],
  ['the last trade is too old for a collar', 'PRICE_COLLAR', {}, [price(3 * S, 83, BTC)]],
  ['the market is stale', 'STALE_MARKET', {}, [price(5.95 * S, 83, BTC)]],
])('an entry is denied when %s', (_, code, change, before) => {
  const engine = ready();
  for (const input of before) engine.handle(input);
  expect(denial(engine.handle(place(1, change)))).toBe(code);
  expect(engine.openOrders()).toEqual([]);
});

test.each<[string, Partial<ExecutionLimits>]>([
  ['positions', { positionsMax: null }],
  ['gross notional', { grossNotionalMax: null }],
  ['entry rate', { entriesPerMinuteMax: null }],
  ['the instrument', { byInstrument: new Map() }],
])('without a limit for %s every entry is denied', (_, missing) => {
  expect(denial(ready({ limits: { ...LIMITS, ...missing } }).handle(place(1)))).toBe('NO_LIMIT_CONFIGURED');
});

test('a price that is no price ages the market', () => {
  const engine = new ExecutionEngine(SETTINGS);
  for (const input of [limited(), told(0), alive(0), life(1), heard, gate()]) engine.handle(input);
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) engine.handle(price(S, bad));
  expect(denial(engine.handle(place(1)))).toBe('STALE_MARKET');
});

test('the same command twice is one order, and the same decision under another command is denied', () => {
  const engine = ready();
  const { clientOrderId } = sent(engine.handle(place(1)));
  expect(engine.handle(place(1))).toEqual([]);
  const [again] = engine.handle(place(1, { commandId: 'another' }));
  expect(again).toMatchObject({ type: 'OrderDenied', denial: { code: 'DUPLICATE_ORDER' } });
  expect(again).not.toMatchObject({ clientOrderId });
});

test('held or on its way, an instrument takes no second entry and no entry against it', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  expect(denial(engine.handle(place(2, { timeUs: S })))).toBe('POSITION_EXISTS');
  engine.handle(filled(entry, 't1', '10', '10', S));
  expect(denial(engine.handle(place(3, { timeUs: S })))).toBe('POSITION_EXISTS');
  expect(denial(engine.handle(place(4, { timeUs: S, direction: 'short' })))).toBe('REVERSAL_REFUSED');
});

test('what is too little to be closed bars nothing', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle({ type: 'VenueFilled', fill: fillOf(entry, 't1', '10', S, '0.0105'), cumulative: d('10') });
  const exit = sent(engine.handle(close(1)));
  expect(exit.quantity.toString()).toBe('9.989');
  engine.handle(filled(exit, 't2', '9.989', '9.989', S));
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['0.0005']);
  expect(denial(engine.handle(place(2, { timeUs: S })))).toBeNull();
});

test('what is worth too little to be closed bars nothing either', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '10', '10', S));
  const exit = sent(engine.handle(close(1, { quantity: d('9.95') })));
  engine.handle(filled(exit, 't2', '9.95', '9.95', S));
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['0.05']);
  expect(denial(engine.handle(place(2, { timeUs: S })))).toBeNull();
});

test('dust stays in the book, so that piece upon piece is a position once it can be sold', () => {
  const engine = ready();
  for (const n of [1, 2]) {
    const entry = sent(engine.handle(place(n, { timeUs: n * S, expiresUs: (n + 5) * S })));
    engine.handle(filled(entry, `in${n}`, '0.05', '0.05', n * S));
    engine.handle(canceled(entry, '0.05', n * S));
  }
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['0.1']);
  expect(denial(engine.handle(place(3, { timeUs: 2 * S, expiresUs: 9 * S })))).toBe('POSITION_EXISTS');
});

test('limits count what is working: positions, exposure, and entries per minute', () => {
  const two = ready();
  two.handle(place(1));
  expect(denial(two.handle(place(2, { timeUs: S, instrument: BTC, quantity: d('11.9') })))).toBe(
    'EXPOSURE_LIMIT',
  );
  const one = ready({ limits: { ...LIMITS, positionsMax: 1 } });
  one.handle(place(1));
  expect(denial(one.handle(place(2, { timeUs: S, instrument: BTC })))).toBe('POSITION_LIMIT');
  const rate = ready();
  for (let n = 1; n <= 4; n++) {
    const outputs = rate.handle(place(n, { timeUs: S }));
    if (n === 4) expect(denial(outputs)).toBe('ORDER_RATE_MAX');
    else rate.handle(submitted(sent(outputs).clientOrderId, 'refused', S));
  }
});

test('an acknowledged order that fills in parts is told as such, and a repeat is told to nobody', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  expect(types(engine.handle(submitted(entry.clientOrderId, 'confirmed', S)))).toEqual(['OrderAccepted']);
  const [part] = engine.handle(filled(entry, 't1', '4', '4', S));
  expect(part).toMatchObject({ type: 'OrderFilled', cumulative: d('4'), leaves: d('6') });
  expect(engine.handle(filled(entry, 't1', '4', '4', S))).toEqual([]);
  expect(types(engine.handle(canceled(entry, '4', S)))).toEqual(['OrderCanceled']);
  expect(engine.handle(canceled(entry, '4', S))).toEqual([]);
  expect(engine.order(entry.clientOrderId)?.status).toBe('canceled');
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['4']);
});

test('a fill that outruns the acknowledgement accepts the order first', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  expect(types(engine.handle(filled(entry, 't1', '10', '10', S)))).toEqual(['OrderAccepted', 'OrderFilled']);
  expect(engine.handle(submitted(entry.clientOrderId, 'confirmed', S))).toEqual([]);
});

test('a cancel that outruns its fills is announced when they have come, with their true sum', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '4', '4', S));
  expect(types(engine.handle(canceled(entry, '7', S)))).toEqual(['FetchFills']);
  const outputs = engine.handle(filled(entry, 't2', '3', '7', S));
  expect(types(outputs)).toEqual(['OrderFilled', 'OrderCanceled']);
  expect(outputs.at(-1)).toMatchObject({ cumulative: d('7') });
});

test('a refused order is rejected and takes no place any more', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  expect(types(engine.handle(submitted(entry.clientOrderId, 'refused', S)))).toEqual(['OrderRejected']);
  expect(engine.openOrders()).toEqual([]);
});

test('one unknown order stops its instrument, an old one stops them all', () => {
  const { engine } = inDoubt();
  expect(denial(engine.handle(place(2, { timeUs: 1.5 * S, instrument: BTC })))).toBeNull();
  const old = inDoubt().engine;
  for (const input of [price(61.5 * S, 83, BTC), gate()]) old.handle(input);
  expect(denial(old.handle(place(62, { instrument: BTC })))).toBe('UNKNOWN_ORDERS');
});

test.each<[VenueOrderStatus, string, readonly string[], string]>([
  ['open', '0', ['OrderAccepted'], 'accepted'],
  ['open', '4', ['OrderAccepted', 'FetchFills'], 'accepted'],
  ['filled', '10', ['OrderAccepted', 'FetchFills'], 'accepted'],
  ['canceled', '0', ['OrderAccepted', 'OrderCanceled'], 'canceled'],
  ['canceled', '4', ['OrderAccepted', 'FetchFills'], 'accepted'],
  ['expired', '0', ['OrderAccepted', 'OrderExpired'], 'expired'],
  ['rejected', '0', ['OrderRejected'], 'rejected'],
])('an unknown order that is found %s with %s filled', (status, amount, expected, after) => {
  const { engine, entry, id } = inDoubt();
  expect(types(engine.handle(lookedUp(id, found(entry, status, amount), 1.5 * S)))).toEqual(expected);
  expect(engine.order(id)?.status).toBe(after);
});

test('an order that never left ends as canceled, with nothing filled and its reason', () => {
  const engine = ready();
  const { clientOrderId } = sent(engine.handle(place(1)));
  const outputs = engine.handle(neverLeft(clientOrderId, 'HALTED scope=x', 'HALTED'));
  expect(outputs).toMatchObject([
    { type: 'OrderCanceled', clientOrderId, reason: 'NEVER_LEFT HALTED scope=x', cumulative: d('0') },
  ]);
  expect(engine.openOrders()).toEqual([]);
});

test('an order that has fills did leave, whoever says that it did not', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const { clientOrderId } = entry;
  engine.handle(filled(entry, 't1', '4', '4', S));
  expect(engine.handle(neverLeft(clientOrderId, 'x'))).toEqual([]);
  expect(engine.order(clientOrderId)?.status).toBe('partially_filled');
});

test('an exit is reduce-only, cut to what we hold, and never sized by what another exit may close', () => {
  const { engine } = holding();
  const half = sent(engine.handle(close(2, { quantity: d('4') })));
  expect(half).toMatchObject({ side: 'sell', reduceOnly: false, timeInForce: 'ioc', quantity: d('4') });
  engine.handle(submitted(half.clientOrderId, 'unknown', 2 * S));
  expect(sent(engine.handle(close(3, { quantity: d('99') }))).quantity.toString()).toBe('6');
  expect(denial(engine.handle(close(4)))).toBe('NO_POSITION');
  expect(denial(ready().handle(close(1)))).toBe('NO_POSITION');
  expect(denial(holding().engine.handle(close(1, { direction: 'short' })))).toBe('NO_POSITION');
});

test('exits of one position for different reasons are different orders', () => {
  const { engine } = holding();
  const target = sent(engine.handle(close(1, { commandId: 'a', quantity: d('4'), reason: 'target' })));
  const stop = sent(engine.handle(close(1, { commandId: 'b', reason: 'trailing_stop' })));
  expect(target.clientOrderId).not.toBe(stop.clientOrderId);
});

test('an exit widens with each attempt, and takes any price at last or when no price is fresh', () => {
  const limitOf = (attempt: number, before: readonly ExecutionInput[] = []) => {
    const { engine } = holding();
    for (const input of before) engine.handle(input);
    return sent(engine.handle(close(1, { attempt, timeUs: 2 * S }))).limitPrice?.toString();
  };
  expect([1, 2, 3, 4].map((n) => limitOf(n))).toEqual(['82.59', '82.17', '81.76', undefined]);
  expect(limitOf(1, [price(9 * S, 83, BTC)])).toBeUndefined();
});

test('exits pass when entries may not, once the gate was open in this epoch, and not before', () => {
  const { engine } = holding();
  engine.handle(shut());
  engine.handle(mode('reducing', 2 * S));
  expect(denial(engine.handle(close(2, { quantity: d('1') })))).toBeNull();
  engine.handle(life(2));
  expect(denial(engine.handle(close(3, { quantity: d('1') })))).toBe('GATE_CLOSED');
  engine.handle(gate(1));
  expect(denial(engine.handle(close(4, { quantity: d('1') })))).toBe('GATE_CLOSED');
  engine.handle(gate(2, 1));
  expect(denial(engine.handle(close(5, { quantity: d('1') })))).toBeNull();
});

test('a contradiction is booked if money moved, reported, and stops entries until a person lifts it', () => {
  const { engine, entry } = holding();
  const conflict = engine.handle({
    type: 'VenueFilled',
    fill: { ...fillOf(entry, 't1', '9', S) },
    cumulative: d('9'),
  });
  expect(conflict).toMatchObject([{ type: 'OrderQuarantined', problem: 'fill_conflict', booked: false }]);
  const overfill = engine.handle(filled(entry, 't2', '1', '11', 2 * S));
  expect(types(overfill)).toEqual(['OrderFilled', 'OrderQuarantined']);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['11']);
  const exit = sent(engine.handle(close(2)));
  engine.handle(filled(exit, 't3', '10', '10', 2 * S));
  const again = sent(engine.handle(close(3)));
  engine.handle(filled(again, 't4', '1', '1', 3 * S));
  engine.handle(price(4 * S));
  expect(denial(engine.handle(place(4)))).toBe('REDUCE_ONLY');
  engine.handle({
    ...{ type: 'TradingModeChanged', scope: { kind: 'instrument', instrument: LTC }, mode: 'active' },
    ...{ reason: 'looked into', by: 'operator', latched: false, commandId: null, timeUs: 4 * S },
  });
  expect(denial(engine.handle(place(5, { timeUs: 4 * S })))).toBeNull();
});

test('a fill of ours whose order we lost is booked once; of one we have forgotten, not again', () => {
  const entry = sent(ready().handle(place(1)));
  const lost = ready();
  const first = lost.handle(filled(entry, 't1', '1', '1', 2 * S));
  expect(types(first)).toEqual(['OrderQuarantined', 'OrderFilled']);
  expect(lost.handle(filled(entry, 't1', '1', '1', 2 * S))).toEqual([]);
  const small = ready({ closedOrdersMax: 1 });
  const old = sent(small.handle(place(1)));
  small.handle(filled(old, 't1', '10', '10', 1.1 * S));
  const exit = sent(small.handle(close(2)));
  small.handle(filled(exit, 't2', '10', '10', 2 * S));
  expect(small.order(old.clientOrderId)).toBeUndefined();
  expect(small.handle(filled(old, 't1', '10', '10', 1.1 * S))).toEqual([]);
  expect(small.positions()).toEqual([]);
});

test('a new epoch closes the gate, doubts what was in flight, and asks about all that is open', () => {
  const engine = ready();
  const flying = sent(engine.handle(place(1)));
  const resting = sent(engine.handle(place(2, { timeUs: S, instrument: BTC, timeInForce: 'gtc' })));
  engine.handle(submitted(resting.clientOrderId, 'confirmed', S));
  const outputs = engine.handle(life(2));
  expect(outputs).toMatchObject([
    { type: 'ReconciliationRequested', asked: { epoch: 2, requestId: 'paper-main:2:1', venue: 'paper' } },
    { type: 'OrderUnknown', clientOrderId: flying.clientOrderId },
    { type: 'LookUpOrder', clientOrderId: flying.clientOrderId },
    { type: 'LookUpOrder', clientOrderId: resting.clientOrderId },
  ]);
  expect(denial(engine.handle(place(3, { timeUs: S })))).toBe('GATE_CLOSED');
});

test('the epoch that stands changes nothing when it begins again, nor does an older one', () => {
  const engine = ready();
  engine.handle(life(2));
  const before = engine.snapshot();
  for (const epoch of [2, 1, 0]) expect(engine.handle(life(epoch))).toEqual([]);
  expect(engine.snapshot()).toEqual(before);
});

test('an order that fills while in doubt is still asked about until the venue says how it ended', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const id = entry.clientOrderId;
  engine.handle(life(2));
  engine.handle(filled(entry, 't1', '4', '4', 2 * S));
  engine.handle(lookedUp(id, { type: 'failed', reason: 'timeout' }, 3 * S));
  expect(types(engine.handle(price(5 * S)))).toEqual(['LookUpOrder']);
  const ended = engine.handle(lookedUp(id, found(entry, 'canceled', '4'), 5 * S));
  expect(types(ended)).toEqual(['OrderCanceled']);
});

test('what belongs to another account is passed over', () => {
  const account = accountId('other');
  const { engine, entry } = holding();
  const before = engine.snapshot();
  const stray = { ...fillOf(entry, 't9', '1', S), account };
  expect(engine.handle(place(9, { account }))).toEqual([]);
  expect(engine.handle({ ...canceled(entry, '0', S), account })).toEqual([]);
  expect(engine.handle({ type: 'VenueFilled', fill: stray, cumulative: d('1') })).toEqual([]);
  expect(engine.snapshot()).toEqual(before);
});

test('any venue: no id goes out twice, our book is the venue’s, no exit opens a short', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const engine = ready({ limits: { ...LIMITS, entriesPerMinuteMax: 50 } });
      const { orders, held, lowest } = play(session, (input) => engine.handle(input));
      for (const { request, sends, ended, cumulative } of orders) {
        expect(sends).toBe(1);
        const ours = engine.order(request.clientOrderId);
        expect(ours?.cumulative.toString()).toBe(cumulative.toString());
        if (ended) expect(['filled', 'canceled']).toContain(ours?.status);
      }
      for (const id of [LTC, BTC]) {
        const ours = engine.positions().find((p) => p.instrument === id)?.quantity ?? Decimal.zero;
        expect(ours.toString()).toBe((held.get(id) ?? Decimal.zero).toString());
      }
      expect(lowest.toString()).toBe('0');
    }),
    { numRuns: 300 },
  );
});

test('restored from a snapshot at any point, it goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(sessions, fc.nat({ max: 200 }), (session, split) => {
      const straight = ready();
      let stopped = ready();
      play(session, (input, n) => {
        if (n === split) {
          const bytes = sealSnapshot('execution', 1, stopped.snapshot());
          stopped = new ExecutionEngine(SETTINGS, openSnapshot('execution', 1, bytes));
        }
        const outputs = straight.handle(input);
        expect(JSON.stringify(stopped.handle(input))).toBe(JSON.stringify(outputs));
        return outputs;
      });
      expect(stopped.snapshot()).toEqual(straight.snapshot());
    }),
    { numRuns: 150 },
  );
});

test('who folds the events that it says has every order as it has it', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const engine = ready();
      const folded = new Map<ClientOrderId, Order>();
      const sent = new Set<ClientOrderId>();
      const fate = (order: ReturnType<typeof asTold> | undefined) =>
        order && [order.request.clientOrderId, order.status, order.cumulative, order.fills.length];
      const compare = (id: ClientOrderId) => {
        const ours = engine.order(id);
        expect(fate(folded.get(id))).toEqual(fate(ours && asTold(ours)));
      };
      play(session, (input) => {
        const outputs = engine.handle(input);
        for (const output of outputs)
          if (output.type === 'SubmitOrder') sent.add(output.request.clientOrderId);
          else if (isOrderEvent(output)) {
            const order = orderAfter(folded.get(output.clientOrderId), output);
            if (order !== undefined) folded.set(output.clientOrderId, order);
          }
        for (const { clientOrderId: id } of outputs.filter(isOrderEvent)) compare(id);
        return outputs;
      });
      for (const id of sent) compare(id);
    }),
    { numRuns: 150 },
  );
});

function isOrderEvent(output: ExecutionOutput): output is OrderEvent {
  return output.type.startsWith('Order');
}

/** The order as its events tell it: nobody is told of a cancel under way. */
function asTold(order: Order): Pick<Order, 'request' | 'status' | 'cumulative' | 'fills'> {
  const working = order.cumulative.isPositive() ? 'partially_filled' : 'accepted';
  return order.status === 'pending_cancel' ? { ...order, status: working } : order;
}

test('what it remembers is bounded', () => {
  const engine = ready({ closedOrdersMax: 5, commandIdsMax: 20 });
  for (let n = 1; n <= 100; n++) {
    const timeUs = n * 61 * S;
    for (const input of [price(timeUs), gate()]) engine.handle(input);
    const entry = sent(engine.handle(place(n, { timeUs })));
    engine.handle(submitted(entry.clientOrderId, 'refused', timeUs));
  }
  const { ledger, commands, entries } = engine.snapshot();
  const kept = [ledger.open, ledger.closed, commands, entries].map((list) => list.length);
  expect(kept).toEqual([0, 5, 20, 100]);
});
