import { clientOrderId, openSnapshot, sealSnapshot, US_PER_DAY, US_PER_MS } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES, type PaperVices } from './paper-vices.ts';
import { PaperView } from './paper-view.ts';
import { limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const MS = US_PER_MS;
const FROM_BEGINNING = { sinceUs: 0, skipRows: 0, rowsMax: 1_000 };
const NAMES = ['a', 'b', 'c', 'd'];

/** All that a view shows of the account. */
function shown(view: PaperView) {
  return {
    orders: NAMES.map((name) => view.order(MAIN, clientOrderId(name))),
    open: view.openOrders(MAIN).rows,
    fills: view.fillsSince(MAIN, FROM_BEGINNING).rows,
    positions: view.positions(MAIN).rows,
    balances: view.balances(MAIN).rows,
  };
}

function venueOf(vices: Partial<PaperVices>): PaperVenue {
  return new PaperVenue({ ...SETTINGS, vices: { ...NO_VICES, ...vices } });
}

function viewOf(venue: PaperVenue, vices: Partial<PaperVices>, isOver = false): PaperView {
  return new PaperView(venue, { ...NO_VICES, ...vices }, 1, () => isOver);
}

/** Two resting buys, a market buy and a sell; fills in parts, a cancel. Each step is at most one change. */
const STEPS: readonly ((venue: PaperVenue) => void)[] = [
  (venue) => venue.onTrades(tape([0, 'buy', 100, 1])),
  (venue) => venue.submit(limit('a', 'buy', '2', '99', 'gtc'), 10 * MS),
  (venue) => venue.submit(limit('b', 'buy', '1', '98', 'gtc'), 20 * MS),
  (venue) => venue.onTrades(tape([300, 'sell', 98.5, 10])),
  (venue) => venue.submit(order('c'), 400 * MS),
  (venue) => venue.onTrades(tape([700, 'buy', 100, 3])),
  (venue) => venue.cancel(MAIN, clientOrderId('b'), 800 * MS),
  (venue) => venue.advanceTo(1_000 * MS),
  (venue) => venue.submit(limit('d', 'sell', '1', '101', 'gtc'), 1_100 * MS),
  (venue) => venue.onTrades(tape([1_500, 'buy', 102, 4])),
];

test.each([1, 2, 3, 5])('a view that is %d changes behind shows what the books were then', (readsBehind) => {
  const venue = venueOf({ readsBehind: 100 });
  const behind = venueOf({ readsBehind });
  const view = viewOf(behind, { readsBehind });
  const truths = new Map<number, ReturnType<typeof shown>>();
  let compared = 0;
  for (const step of STEPS) {
    step(venue);
    step(behind);
    const changes = venue.changes.length;
    truths.set(changes, shown(viewOf(venue, {})));
    const then = truths.get(changes - readsBehind);
    if (then === undefined) continue;
    compared++;
    expect(shown(view)).toEqual(then);
  }
  expect(compared).toBeGreaterThan(2);
});

test('asked again, a view shows what a new one does, in the very same rows where nothing changed', () => {
  const venue = venueOf({});
  const asked = viewOf(venue, {});
  let before = shown(asked);
  const kept = { open: 0, fills: 0, positions: 0, balances: 0 };
  for (const step of [...STEPS, () => venue.advanceTo(2_000 * MS)]) {
    const { version } = venue;
    step(venue);
    const now = shown(asked);
    const told = (view: PaperView) => JSON.stringify(shown(view));
    expect(told(asked)).toBe(told(viewOf(venue, {})));
    for (const rows of ['open', 'fills', 'positions', 'balances'] as const) {
      expect(now[rows] === before[rows]).toBe(venue.version === version);
      if (now[rows] === before[rows]) kept[rows]++;
    }
    before = now;
  }
  expect(Math.min(...Object.values(kept))).toBeGreaterThan(2);
  venue.submit(order('e'), 5 * US_PER_DAY);
  venue.onTrades(tape([5 * 86_400_000 + 1_000, 'buy', 100, 9]));
  venue.advanceTo(6 * US_PER_DAY);
  expect(() => asked.fillsSince(MAIN, FROM_BEGINNING)).toThrow(/no longer kept/);
});

test('an old view says as of when it is, before the first thing that it does not show', () => {
  const vices = { readsBehind: 1 };
  const venue = venueOf(vices);
  for (const step of STEPS.slice(0, 2)) step(venue);
  venue.advanceTo(5_000 * MS);
  const view = viewOf(venue, vices);
  expect(view.order(MAIN, clientOrderId('a'))).toEqual({ type: 'absent' });
  expect(view.asOfUs(MAIN)).toBe(venue.changes[0]!.timeUs - 1);
});

test('what a view does not show yet survives a restart of the exchange', () => {
  const vices = { readsBehind: 3 };
  const before = venueOf(vices);
  for (const step of STEPS) step(before);
  const bytes = sealSnapshot('venue', 1, before.snapshot());
  const settings = { ...SETTINGS, vices: { ...NO_VICES, ...vices } };
  const after = PaperVenue.restore(settings, openSnapshot('venue', 1, bytes));
  expect(shown(viewOf(after, vices))).toEqual(shown(viewOf(before, vices)));
});

test('a short read leaves out its last rows and says that it is complete', () => {
  const venue = venueOf({});
  for (const step of STEPS) step(venue);
  const view = viewOf(venue, { readShort: 1 });
  const all = venue.fillsSince(MAIN, 0);
  const { rows, complete } = view.fillsSince(MAIN, FROM_BEGINNING);
  expect(rows.length).toBeLessThan(all.length);
  expect(rows).toEqual(all.slice(0, rows.length));
  expect(complete).toBe(true);
});

test('a page that has a bound says that there is more', () => {
  const venue = venueOf({});
  for (const step of STEPS) step(venue);
  const all = venue.fillsSince(MAIN, 0);
  const page = viewOf(venue, { pageRows: 2 }).fillsSince(MAIN, FROM_BEGINNING);
  expect(page).toMatchObject({ rows: all.slice(0, 2), complete: false });
});

test('a page may end within a moment, and the next one goes on behind what is known of it', () => {
  const venue = venueOf({ fillPieces: 4 });
  for (const step of STEPS) step(venue);
  const all = venue.fillsSince(MAIN, 0);
  const sinceUs = all[0]!.timeUs;
  expect(all[1]!.timeUs).toBe(sinceUs);
  const page = viewOf(venue, { pageRows: 1 }).fillsSince(MAIN, { sinceUs, skipRows: 1, rowsMax: 1_000 });
  expect(page).toMatchObject({ rows: [all[1]], complete: false });
});

test('once the vices are over the view is the truth', () => {
  const vices = { readsBehind: 5, readShort: 1, pageRows: 1 };
  const venue = venueOf(vices);
  for (const step of STEPS) step(venue);
  expect(shown(viewOf(venue, vices, true))).toEqual(shown(viewOf(venue, {})));
  expect(viewOf(venue, vices, true).asOfUs(MAIN)).toBe(venue.timeUs);
});
