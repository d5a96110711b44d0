import {
  accountId,
  clientOrderId,
  Decimal,
  type Fill,
  instrumentId,
  ORDER_STATUSES,
  type OrderRequest,
  type OrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  applyToOrder,
  isTerminal,
  leavesOf,
  newOrder,
  type Order,
  type OrderFact,
} from './order-state-machine.ts';
import { ORDER_FACT_TYPES, type OrderFactType } from './order-transitions.ts';

const d = (text: string) => Decimal.of(text);
const ID = clientOrderId('aaaaaaaaaaaaaaaaaaaaaaaaaaa');
const ACCOUNT = accountId('paper-main');
const LTC = instrumentId('synthetic.spot.LTCUSDT');

function fill(trade: string, quantity: string, price = '83'): Fill {
  return {
    venueTradeId: venueTradeId(trade),
    clientOrderId: ID,
    venueOrderId: venueOrderId('v1'),
    account: ACCOUNT,
    instrument: LTC,
    side: 'buy',
    quantity: d(quantity),
    price: d(price),
    fee: d('0'),
    feeAsset: 'USDT',
    liquidity: 'taker',
    timeUs: 5,
  };
}

function order(status: OrderStatus, fills: readonly Fill[] = []): Order {
  const request: OrderRequest = {
    clientOrderId: ID,
    account: ACCOUNT,
    instrument: LTC,
    side: 'buy',
    type: 'limit',
    timeInForce: 'ioc',
    quantity: d('10'),
    limitPrice: d('83'),
    reduceOnly: false,
  };
  const seed = { intent: 'entry', strategy: null, position: null, plan: null, epoch: 1 } as const;
  const fresh = newOrder({ ...seed, request, submittedUs: 0 });
  const cumulative = fills.reduce((sum, f) => sum.plus(f.quantity), Decimal.zero);
  return { ...fresh, status, fills, cumulative, resumes: 'accepted', unknownUs: null };
}

function fact(type: OrderFactType): OrderFact {
  if (type === 'Filled') return { type, fill: fill('t9', '1'), timeUs: 7 };
  if (type === 'Accepted') return { type, venueOrderId: venueOrderId('v1'), timeUs: 7 };
  return { type, timeUs: 7 };
}

// Each cell: what the status becomes; `=` true but nothing new; `.` illegal, status kept; `!` illegal, fill
// booked. The order has no fill yet, and the fill that comes is a part of it. Written down from the
// reference, by hand.
const EXPECTED = `
                 Den Emu Rel Int Sub Unk Acc Rej Trg Fil UpR Upd UpX CaR CaX Can Exp
initialized      den emu .   int .   .   acc rej trg !   .   .   .   .   .   can exp
denied           =   .   .   .   .   .   .   .   .   !   .   .   .   .   .   .   .
intent_logged    den .   .   .   sub unk .   .   .   !   .   .   .   .   .   can exp
submitted        .   .   .   .   .   unk acc rej trg par pup .   .   pca .   can exp
unknown          .   .   .   .   sub =   acc rej trg par .   .   .   =   =   can exp
accepted         .   .   .   .   .   =   =   rej trg par pup .   .   pca .   can exp
partially_filled .   .   .   .   .   =   =   .   trg par pup .   .   pca .   can exp
pending_update   .   .   .   .   .   unk acc rej trg pup =   acc acc pca .   can exp
pending_cancel   .   .   .   .   .   unk acc rej .   pca .   .   .   =   acc can exp
triggered        .   .   .   .   .   =   =   rej =   par pup .   .   pca .   can exp
emulated         .   .   rel .   .   .   .   .   .   !   .   .   .   .   .   can exp
released         den .   .   int .   .   .   .   .   !   .   .   .   .   .   can exp
filled           .   .   .   .   .   =   =   .   =   fil .   .   =   .   =   =   =
canceled         .   .   .   .   .   =   =   .   =   can .   .   =   .   =   =   =
expired          .   .   .   .   .   =   =   .   =   !   .   .   =   .   =   =   =
rejected         .   .   .   .   .   =   .   =   .   !   .   .   .   .   =   .   .`;

const SHORT: Readonly<Record<string, OrderStatus>> = {
  ...{ den: 'denied', emu: 'emulated', rel: 'released', int: 'intent_logged', sub: 'submitted' },
  ...{ unk: 'unknown', acc: 'accepted', rej: 'rejected', trg: 'triggered', par: 'partially_filled' },
  ...{ pup: 'pending_update', pca: 'pending_cancel', can: 'canceled', exp: 'expired', fil: 'filled' },
};

const CELLS = EXPECTED.trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [status, ...cells] = line.trim().split(/\s+/);
    return cells.map((cell, i) => [status as OrderStatus, ORDER_FACT_TYPES[i]!, cell] as const);
  });

test('the table names every pair of status and fact', () => {
  expect(CELLS).toHaveLength(ORDER_STATUSES.length * ORDER_FACT_TYPES.length);
  expect(new Set(CELLS.map(([status]) => status))).toEqual(new Set(ORDER_STATUSES));
});

test.each(CELLS)('%s and %s: %s', (status, type, cell) => {
  const before = order(status);
  const applied = applyToOrder(before, fact(type));
  expect({ ...applied.order, fills: [] }).toMatchObject({ request: before.request, epoch: before.epoch });
  if (cell === '.' || cell === '!') {
    expect(applied.type).toBe('quarantined');
    expect(applied.order.status).toBe(status);
    expect(applied.order.cumulative.toString()).toBe(cell === '!' ? '1' : '0');
    return;
  }
  expect(applied.type).toBe(cell === '=' ? 'same' : 'applied');
  expect(applied.order.status).toBe(cell === '=' ? status : SHORT[cell]);
  expect(applied.order.cumulative.toString()).toBe(type === 'Filled' ? '1' : '0');
  expect(applied.order.unknownUs === null).toBe(applied.order.status !== 'unknown' || status === 'unknown');
});

test('an order that was filled in part goes back to that, not to accepted', () => {
  for (const status of ['pending_cancel', 'unknown'] as const) {
    const applied = applyToOrder(order(status, [fill('t1', '4')]), fact('Accepted'));
    expect(applied.order.status).toBe('partially_filled');
  }
  const refused = applyToOrder(order('pending_cancel', [fill('t1', '4')]), fact('CancelRefused'));
  expect(refused.order.status).toBe('partially_filled');
});

test('the last fill ends an order, a cancel under way or done notwithstanding', () => {
  for (const status of ['accepted', 'partially_filled', 'pending_cancel', 'canceled', 'unknown'] as const) {
    const applied = applyToOrder(order(status), { type: 'Filled', fill: fill('t1', '10'), timeUs: 1 });
    expect([applied.type, applied.order.status]).toEqual(['applied', 'filled']);
    expect(leavesOf(applied.order).isZero()).toBe(true);
  }
});

test.each<[string, OrderStatus, readonly Fill[], Fill, string, string]>([
  [
    'the same trade id with another price',
    'accepted',
    [fill('t1', '4')],
    fill('t1', '4', '84'),
    'fill_conflict',
    '4',
  ],
  [
    'the same trade id with another quantity',
    'accepted',
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
  const applied = applyToOrder(order('unknown', [fill('t1', '1')]), fact('Rejected'));
  expect(applied).toMatchObject({ type: 'quarantined', contradiction: 'illegal_transition' });
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
          if (isTerminal(now.status) && applied.order.status !== now.status)
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
      if (isTerminal(once.status)) expect(twice.status).toBe(once.status);
    }
});
