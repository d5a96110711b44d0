import { Decimal, openSnapshot, sealSnapshot, US_PER_MS } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FILLS_AN_ORDER, type PaperSettings } from './paper-settings.ts';
import { PaperVenue } from './paper-venue.ts';
import { LTC, limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';
import { fillsOf, play, plot, rowsOf, scene, stopsPlot, whole } from './testing/paper-scene.ts';

const settings: PaperSettings = { ...SETTINGS, latency: { medianMs: 80, sigma: 0.5 }, residualMs: 1_500 };
const TICK = 0.01;
const plots = fc.oneof(plot, stopsPlot);

test('fills keep to their share of a print, come after arrival, and are never better than allowed', () => {
  let seen = 0;
  fc.assert(
    fc.property(plots, (parts) => {
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
    fc.property(plots, (parts) => {
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
      expect(cash.toString()).toBe(Decimal.of('10000').minus(paid).toString());
      expect(venue.fillsSince(MAIN, 0)).toEqual(fills);
      expect(new Set(fills.map(({ venueTradeId }) => venueTradeId)).size).toBe(fills.length);
    }),
    { numRuns: 300 },
  );
});

test('no reduce-only order, stop or replacement of a stop ever grows or flips a position', () => {
  fc.assert(
    fc.property(plots, (parts) => {
      const steps = scene(parts);
      const venue = new PaperVenue(settings);
      const reducing = new Set(
        steps.flatMap((step) => {
          if (step.type !== 'submit' && step.type !== 'replace') return [];
          const { clientOrderId, reduceOnly, type } = step.request;
          return step.type === 'replace' || reduceOnly || type === 'stop' ? [clientOrderId] : [];
        }),
      );
      let held = Decimal.zero;
      for (const fill of fillsOf(steps.flatMap((step) => play(venue, step, whole)))) {
        const after = held.plus(fill.side === 'buy' ? fill.quantity : fill.quantity.negated());
        if (reducing.has(fill.clientOrderId)) {
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
    fc.property(plots, fc.array(fc.boolean(), { minLength: 5, maxLength: 9 }), (parts, cuts) => {
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
    fc.property(plots, fc.nat(), (parts, at) => {
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
  const most = settings.history * FILLS_AN_ORDER;
  expect(() => venue.fillsSince(MAIN, 0)).toThrow('no longer kept');
  const kept = venue.fillsSince(MAIN, (10_000 + all - most) * US_PER_MS);
  expect(kept).toHaveLength(most);
});
