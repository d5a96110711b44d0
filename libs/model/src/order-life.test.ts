import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fill } from './order.ts';
import {
  applyToOrder,
  isEnded,
  leavesOf,
  ORDER_FACT_TYPES,
  ORDER_STATUSES,
  type OrderFact,
  type OrderStatus,
} from './order-life.ts';
import { d, fact, fill, filled, order } from './testing/order-lives.ts';

// Each cell: what the status becomes; `=` true but nothing new; `.` illegal, status kept; `!` illegal, fill
// booked. The fill that comes is a part of the order. Written down by hand.
const EXPECTED = `
                 Unk Acc Rej Fil CaR CaX Can Exp
submitted        unk acc rej par .   .   can exp
unknown          =   acc rej par =   =   can exp
accepted         =   =   rej par pca .   can exp
partially_filled =   =   .   par pca .   can exp
pending_cancel   unk acc rej pca =   acc can exp
filled           =   =   .   !   .   =   =   =
canceled         =   =   .   can .   =   =   =
expired          =   =   .   !   .   =   =   =
rejected         =   .   =   !   .   =   .   .`;

const SHORT: Readonly<Record<string, OrderStatus>> = {
  ...{ sub: 'submitted', unk: 'unknown', acc: 'accepted', par: 'partially_filled', pca: 'pending_cancel' },
  ...{ rej: 'rejected', can: 'canceled', exp: 'expired' },
};

const CELLS = EXPECTED.trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [status, ...cells] = line.trim().split(/\s+/);
    return cells.map((cell, i) => [status as OrderStatus, ORDER_FACT_TYPES[i]!, cell] as const);
  });

/** The fields that an order has in each status beyond those that every order has. */
const FIELDS: Readonly<Record<OrderStatus, readonly string[]>> = {
  submitted: [],
  unknown: ['unknownUs', 'venueOrderId'],
  accepted: ['venueOrderId'],
  partially_filled: ['venueOrderId'],
  pending_cancel: ['venueOrderId'],
  filled: ['endedUs', 'venueOrderId'],
  canceled: ['endedUs', 'reason', 'venueOrderId'],
  expired: ['endedUs', 'reason', 'venueOrderId'],
  rejected: ['endedUs', 'reason', 'venueOrderId'],
};
const ALWAYS = Object.keys(order('submitted'));

test('the table names every pair of status and fact', () => {
  expect(CELLS).toHaveLength(ORDER_STATUSES.length * ORDER_FACT_TYPES.length);
  expect(new Set(CELLS.map(([status]) => status))).toEqual(new Set(ORDER_STATUSES));
});

test.each(CELLS)('%s and %s: %s', (status, type, cell) => {
  const before = order(status);
  expect(before.status).toBe(status);
  const applied = applyToOrder(before, fact(type));
  const after = applied.order;
  const wasIllegal = cell === '.' || cell === '!';
  expect(applied.type).toBe(wasIllegal ? 'quarantined' : cell === '=' ? 'same' : 'applied');
  expect(after.status).toBe(wasIllegal || cell === '=' ? status : SHORT[cell]);
  const booked = type === 'Filled' ? d('1') : d('0');
  expect(after.cumulative.toString()).toBe(before.cumulative.plus(booked).toString());
  expect(Object.keys(after).toSorted()).toEqual([...ALWAYS, ...FIELDS[after.status]].toSorted());
});

test('an order that was filled in part goes back to that, not to accepted', () => {
  const asked = applyToOrder(order('accepted', [fill('t1', '4')]), fact('CancelRequested')).order;
  const lost = applyToOrder(asked, fact('OutcomeUnknown')).order;
  for (const [now, news] of [
    [asked, fact('CancelRefused')],
    [asked, fact('Accepted')],
    [lost, fact('Accepted')],
  ] as const)
    expect(applyToOrder(now, news).order.status).toBe('partially_filled');
});

test('an order whose cancel was lost keeps the name that the venue gave it', () => {
  const lost = applyToOrder(order('pending_cancel'), fact('OutcomeUnknown')).order;
  expect(lost).toMatchObject({ status: 'unknown', unknownUs: 7, venueOrderId: 'v1' });
  expect(order('unknown')).toMatchObject({ unknownUs: 7, venueOrderId: null });
});

test('the last fill ends an order, a cancel under way or done notwithstanding', () => {
  for (const status of ['accepted', 'pending_cancel', 'canceled', 'unknown', 'submitted'] as const) {
    const applied = applyToOrder(order(status), filled('t1', '10'));
    expect([applied.type, applied.order.status]).toEqual(['applied', 'filled']);
    expect(leavesOf(applied.order).isZero()).toBe(true);
  }
});

test.each<[string, OrderStatus, readonly Fill[], Fill, string, string]>([
  [
    'the same trade id with another price',
    'partially_filled',
    [fill('t1', '4')],
    fill('t1', '4', '84'),
    'fill_conflict',
    '4',
  ],
  [
    'the same trade id with another quantity',
    'partially_filled',
    [fill('t1', '4')],
    fill('t1', '5'),
    'fill_conflict',
    '4',
  ],
  ['more than was ordered', 'partially_filled', [fill('t1', '9')], fill('t2', '2'), 'overfill', '11'],
  ['a fill on top of a full one', 'filled', [fill('t1', '10')], fill('t2', '1'), 'overfill', '11'],
  ['a fill of a rejected order', 'rejected', [], fill('t1', '1'), 'fill_after_end', '1'],
  ['a fill of an expired order', 'expired', [fill('t1', '1')], fill('t2', '1'), 'fill_after_end', '2'],
])('%s is quarantined', (_, status, fills, next, contradiction, cumulative) => {
  const applied = applyToOrder(order(status, fills), { type: 'Filled', fill: next, timeUs: 1 });
  expect(applied).toMatchObject({ type: 'quarantined', contradiction });
  expect(applied.type === 'quarantined' && applied.booked).toBe(contradiction !== 'fill_conflict');
  expect(applied.order.cumulative.toString()).toBe(cumulative);
});

test('a refusal of an order that has fills is quarantined', () => {
  const asked = applyToOrder(order('accepted', [fill('t1', '1')]), fact('CancelRequested')).order;
  const lost = applyToOrder(asked, fact('OutcomeUnknown')).order;
  expect(lost.status).toBe('unknown');
  const refused = applyToOrder(lost, fact('Rejected'));
  expect(refused).toMatchObject({ type: 'quarantined', contradiction: 'illegal_transition' });
});

/**
 * Fills of at most the order's 10, an acknowledgement and
 * perhaps an end, in any order and each told 1–3 times.
 */
const tellings = fc
  .record({
    parts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
    end: fc.constantFrom('Canceled' as const, null),
    again: fc.array(fc.nat(), { maxLength: 12 }),
    seed: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
  })
  .map(({ parts, end, again, seed }) => {
    let left = 10;
    const fills: OrderFact[] = [];
    for (const [i, part] of parts.entries()) {
      const quantity = Math.min(part, left);
      if (quantity > 0) fills.push({ type: 'Filled', fill: fill(`t${i}`, `${quantity}`), timeUs: i });
      left -= quantity;
    }
    const facts = [...fills, fact('Accepted'), ...(end === null ? [] : [fact(end)])];
    const told = [...facts, ...again.map((n) => facts[n % facts.length]!)];
    const shuffled = told.map((f, i) => [seed[i % 30]!, f] as const).toSorted((a, b) => a[0] - b[0]);
    return { told, shuffled: shuffled.map(([, f]) => f), filled: 10 - left, end };
  });

test('whatever order and however often facts are told, the order ends the same', () => {
  fc.assert(
    fc.property(tellings, ({ told, shuffled, filled, end }) => {
      const ended = [told, shuffled].map((facts) => {
        let now = order('submitted');
        for (const f of facts) {
          const applied = applyToOrder(now, f);
          expect(applied.type).not.toBe('quarantined');
          expect(applied.order.cumulative.lessThan(now.cumulative)).toBe(false);
          if (isEnded(now.status) && applied.order.status !== now.status)
            expect([now.status, applied.order.status]).toEqual(['canceled', 'filled']);
          now = applied.order;
        }
        return now;
      });
      for (const { status, cumulative, fills } of ended) {
        expect(cumulative.toString()).toBe(`${filled}`);
        expect(new Set(fills.map((f) => f.venueTradeId)).size).toBe(fills.length);
        expect(status).toBe(filled === 10 ? 'filled' : end === null ? 'partially_filled' : 'canceled');
      }
    }),
  );
});

test('from any status any fact, twice: the second time changes nothing more that counts', () => {
  for (const status of ORDER_STATUSES)
    for (const type of ORDER_FACT_TYPES) {
      const once = applyToOrder(order(status), fact(type)).order;
      const twice = applyToOrder(once, fact(type)).order;
      expect(twice.cumulative.equals(once.cumulative)).toBe(true);
      if (isEnded(once.status)) expect(twice.status).toBe(once.status);
    }
});
