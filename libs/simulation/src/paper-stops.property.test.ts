import type { VenueEvent, VenueOrder } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PaperSettings } from './paper-settings.ts';
import { PaperVenue } from './paper-venue.ts';
import { MAIN, SETTINGS } from './testing/paper-fixture.ts';
import { fillsOf, play, rowsOf, scene, stopsPlot, whole } from './testing/paper-scene.ts';

/** So slow that much happens to a stop before its replacement comes. */
const settings: PaperSettings = { ...SETTINGS, latency: { medianMs: 600, sigma: 0.5 }, residualMs: 1_500 };
const END_US = 10 ** 10;

/** What a venue has of an order at the end. */
function found(venue: PaperVenue, id: VenueOrder['request']['clientOrderId']): VenueOrder | null {
  const lookup = venue.order(MAIN, id);
  return lookup.type === 'found' ? lookup.order : null;
}

test('no stop fills before a print has reached its price after it was alive, and none on that print', () => {
  let seen = 0;
  fc.assert(
    fc.property(stopsPlot, (parts) => {
      const steps = scene(parts);
      const venue = new PaperVenue(settings);
      const rows = rowsOf(steps);
      for (const fill of fillsOf(steps.flatMap((step) => play(venue, step, whole)))) {
        const order = found(venue, fill.clientOrderId);
        const trigger = order?.request.triggerPrice?.toNumber();
        if (order === null || trigger === undefined) continue;
        seen++;
        const isReached = (price: number) => (fill.side === 'sell' ? price <= trigger : price >= trigger);
        const first = rows.find(({ timeUs, price }) => timeUs > order.acceptedUs && isReached(price));
        expect(first?.timeUs).toBeLessThan(fill.timeUs);
        // At the market, that may be far beyond.
        const sign = fill.side === 'buy' ? 1 : -1;
        const prints = rows.filter(({ timeUs }) => timeUs === fill.timeUs);
        expect(prints.some(({ price }) => (fill.price.toNumber() - price) * sign > -1e-9)).toBe(true);
      }
    }),
    { numRuns: 600 },
  );
  expect(seen).toBeGreaterThan(100);
});

test('a stop that is replaced goes as its replacement comes; one that ends otherwise takes it along', () => {
  const seen = { replaced: 0, ended: 0 };
  fc.assert(
    fc.property(stopsPlot, (parts) => {
      const steps = scene(parts);
      const venue = new PaperVenue(settings);
      const events = [...steps.flatMap((step) => play(venue, step, whole)), ...venue.advanceTo(END_US)];
      for (const step of steps) {
        if (step.type !== 'replace') continue;
        const replacement = found(venue, step.request.clientOrderId);
        if (replacement === null) continue;
        const { acceptedUs, request } = replacement;
        const of = (id: string) => events.filter((event) => idOf(event) === id);
        const ends = of(step.name).at(-1)!;
        if (ends.type === 'VenueCanceled' && ends.reason === 'replaced') {
          seen.replaced++;
          expect(ends.timeUs).toBe(acceptedUs);
          for (const fill of fillsOf(of(step.name))) expect(fill.timeUs).toBeLessThanOrEqual(acceptedUs);
          for (const fill of fillsOf(of(request.clientOrderId)))
            expect(fill.timeUs).toBeGreaterThan(acceptedUs);
          continue;
        }
        seen.ended++;
        const [only, ...more] = of(request.clientOrderId);
        expect(only).toMatchObject({ type: 'VenueCanceled', timeUs: acceptedUs });
        expect(only?.type === 'VenueCanceled' && only.reason).toMatch(/^order_ended: o\d+ was /);
        expect(more).toEqual([]);
      }
    }),
    { numRuns: 600 },
  );
  expect(seen.replaced).toBeGreaterThan(50);
  expect(seen.ended).toBeGreaterThan(10);
});

function idOf(event: VenueEvent): string {
  if (event.type === 'VenueCashMoved') return event.venueMoveId;
  return event.type === 'VenueFilled' ? event.fill.clientOrderId : event.clientOrderId;
}
