import { Decimal, type Fill, fillEffect, type InstrumentId, isDust } from '@algo/model';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { evidenceOf, type FillsDifference, sumOf } from './fills-difference.ts';
import type { Discrepancy, ReconciliationAction } from './reconciliation-report.ts';

/** Average prices further apart than this are reported: 0.01 %. */
export const AVERAGE_PRICE_TOLERANCE = Decimal.of('0.0001');

/** Returns in what our positions and the venue's differ, explained by fills first: D1 to D4, D11. */
export function positionsDifference(
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): readonly Discrepancy[] {
  const ids = new Set([...local.positions, ...venue.positions].map((p) => p.instrument));
  for (const fill of [...missed.own, ...missed.foreign]) ids.add(fill.instrument);
  return [...ids].flatMap((id) => {
    const compared = compare(id, local, venue, missed, context);
    return [...notOurs(compared), ...sizes(compared), ...averagePrices(compared, local, venue)];
  });
}

/** Everything about one instrument. *Units*: base, signed. `rest` is what nothing has explained. */
interface Compared {
  readonly id: InstrumentId;
  readonly own: Decimal;
  readonly foreign: Decimal;
  readonly acknowledged: Decimal;
  readonly theirs: Decimal;
  readonly expected: Decimal;
  readonly rest: Decimal;
  readonly isRestDust: boolean;
  readonly foreignFills: readonly Fill[];
  readonly byForeignFills: Decimal;
  readonly hasMissed: boolean;
  readonly isHistoryComplete: boolean;
}

function compare(
  id: InstrumentId,
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): Compared {
  const at = (list: readonly { instrument: InstrumentId; quantity: Decimal }[]) =>
    list.filter((p) => p.instrument === id).reduce((sum, p) => sum.plus(p.quantity), Decimal.zero);
  const instrument = context.instruments.find((i) => i.id === id);
  const own = at(local.positions.filter((p) => p.ownership === 'own'));
  const foreign = at(local.positions.filter((p) => p.ownership === 'foreign'));
  const acknowledged = at(local.positions.filter((p) => p.ownership === 'acknowledged'));
  const theirs = at(venue.positions);
  const ownMissed = missed.own.filter((f) => f.instrument === id);
  const changeBy = (fills: readonly Fill[]) => sumOf(fills, (f) => fillEffect(f, instrument).baseChange);
  const expected = own.plus(foreign).plus(acknowledged).plus(changeBy(ownMissed));
  const rest = theirs.minus(expected);
  const foreignFills = missed.foreign.filter((f) => f.instrument === id);
  return {
    ...{ id, own, foreign, acknowledged, theirs, expected, rest },
    isRestDust: instrument !== undefined && isDust(rest, markOf(id, venue), instrument),
    foreignFills,
    byForeignFills: changeBy(foreignFills),
    hasMissed: ownMissed.length > 0,
    isHistoryComplete: [local.fills, ownMissed].some((fills) =>
      fills.some((f) => f.instrument === id && f.timeUs >= context.fillsSinceUs),
    ),
  };
}

function notOurs({ id, foreign }: Compared): readonly Discrepancy[] {
  if (foreign.isZero()) return [];
  const held = `${foreign} foreign`;
  const refusal = `${id}: ${foreign} that we did not open waits for a person to adopt or acknowledge it`;
  return [{ ...about('D2', id, 'none', held, held), refusal }];
}

function sizes(c: Compared): readonly Discrepancy[] {
  if (c.rest.isZero()) return [];
  const { id, own, rest } = c;
  const before = `${own}`;
  const expectedOwn = c.expected.minus(c.foreign).minus(c.acknowledged);
  const after = expectedOwn.plus(rest);
  const evidence = c.foreignFills.map(evidenceOf);
  const byForeign = c.byForeignFills.equals(rest) && evidence.length > 0;
  if (c.isRestDust)
    return [{ ...about('D3', id, 'adjust_dust', before, `${after}`), evidence: [`dust of ${rest}`] }];
  if (expectedOwn.isZero()) {
    const refusal = `${id}: the venue holds ${rest} that none of our orders opened`;
    return [{ ...about('D2', id, 'import_foreign', before, `${rest} foreign`), evidence, refusal }];
  }
  if (after.isZero()) {
    if (byForeign) return [{ ...about('D1', id, 'close_position_externally', before, '0'), evidence }];
    if (c.isHistoryComplete)
      return [
        {
          ...about('D1', id, 'close_position_externally', before, '0'),
          evidence: ['the complete fill history shows no fill that closed it; its result is an estimate'],
          refusal: `${id}: ${expectedOwn} is gone from the venue, and no fill of the history says how`,
          shutsExits: true,
        },
      ];
    const gone = `${id}: ${expectedOwn} is gone from the venue`;
    const refusal = `${gone}, and the fill history may not reach back far enough`;
    return [{ ...about('D1', id, 'none', before, before), evidence, refusal, shutsExits: true }];
  }
  if (after.isPositive() !== expectedOwn.isPositive()) {
    const ours = `${sideOf(expectedOwn)} ${expectedOwn.abs()}`;
    const refusal = `${id}: we are ${ours}, the venue is ${sideOf(after)} ${after.abs()}`;
    return [{ ...about('D4', id, 'none', before, before), evidence, refusal, shutsExits: true }];
  }
  const shrinks = after.abs().lessThan(expectedOwn.abs());
  if (byForeign && shrinks)
    return [{ ...about('D3', id, 'close_position_externally', before, `${after}`), evidence }];
  if (byForeign) {
    const refusal = `${id}: somebody else's orders added ${rest} to our position`;
    return [
      { ...about('D2', id, 'import_foreign', before, `${before}, ${rest} foreign`), evidence, refusal },
    ];
  }
  const refusal = `${id}: ${rest} of the position is explained by no fill, fee or dust`;
  return [{ ...about('D3', id, 'adjust_position', before, `${after}`), evidence, refusal }];
}

/** Only where the sizes agree: a price of another quantity says nothing. */
function averagePrices(c: Compared, local: LocalBooks, venue: VenueBooks): readonly Discrepancy[] {
  const ours = local.positions.find((p) => p.instrument === c.id && p.ownership === 'own')?.averagePrice;
  const theirs = venue.positions.find((p) => p.instrument === c.id)?.averagePrice;
  if (!ours?.isPositive() || !theirs?.isPositive() || c.hasMissed || !c.own.equals(c.theirs)) return [];
  const away = ours.minus(theirs).abs();
  if (!away.greaterThan(ours.times(AVERAGE_PRICE_TOLERANCE))) return [];
  const evidence = [`the venue says ${theirs}`];
  return [{ ...about('D11', c.id, 'none', `average ${ours}`, `average ${ours}`), evidence }];
}

function about(
  of: Discrepancy['class'],
  instrument: InstrumentId,
  action: ReconciliationAction,
  before: string,
  after: string,
): Discrepancy {
  const subject = `position ${instrument}`;
  return {
    ...{ class: of, instrument, clientOrderId: null, subject, evidence: [], action, before, after },
    refusal: null,
  };
}

/** Returns a price to value by, null when the venue's books show none. *Units*: quote. */
function markOf(id: InstrumentId, venue: VenueBooks): Decimal | null {
  const average = venue.positions.find((p) => p.instrument === id)?.averagePrice;
  const price = average ?? venue.fills.findLast((f) => f.instrument === id)?.price;
  return price?.isPositive() ? price : null;
}

function sideOf(quantity: Decimal): string {
  return quantity.isNegative() ? 'short' : 'long';
}
