import {
  BUY,
  clientOrderId,
  Decimal,
  type Fill,
  type OrderRequest,
  openSnapshot,
  sealSnapshot,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FILLS_MAX, type PaperSettings } from './paper-settings.ts';
import { PaperVenue } from './paper-venue.ts';
import { LTC, limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const settings: PaperSettings = { ...SETTINGS, latency: { medianMs: 80, sigma: 0.5 }, residualMs: 1_500 };
const TICK = 0.01;

/** What a driver does to a venue, in order of event time. */
type Step =
  | { readonly type: 'trades'; readonly trades: TradeColumns }
  | { readonly type: 'submit'; readonly request: OrderRequest; readonly sentUs: TimeUs }
  | { readonly type: 'cancel'; readonly name: string; readonly sentUs: TimeUs };

const print = fc.record({
  gapMs: fc.nat(700),
  buys: fc.boolean(),
  move: fc.integer({ min: -6, max: 6 }),
  lots: fc.integer({ min: 1, max: 9_000 }),
});
const action = fc.record({
  kind: fc.constantFrom('market', 'ioc', 'gtc', 'fok', 'cancel' as const),
  sell: fc.boolean(),
  lots: fc.integer({ min: 60, max: 2_500 }),
  offset: fc.integer({ min: -8, max: 8 }),
  reduceOnly: fc.boolean(),
  target: fc.nat(20),
});
const plot = fc.array(
  fc.tuple(fc.array(print, { minLength: 1, maxLength: 12 }), fc.option(action, { nil: null })),
  {
    minLength: 2,
    maxLength: 18,
  },
);

function scene(parts: typeof plot extends fc.Arbitrary<infer Parts> ? Parts : never): Step[] {
  const steps: Step[] = [];
  let nowMs = 1_000;
  let ticks = 10_000;
  parts.forEach(([prints, act], index) => {
    const rows = prints.map(({ gapMs, buys, move, lots }) => {
      nowMs += gapMs;
      ticks += move;
      return [nowMs, buys ? 'buy' : 'sell', ticks / 100, lots / 1_000] as const;
    });
    steps.push({ type: 'trades', trades: tape(...rows) });
    if (act === null) return;
    const sentUs = nowMs * US_PER_MS;
    if (act.kind === 'cancel') {
      steps.push({ type: 'cancel', name: `o${act.target}`, sentUs });
      return;
    }
    const side = act.sell ? 'sell' : 'buy';
    const quantity = Decimal.scaled(BigInt(act.lots), 3);
    const price = Decimal.scaled(BigInt(ticks + act.offset), 2).toString();
    const request =
      act.kind === 'market'
        ? order(`o${index}`, { side, quantity, reduceOnly: act.reduceOnly })
        : limit(`o${index}`, side, quantity.toString(), price, act.kind, { reduceOnly: act.reduceOnly });
    steps.push({ type: 'submit', request, sentUs });
  });
  return steps;
}

/** Gives the venue a step, its trades cut at the rows that `cut` says. */
function play(venue: PaperVenue, step: Step, cut: (row: number) => boolean): VenueEvent[] {
  if (step.type === 'submit') venue.submit(step.request, step.sentUs);
  if (step.type === 'cancel') venue.cancel(MAIN, clientOrderId(step.name), step.sentUs);
  if (step.type !== 'trades') return [];
  const events: VenueEvent[] = [];
  let from = 0;
  for (let row = 1; row <= step.trades.count; row++) {
    if (row < step.trades.count && !cut(row)) continue;
    events.push(...venue.onTrades(sliceTrades(step.trades, from, row)));
    from = row;
  }
  return events;
}

const whole = (): boolean => false;

function fillsOf(events: readonly VenueEvent[]): Fill[] {
  return events.flatMap((event) => (event.type === 'VenueFilled' ? [event.fill] : []));
}

function rowsOf(steps: readonly Step[]) {
  return steps.flatMap((step) =>
    step.type !== 'trades'
      ? []
      : Array.from(step.trades.timeUs, (timeUs, row) => ({
          timeUs,
          price: step.trades.price[row]!,
          lots: Math.round(step.trades.quantity[row]! * 1_000),
          buys: step.trades.side[row] === BUY,
        })),
  );
}

test('fills keep to their share of a print, come after arrival, and are never better than allowed', () => {
  let seen = 0;
  fc.assert(
    fc.property(plot, (parts) => {
      const steps = scene(parts);
      const venue = new PaperVenue(settings);
      const fills = fillsOf(steps.flatMap((step) => play(venue, step, whole)));
      seen += fills.length;
      const share = new Map<number, number>();
      for (const row of rowsOf(steps))
        share.set(row.timeUs, (share.get(row.timeUs) ?? 0) + Math.floor(row.lots / 10));
      for (const fill of fills) {
        const left = (share.get(fill.timeUs) ?? 0) - fill.quantity.toNumber() * 1_000;
        expect(left).toBeGreaterThan(-1e-6);
        share.set(fill.timeUs, left);
        const lookup = venue.order(MAIN, fill.clientOrderId);
        if (lookup.type !== 'found') throw new Error('a filled order must be found');
        const { request, acceptedUs, filled } = lookup.order;
        expect(fill.timeUs).toBeGreaterThan(acceptedUs);
        expect(filled.greaterThan(request.quantity)).toBe(false);
        expect(fill.fee.isPositive()).toBe(true);
        const sign = fill.side === 'buy' ? 1 : -1;
        const price = fill.price.toNumber();
        if (request.limitPrice !== null)
          expect((price - request.limitPrice.toNumber()) * sign).toBeLessThan(1e-9);
        const prints = rowsOf(steps).filter(({ timeUs }) => timeUs === fill.timeUs);
        if (fill.liquidity === 'taker')
          expect(prints.some((row) => (price - row.price) * sign > -TICK / 1e6)).toBe(true);
        else expect(fill.price.equals(request.limitPrice ?? Decimal.zero)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
  expect(seen).toBeGreaterThan(300);
});

test('cash, positions and fills say the same, exactly', () => {
  fc.assert(
    fc.property(plot, (parts) => {
      const venue = new PaperVenue(settings);
      const fills = fillsOf(scene(parts).flatMap((step) => play(venue, step, whole)));
      let paid = Decimal.zero;
      let held = Decimal.zero;
      for (const { side, quantity, price, fee } of fills) {
        const signed = side === 'buy' ? quantity : quantity.negated();
        held = held.plus(signed);
        paid = paid.plus(signed.times(price)).plus(fee);
      }
      const [position] = venue.positions(MAIN);
      expect((position?.quantity ?? Decimal.zero).toString()).toBe(held.toString());
      const cash = venue.balances(MAIN)[0]?.total ?? Decimal.zero;
      const cost = venue.snapshot().ledger.get(MAIN)?.holdings.get(LTC.id)?.cost ?? Decimal.zero;
      expect(cash.toString()).toBe(Decimal.of('10000').minus(paid).plus(cost).toString());
      expect(venue.fillsSince(MAIN, 0)).toEqual(fills);
      expect(new Set(fills.map(({ venueTradeId }) => venueTradeId)).size).toBe(fills.length);
    }),
    { numRuns: 300 },
  );
});

test('no reduce-only order ever grows or flips a position', () => {
  fc.assert(
    fc.property(plot, (parts) => {
      const venue = new PaperVenue(settings);
      let held = Decimal.zero;
      for (const fill of fillsOf(scene(parts).flatMap((step) => play(venue, step, whole)))) {
        const after = held.plus(fill.side === 'buy' ? fill.quantity : fill.quantity.negated());
        const lookup = venue.order(MAIN, fill.clientOrderId);
        if (lookup.type === 'found' && lookup.order.request.reduceOnly) {
          expect(after.abs().lessThan(held.abs())).toBe(true);
          expect(after.isZero() || after.isNegative() === held.isNegative()).toBe(true);
        }
        held = after;
      }
    }),
    { numRuns: 300 },
  );
});

test('the same whatever way the trades are cut, and whoever moves the clock between them', () => {
  fc.assert(
    fc.property(plot, fc.array(fc.boolean(), { minLength: 5, maxLength: 9 }), (parts, cuts) => {
      const steps = scene(parts);
      const one = new PaperVenue(settings);
      const two = new PaperVenue(settings);
      const expected = steps.flatMap((step) => play(one, step, whole));
      const events = steps.flatMap((step) => {
        const cut = play(two, step, (row) => cuts[row % cuts.length]!);
        if (step.type !== 'trades' || !cuts[step.trades.count % cuts.length]) return cut;
        return [...cut, ...two.advanceTo(step.trades.timeUs[step.trades.count - 1]!)];
      });
      const endUs = 10 ** 12;
      expect([...events, ...two.advanceTo(endUs)]).toEqual([...expected, ...one.advanceTo(endUs)]);
      expect(two.snapshot()).toEqual(one.snapshot());
    }),
    { numRuns: 300 },
  );
});

test('restored at any point, it goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(plot, fc.nat(), (parts, at) => {
      const steps = scene(parts);
      const split = at % (steps.length + 1);
      const never = new PaperVenue(settings);
      const before = new PaperVenue(settings);
      for (const step of steps.slice(0, split)) {
        play(never, step, whole);
        play(before, step, whole);
      }
      const bytes = sealSnapshot('paper-venue', 1, before.snapshot());
      const after = PaperVenue.restore(settings, openSnapshot('paper-venue', 1, bytes));
      expect(after.snapshot()).toEqual(before.snapshot());
      for (const step of steps.slice(split))
        expect(play(after, step, whole)).toEqual(play(never, step, whole));
      expect(after.snapshot()).toEqual(never.snapshot());
      expect(after.openOrders(MAIN)).toEqual(never.openOrders(MAIN));
      expect(after.fillsSince(MAIN, 0)).toEqual(never.fillsSince(MAIN, 0));
    }),
    { numRuns: 200 },
  );
});

test('latency depends on seed and order alone: not on what else was sent', () => {
  const first = tape([0, 'buy', 100, 1]);
  const arrival = (seed: number, name: string, others: number): number => {
    const venue = new PaperVenue({ ...settings, seed });
    venue.onTrades(first);
    for (let i = 0; i < others; i++) venue.submit(order(`other${i}`), 0);
    return venue.submit(order(name), 0).timeUs;
  };
  expect(arrival(1, 'a', 0)).toBe(arrival(1, 'a', 20));
  expect(arrival(1, 'a', 0)).not.toBe(arrival(2, 'a', 0));
  const times = Array.from({ length: 2_000 }, (_, i) => arrival(3, `n${i}`, 0) / US_PER_MS).sort(
    (a, b) => a - b,
  );
  expect(times[1_000]).toBeGreaterThan(75);
  expect(times[1_000]).toBeLessThan(85);
});

test('drops the oldest fills beyond its bound, and says so to whoever asks for them', () => {
  const rich = { account: MAIN, balances: { USDT: Decimal.of('1000000000') } };
  const venue = new PaperVenue({ ...settings, accounts: [rich], instruments: [LTC] });
  venue.onTrades(tape([0, 'buy', 100, 1]));
  venue.submit(limit('g', 'buy', '60', '100', 'gtc'), 0);
  const rows = (from: number) =>
    tape(...Array.from({ length: 1_700 }, (_, i) => [from + i, 'sell', 90, 0.01] as const));
  for (let batch = 0; batch < 31; batch++) venue.onTrades(rows(10_000 + batch * 1_700));
  const all = 31 * 1_700;
  expect(() => venue.fillsSince(MAIN, 0)).toThrow('no longer kept');
  const kept = venue.fillsSince(MAIN, (10_000 + all - FILLS_MAX) * US_PER_MS);
  expect(kept).toHaveLength(FILLS_MAX);
});
