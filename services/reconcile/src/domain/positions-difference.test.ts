import {
  accountId,
  clientOrderId,
  Decimal,
  type Fill,
  type Instrument,
  instrumentId,
  type Market,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { expect, test } from 'vitest';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { positionsDifference } from './positions-difference.ts';
import { reconcile } from './reconcile.ts';
import {
  CONTEXT,
  fill,
  HELD,
  held,
  LENT,
  S,
  T1,
  venue,
  venueHeld,
  WEB,
} from './testing/reconcile-scenario.ts';

const d = (text: string) => Decimal.of(text);
const ACCOUNT = accountId('paper-main');
const ID = instrumentId('venue.any.LTCUSDT');

const rulesOf = (market: Market): Instrument => ({
  ...{ id: ID, venue: 'venue', market, symbol: 'LTCUSDT', base: 'LTC', quote: 'USDT' },
  ...{ assetClass: 'regular', priceTick: d('0.01'), quantityStep: d('0.001'), minQuantity: d('0.001') },
  minNotional: d('5'),
  minNotionalBindsExits: market === 'spot' || market === 'dex',
});
const bought = (fee: string): Fill => ({
  ...{ venueTradeId: venueTradeId('t'), clientOrderId: clientOrderId('c'), venueOrderId: venueOrderId('v') },
  ...{ account: ACCOUNT, instrument: ID, side: 'buy', quantity: d('10'), price: d('80'), liquidity: 'taker' },
  ...{ fee: d(fee), feeAsset: 'LTC', timeUs: 1 },
});

/** Compares what we hold by a fill of 10 with what the venue says; the fill may be one that we missed. */
function compare(
  market: Market,
  fee: string,
  ours: string,
  theirs: string,
  { isMissed = false, isBehind = false } = {},
) {
  const fill = bought(fee);
  const position = {
    ...{ instrument: ID, averagePrice: null, quantity: d(ours), beside: d('0'), settledUs: 0, guarded: null },
  };
  const local: LocalBooks = {
    ...{
      undecided: new Map(),
      ended: new Map(),
      sentSince: new Set<never>(),
      fills: isMissed ? [] : [fill],
      epoch: 1,
      cash: new Map(),
    },
    positions: ours === '0' ? [] : [position],
  };
  const held = { account: ACCOUNT, instrument: ID, quantity: d(theirs), averagePrice: d('80') };
  const venue: VenueBooks = {
    ...{ openOrders: [], fills: [fill], positions: [held], balances: [], lookups: [], setup: LENT },
  };
  const context: ReconciliationContext = {
    ...{ account: ACCOUNT, epoch: 2, asOfUs: 2, fillsSinceUs: 0, instruments: [rulesOf(market)] },
    shownUs: 1,
  };
  const behind = new Set(isBehind ? [ID] : []);
  const missed = { own: isMissed ? [fill] : [], foreign: [], behind, discrepancies: [] };
  return positionsDifference(local, venue, missed, context).discrepancies.map(
    (x) => `${x.class} ${x.action}`,
  );
}

test('a fee in the coin is part of what a fill left us with, booked or missed', () => {
  expect(compare('spot', '0.5', '9.5', '9.5')).toEqual([]);
  expect(compare('spot', '0.5', '0', '9.5', { isMissed: true })).toEqual([]);
  expect(compare('perp', '0.5', '0', '10', { isMissed: true })).toEqual([]);
});

test('a fee in the coin that one side has not taken off is a difference', () => {
  expect(compare('spot', '0.5', '9.5', '10')).toEqual(['D3 adjust_position']);
  expect(compare('spot', '0.5', '0', '10', { isMissed: true })).toEqual(['D3 adjust_position']);
});

test('from an answer that is older than a fill which the venue told us of nothing follows', () => {
  for (const theirs of ['0', '4', '9.95', '11'])
    expect(compare('spot', '0', '10', theirs, { isBehind: true })).toEqual([]);
});

test('a rest is dust exactly where no order could close it', () => {
  expect(compare('spot', '0', '10', '9.95')).toEqual(['D3 adjust_dust']);
  expect(compare('perp', '0', '10', '9.95')).toEqual(['D3 adjust_position']);
  expect(compare('perp', '0', '10', '9.9995')).toEqual(['D3 adjust_dust']);
});

test.each<[string, Partial<Fill>, string, string]>([
  ['was opened behind somebody’s larger one on the other side', { timeUs: 9 * S }, '-5', 'D2 person'],
  ['somebody turned over', { timeUs: 11 * S }, '-5', 'D1 correct'],
  ['somebody closed with what lay beside it, in one fill', { timeUs: 11 * S }, '0', 'D1 correct'],
])('a position that %s', (_, of, there, expected) => {
  const sold = fill('t3', WEB, '15', { side: 'sell', ...of });
  const added = there === '0' ? [fill('t2', WEB, '5', { timeUs: 10.5 * S })] : [];
  const positions = there === '0' ? [] : [venueHeld(there)];
  const theirs = venue({ fills: [...added, T1, sold], positions });
  const { discrepancies, differences, shut } = reconcile(HELD, theirs, CONTEXT);
  expect(`${discrepancies.at(-1)!.class} ${differences[0]!.cure}`).toBe(expected);
  expect(shut.map(({ shutsExits }) => shutsExits)).toEqual([!expected.startsWith('D2')]);
});

test('who closes ours and buys on has closed ours: each comparison says the same of it', () => {
  const closed = fill('t2', WEB, '12', { side: 'sell', timeUs: 11 * S });
  const added = [fill('t1b', WEB, '2', { timeUs: 10.5 * S })];
  const bought = ['3', '6'].map((quantity, i) => fill(`t${3 + i}`, WEB, quantity, { timeUs: (12 + i) * S }));
  const at = (count: number) => {
    const theirs = ['0', '3', '9'][count]!;
    const positions = theirs === '0' ? [] : [venueHeld(theirs)];
    return reconcile(
      HELD,
      venue({ fills: [T1, ...added, closed, ...bought.slice(0, count)], positions }),
      CONTEXT,
    );
  };
  for (const count of [0, 1, 2]) {
    const { differences, shut } = at(count);
    expect(differences).toMatchObject([{ cure: 'correct', left: d('0'), isExplained: true }]);
    expect(shut).toMatchObject([{ shutsExits: true }]);
  }
});

test('a close by hand that was booked counts in its turn: all of ours may have been gone by then', () => {
  const booked = fill('t3', WEB, '4', { side: 'sell', timeUs: 12 * S });
  const unheard = fill('t2', WEB, '12', { side: 'sell', timeUs: 11 * S });
  const ours = { ...HELD, fills: [...HELD.fills, booked], positions: [held('6')] };
  const theirs = venue({ fills: [T1, unheard, booked], positions: [venueHeld('-6')] });
  const { differences } = reconcile(ours, theirs, CONTEXT);
  expect(differences).toMatchObject([{ cure: 'correct', left: d('0'), isExplained: true }]);
});

test('of a position that was closed in part the rest is ours, and may be left', () => {
  const fills = [
    fill('t2', WEB, '5', { timeUs: 11 * S }),
    fill('t3', WEB, '12', { side: 'sell', timeUs: 12 * S }),
  ];
  const { differences, shut } = reconcile(
    HELD,
    venue({ fills: [T1, ...fills], positions: [venueHeld('3')] }),
    CONTEXT,
  );
  expect(differences).toMatchObject([{ cure: 'correct', left: d('3'), isExplained: true }]);
  expect(shut).toMatchObject([{ shutsExits: false }]);
});

test('what others did before a person settled it explains nothing that came later', () => {
  const settled = fill('t2', WEB, '5', { timeUs: 11 * S });
  const ours = { ...HELD, positions: [held('15', { settledUs: 12 * S })] };
  const theirs = venue({
    fills: [T1, settled, fill('t3', WEB, '2', { timeUs: 13 * S })],
    positions: [venueHeld('17')],
  });
  expect(reconcile(ours, theirs, CONTEXT).discrepancies).toMatchObject([
    { class: 'D2', action: 'import_foreign', evidence: ['fill t3: buy 2 at 83'] },
  ]);
});

test.each<[string, string, string]>([
  ['a part that is gone', '4', 'D3'],
  ['all that is gone', '0', 'D1'],
  ['dust', '9.9995', 'D3'],
])('of a venue that tells no time %s is a person’s to settle', (_, there, kind) => {
  const theirs = venue({ fills: [T1], positions: [venueHeld(there)] });
  const at = (shownUs: number | null) => reconcile(HELD, theirs, { ...CONTEXT, shownUs });
  expect(at(100 * S).differences.map(({ cure }) => cure)).toEqual(['correct']);
  expect(at(null).differences.map(({ cure }) => cure)).toEqual(['person']);
  expect(at(null).discrepancies.map((one) => one.class)).toContain(kind);
});
