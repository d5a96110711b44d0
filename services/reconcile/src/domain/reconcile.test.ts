import { accountId, Decimal, type Fill, type VenueOrder } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LocalBooks, LocalOrder, Lookup, ReconciliationContext, VenueBooks } from './books.ts';
import { reconcile } from './reconcile.ts';
import type { Discrepancy, ReconciliationReport } from './reconciliation-report.ts';

import {
  A,
  ACCOUNT,
  brief,
  CONTEXT,
  changeBy,
  d,
  fill,
  found,
  HELD,
  held,
  LTC,
  local,
  order,
  ours,
  request,
  S,
  T1,
  venue,
  venueHeld,
  venueOrder,
  WEB,
} from './testing/reconcile-scenario.ts';

const CRASHED: LocalBooks = local({ orders: [order(A, 'submitted')] });

const CLOSED = venue({ fills: [T1, fill('t2', WEB, '10', { side: 'sell' })] });
const GONE = venue({ fills: [T1], positions: [venueHeld('0')] });
test.each<[string, LocalBooks, VenueBooks, readonly string[], Partial<ReconciliationContext>?]>([
  ['nothing on either side', local({}), venue({}), []],
  ['the same on both sides', HELD, venue({ fills: [T1], positions: [venueHeld('10')] }), []],
  [
    'fills that happened while we were down',
    CRASHED,
    venue({ fills: [T1], positions: [venueHeld('10')] }),
    ['D7 close_order', 'D8 ingest_fills'],
  ],
  [
    'a part fill, and the rest canceled',
    CRASHED,
    venue({
      ...{ fills: [fill('t1', A, '4')], positions: [venueHeld('4')], lookups: [found(A, 'canceled', '4')] },
    }),
    ['D7 close_order', 'D8 ingest_fills'],
  ],
  [
    'an order that fills on while we look',
    local({ orders: [order(A, 'accepted')] }),
    venue({
      ...{
        fills: [fill('t1', A, '4')],
        positions: [venueHeld('4')],
        openOrders: [venueOrder(A, 'open', '4')],
      },
    }),
    ['D8 ingest_fills'],
  ],
  [
    'an open order whose fills do not add up',
    local({ orders: [order(A, 'accepted')] }),
    venue({ openOrders: [venueOrder(A, 'open', '4')] }),
    ['D8 look_up_order refuse'],
  ],
  ['an order in flight that nobody asked about', CRASHED, venue({}), ['D7 look_up_order refuse']],
  [
    'an order that the venue could not look up',
    CRASHED,
    venue({ lookups: [{ clientOrderId: A, lookup: { type: 'failed', reason: 'timeout' } }] }),
    ['D7 look_up_order refuse'],
  ],
  [
    'an order that is absent, which proves nothing and holds up nothing else',
    CRASHED,
    venue({ lookups: [{ clientOrderId: A, lookup: { type: 'absent' } }] }),
    ['D7 look_up_order'],
  ],
  [
    'an order found canceled with more filled than its fills say',
    CRASHED,
    venue({ lookups: [found(A, 'canceled', '4')] }),
    ['D7 look_up_order refuse'],
  ],
  [
    'an order that works, found open but not listed as open',
    local({ orders: [order(A, 'accepted')] }),
    venue({ lookups: [found(A, 'open', '0')] }),
    ['D7 look_up_order refuse'],
  ],
  [
    'an open order of our prefix that nobody knows',
    local({}),
    venue({ openOrders: [venueOrder(A, 'open')] }),
    ['D5 cancel_order refuse'],
  ],
  [
    'an order that is over for us and works there',
    local({ orders: [order(A, 'canceled')] }),
    venue({ openOrders: [venueOrder(A, 'open')] }),
    ['D5 cancel_order refuse'],
  ],
  ['somebody else’s order', local({}), venue({ openOrders: [venueOrder(WEB, 'open')] }), ['D6 none']],
  [
    'fills of our prefix that nobody knows',
    local({}),
    venue({ fills: [T1], positions: [venueHeld('10')] }),
    ['D8 ingest_fills refuse'],
  ],
  [
    'a fill with other numbers than we booked',
    HELD,
    venue({ fills: [fill('t1', A, '10', { price: d('84') })], positions: [venueHeld('10')] }),
    ['D8 none refuse'],
  ],
  ['a fill of ours missing there', HELD, venue({ positions: [venueHeld('10')] }), ['D8 none refuse']],
  ['a position that somebody else closed', HELD, CLOSED, ['D1 close_position_externally']],
  ['a position gone, no trace', HELD, GONE, ['D1 close_position_externally refuse']],
  [
    'a position gone, and a history too short to know',
    local({ positions: [held('10')] }),
    venue({ positions: [venueHeld('0')] }),
    ['D1 none refuse'],
    { fillsSinceUs: 50 * S },
  ],
  [
    'a position nobody of us opened',
    local({}),
    venue({ positions: [venueHeld('3')] }),
    ['D2 import_foreign refuse'],
  ],
  [
    'the same once acknowledged',
    local({ positions: [held('0', { beside: d('3') })] }),
    venue({ positions: [venueHeld('3')] }),
    [],
  ],
  [
    'what was acknowledged and taken away since',
    { ...HELD, positions: [held('10', { beside: d('3') })] },
    venue({ fills: [T1], positions: [venueHeld('10')] }),
    ['D2 adjust_beside'],
  ],
  [
    'a guard that has another quantity',
    { ...HELD, positions: [held('10', { guarded: d('7') })] },
    venue({ fills: [T1], positions: [venueHeld('10')] }),
    ['D12 restate_position'],
  ],
  [
    'a position that somebody else added to',
    HELD,
    venue({ fills: [T1, fill('t2', WEB, '5')], positions: [venueHeld('15')] }),
    ['D2 import_foreign refuse'],
  ],
  [
    'a position that somebody else reduced',
    HELD,
    venue({ fills: [T1, fill('t2', WEB, '4', { side: 'sell' })], positions: [venueHeld('6')] }),
    ['D3 close_position_externally'],
  ],
  [
    'a position of an unexplained size',
    HELD,
    venue({ fills: [T1], positions: [venueHeld('8')] }),
    ['D3 adjust_position refuse'],
  ],
  ['dust', HELD, venue({ fills: [T1], positions: [venueHeld('9.95')] }), ['D3 adjust_dust']],
  [
    'a position on the other side',
    HELD,
    venue({ fills: [T1], positions: [venueHeld('-10')] }),
    ['D4 none refuse'],
  ],
  [
    'an average price that is off',
    { ...HELD, positions: [held('10', { averagePrice: d('83.5') })] },
    venue({ fills: [T1], positions: [venueHeld('10')] }),
    ['D11 none'],
  ],
])('%s', (_, ourBooks, theirBooks, expected, context = {}) => {
  const report = reconcile(ourBooks, theirBooks, { ...CONTEXT, ...context });
  expect(brief(report)).toEqual(expected);
  // What concerns one instrument shuts it alone; all others, and exits of what is there, go on.
  const isGone = expected.some((e) => /^D[14].*refuse/.test(e));
  const shut = expected.some((e) => e.includes('refuse')) ? [[LTC, isGone]] : [];
  expect(report.verdict.type).toBe('pass');
  expect(report.shut.map(({ instrument, shutsExits }) => [instrument, shutsExits])).toEqual(shut);
});

test.each<[string, string, string, readonly string[]]>([
  ['as expected', '1000', '1000', []],
  ['off by less than a thousandth', '1000.9', '1000', []],
  ['short', '990', '1000', ['D9 adjust_balance']],
  ['richer than expected, before a deposit is told', '2000', '1000', ['D9 adjust_balance']],
  ['what a fill that we have missed explains', '169.17', '1000', ['D8 ingest_fills']],
])('cash %s', (_, usdt, expected, found) => {
  const isMissed = found[0]?.startsWith('D8') === true;
  const bought = fill('t1', A, '10', { fee: d('0.83') });
  const ours = local({ fills: isMissed ? [] : [bought], positions: isMissed ? [] : [held('10')] });
  const total = { account: ACCOUNT, asset: 'USDT', total: d(usdt), free: d(usdt) };
  const theirs = venue({ fills: [bought], positions: [venueHeld('10')], balances: [total] });
  const known = { ...ours, ended: HELD.ended, cash: new Map([['USDT', d(expected)]]) };
  expect(brief(reconcile(known, theirs, CONTEXT))).toEqual(found);
});

test.each<[string, Partial<LocalBooks>, Partial<VenueBooks>, string]>([
  ['another executor took over', { epoch: 3 }, {}, 'epoch 3'],
  [
    'the books are of another account',
    {},
    { balances: [{ account: accountId('other'), asset: 'USDT', total: d('1'), free: d('1') }] },
    'not those of paper-main alone',
  ],
])('refuses when %s', (_, ourChange, theirChange, reason) => {
  const { verdict } = reconcile(local(ourChange), venue(theirChange), CONTEXT);
  expect(verdict.type === 'refuse' && verdict.reasons.join()).toContain(reason);
});

const isOurs = ({ clientOrderId: id }: Fill) => id !== WEB;

/** Does what a report says, as execution and a person would. */
function settled(ourBooks: LocalBooks, theirs: VenueBooks, report: ReconciliationReport): LocalBooks {
  const did = (action: Discrepancy['action']) => report.discrepancies.filter((x) => x.action === action);
  const ids = new Set(did('ingest_fills').map((x) => x.clientOrderId));
  const known = new Set(ourBooks.fills.map((f) => f.venueTradeId));
  const missed = theirs.fills.filter((f) => ids.has(f.clientOrderId) && !known.has(f.venueTradeId));
  const over = new Set(did('close_order').map((x) => x.clientOrderId));
  const adopted = new Set(did('adopt_order').map((x) => x.clientOrderId));
  const orders = [...ourBooks.undecided.values(), ...ourBooks.ended.values()].map((o) => {
    const id = o.request.clientOrderId;
    const cumulative = missed
      .filter((f) => f.clientOrderId === id)
      .reduce((sum, f) => sum.plus(f.quantity), o.cumulative);
    return {
      ...o,
      cumulative,
      status: over.has(id) ? ('canceled' as const) : adopted.has(id) ? ('accepted' as const) : o.status,
    };
  });
  const fetched = report.differences.some(({ cure }) => cure === 'fetch') ? theirs.fills : missed;
  const booked = fetched.filter(
    (f) => !known.has(f.venueTradeId) && (ids.has(f.clientOrderId) || !isOurs(f)),
  );
  const own = ourBooks.positions.reduce((sum, p) => sum.plus(p.quantity), Decimal.zero);
  const difference = report.differences[0];
  const beside = ourBooks.positions[0]?.beside ?? d('0');
  const positions = () => {
    if (difference?.cure === 'correct') return [held(`${difference.held.minus(beside)}`, { beside })];
    if (difference?.cure === 'person')
      return [held(`${difference.own}`, { beside: difference.held.minus(difference.own) })];
    return [held(`${booked.reduce((sum, f) => sum.plus(changeBy(f)), own)}`, { beside })];
  };
  return local({
    orders,
    fills: [...ourBooks.fills, ...booked],
    positions: positions(),
    epoch: ourBooks.epoch,
  });
}

/**
 * A world: orders that were sent, the fills they had, how
 * much of it we heard of, and what else befell the account.
 */
const worlds = fc
  .record({
    parts: fc.array(
      fc.record({
        fills: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        isOpen: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    heard: fc.nat({ max: 18 }),
    drift: fc.constantFrom('0', '0', '0.01', '2', '-2', '-30', '30'),
    human: fc.constantFrom('0', '0', '3', '-1'),
  })
  .map(({ parts, heard, drift, human }) => {
    const told: Fill[] = [];
    const all: Fill[] = [];
    const orders: LocalOrder[] = [];
    const openOrders: VenueOrder[] = [];
    const lookups: Lookup[] = [];
    for (const [i, part] of parts.entries()) {
      const id = ours('abcdef'[i]!);
      const req = request(id, '10', part.side);
      const fills = part.fills.map((q, k) =>
        fill(`t${i}-${k}`, id, `${q}`, { side: part.side, timeUs: (i * 3 + k + 1) * S }),
      );
      const cumulative = (list: readonly Fill[]) => list.reduce((s, f) => s.plus(f.quantity), Decimal.zero);
      const knows = fills.filter((_, k) => i * 3 + k < heard);
      orders.push({ request: req, status: 'submitted', cumulative: cumulative(knows) });
      const filled = cumulative(fills).toString();
      if (part.isOpen) openOrders.push({ ...venueOrder(id, 'open', filled), request: req });
      else lookups.push(found(id, 'canceled', filled));
      told.push(...knows);
      all.push(...fills);
    }
    const sum = (list: readonly Fill[]) => list.reduce((s, f) => s.plus(changeBy(f)), Decimal.zero);
    const side = human.startsWith('-') ? ('sell' as const) : ('buy' as const);
    const others = human === '0' ? [] : [fill('h1', WEB, human.replace('-', ''), { side, timeUs: 90 * S })];
    const quantity = sum(all).plus(sum(others)).plus(d(drift));
    return {
      ourBooks: local({ orders, fills: told, positions: [held(sum(told).toString())] }),
      theirs: venue({
        ...{ fills: [...all, ...others], openOrders, lookups },
        positions: quantity.isZero() ? [] : [venueHeld(quantity.toString())],
      }),
      isExplained: drift === '0' && human === '0',
      drift,
    };
  });

test('whatever was missed while we were down is explained by fills, and passes', () => {
  fc.assert(
    fc.property(worlds, ({ ourBooks, theirs, isExplained }) => {
      fc.pre(isExplained);
      const report = reconcile(ourBooks, theirs, CONTEXT);
      expect([report.verdict, report.shut]).toEqual([{ type: 'pass' }, []]);
      expect(report.discrepancies.filter((x) => !['D5', 'D7', 'D8'].includes(x.class))).toEqual([]);
    }),
  );
});

test('a drift that nothing explains is never passed over', () => {
  fc.assert(
    fc.property(worlds, ({ ourBooks, theirs, drift }) => {
      fc.pre(d(drift).abs().greaterThan(d('1')));
      const report = reconcile(ourBooks, theirs, CONTEXT);
      const sizes = report.discrepancies.filter((x) => ['D1', 'D2', 'D3', 'D4'].includes(x.class));
      expect(sizes.length).toBeGreaterThan(0);
    }),
  );
});

test('once all has been done that is to be done, nothing differs and nothing is shut', () => {
  fc.assert(
    fc.property(worlds, ({ ourBooks, theirs }) => {
      let books = ourBooks;
      for (let run = 0; run < 3; run++) books = settled(books, theirs, reconcile(books, theirs, CONTEXT));
      const last = reconcile(books, theirs, CONTEXT);
      expect(last.differences).toEqual([]);
      expect(last.discrepancies.filter((x) => x.action !== 'none')).toEqual([]);
      expect(last.shut).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('the same books give the same report, in whatever order they are listed', () => {
  fc.assert(
    fc.property(worlds, ({ ourBooks, theirs }) => {
      const flip = <T extends object>(books: T): T =>
        Object.fromEntries(
          Object.entries(books).map(([key, list]) => [key, Array.isArray(list) ? list.toReversed() : list]),
        ) as T;
      const report = reconcile(ourBooks, theirs, CONTEXT);
      expect(reconcile(flip(ourBooks), flip(theirs), CONTEXT)).toEqual(report);
      expect(reconcile(ourBooks, theirs, { ...CONTEXT, asOfUs: 7 })).toEqual({ ...report, asOfUs: 7 });
      expect(reconcile(ourBooks, theirs, { ...CONTEXT, epoch: 3 }).hash).not.toBe(report.hash);
    }),
  );
});
