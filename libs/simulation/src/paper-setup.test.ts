import { type AccountSetup, instrumentId, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES, type PaperVices } from './paper-vices.ts';
import { LTC, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const PERP = { ...LTC, id: instrumentId('binance.perp.LTCUSDT'), market: 'perp' } as const;

function venueWith(vices: Partial<PaperVices>, seed = 7): PaperVenue {
  return new PaperVenue({ ...SETTINGS, seed, instruments: [LTC, PERP], vices: { ...NO_VICES, ...vices } });
}

/** How it is set up each second. */
function setupsOf(venue: PaperVenue, seconds: number): AccountSetup[] {
  return Array.from({ length: seconds }, (_, n) => {
    venue.advanceTo((n + 1) * US_PER_SECOND);
    return venue.setup(MAIN);
  });
}

test.each([0, 1])(
  'without anybody’s hand an account stays as it is at first, spot short or not: %d',
  (no) => {
    const setups = new Set(setupsOf(venueWith({ spotNoShort: no }), 50));
    expect([...setups]).toEqual([
      {
        ...{ positionMode: 'one_way', shortSpot: no === 0, objections: [] },
        instruments: [{ instrument: PERP.id, marginMode: 'cross', leverage: 1 }],
      },
    ]);
  },
);

test('somebody changes leverage and both modes now and then, and back, alike in every run of a seed', () => {
  const setups = setupsOf(venueWith({ setupEveryS: 1 }), 60);
  const contracts = setups.flatMap(({ instruments }) => instruments);
  expect(new Set(setups.map(({ positionMode }) => positionMode)).size).toBe(2);
  expect(new Set(contracts.map(({ marginMode }) => marginMode)).size).toBe(2);
  expect(new Set(contracts.map(({ leverage }) => leverage)).size).toBeGreaterThan(2);
  expect(setupsOf(venueWith({ setupEveryS: 1 }), 60)).toEqual(setups);
});

test('what is changed outlives a restart, and goes on as it would have', () => {
  const settings = { ...SETTINGS, instruments: [LTC, PERP], vices: { ...NO_VICES, setupEveryS: 1 } };
  const venue = new PaperVenue(settings);
  setupsOf(venue, 20);
  const next = PaperVenue.restore(settings, venue.snapshot());
  expect(next.setup(MAIN)).toEqual(venue.setup(MAIN));
  for (const one of [venue, next]) one.advanceTo(40 * US_PER_SECOND);
  expect(next.setup(MAIN)).toEqual(venue.setup(MAIN));
});

test('in hedge mode an order of a contract lacks its side; with a position the mode can’t be changed', () => {
  const venue = venueWith({ setupEveryS: 1 });
  venue.onTrades({ ...tape([0, 'buy', 80, 100]), instrument: PERP.id });
  for (let n = 1; venue.setup(MAIN).positionMode !== 'hedge'; n++) venue.advanceTo(n * US_PER_SECOND);
  const refused = venue.submit(order('a', { instrument: PERP.id }), 200 * US_PER_SECOND);
  expect(refused).toMatchObject({ type: 'refused', reason: 'position_mode: hedge' });
});
