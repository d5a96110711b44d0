import {
  type BookDifference,
  Decimal,
  type DifferenceCure,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  isDust,
  MARKET_TRAITS,
} from '@algo/model';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { evidenceOf, type FillsDifference, sumOf } from './fills-difference.ts';
import type { Discrepancy, ReconciliationAction } from './reconciliation-report.ts';

/** Average prices further apart than this are reported: 0.01 %. */
export const AVERAGE_PRICE_TOLERANCE = Decimal.of('0.0001');

const NO_FILL_CLOSED_IT = 'the complete fill history shows no fill that closed it; its result is an estimate';

/** In what positions differ, and what may be done about each instrument. */
export interface PositionsDifference {
  readonly discrepancies: readonly Discrepancy[];
  readonly differences: readonly BookDifference[];
}

/** Returns in what our positions and the venue's differ, explained by fills first: D1 to D4, D11, D12. */
export function positionsDifference(
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): PositionsDifference {
  const ids = new Set([...local.positions, ...venue.positions].map((p) => p.instrument));
  for (const fill of [...missed.own, ...missed.foreign]) ids.add(fill.instrument);
  const all = [...ids].map((id) => {
    const compared = compare(id, local, venue, missed, context);
    const found = sizeOf(compared) ?? guardOf(compared);
    const discrepancies = [...(found === null ? [] : [found.discrepancy]), ...averagePrices(compared)];
    const cure = compared.hasMissed ? 'fetch' : found === null ? null : cureOf(found, context);
    return { discrepancies, differences: cure === null ? [] : [differenceOf(compared, cure, found)] };
  });
  return {
    discrepancies: all.flatMap(({ discrepancies }) => discrepancies),
    differences: all.flatMap(({ differences }) => differences),
  };
}

/** What was found about an instrument, and what may be done about it. */
interface Found {
  readonly discrepancy: Discrepancy;
  readonly cure: DifferenceCure;
}

/**
 * Returns who may do it: what a venue shows that tells no time can't be found again, so a person must say.
 */
function cureOf({ cure }: Found, { shownUs }: ReconciliationContext): DifferenceCure {
  return shownUs === null && (cure === 'correct' || cure === 'beside') ? 'person' : cure;
}

/** Everything about one instrument. *Units*: base, signed. `rest` is what nothing has explained. */
interface Compared {
  readonly id: InstrumentId;
  readonly own: Decimal;
  readonly beside: Decimal;
  readonly guarded: Decimal | null;
  readonly theirs: Decimal;
  /** What is ours once missed fills are booked. */
  readonly expected: Decimal;
  readonly rest: Decimal;
  readonly isRestDust: boolean;
  readonly foreignFills: readonly Fill[];
  readonly byForeignFills: Decimal;
  /** Each of them takes no more than what is ours, so that execution books it to that. */
  readonly areBookable: boolean;
  /** Each took no more than what was ours then: exits of ours have sold the same once more since. */
  readonly haveTakenOurs: boolean;
  /** What is ours was opened behind them all, so none of them closed any of it. */
  readonly isOpenedBehind: boolean;
  readonly hasMissed: boolean;
  /** The venue doesn't show fills that it has told us of: its answer is old, and nothing follows from it. */
  readonly isBehind: boolean;
  readonly isHistoryComplete: boolean;
  readonly doBalancesAgree: boolean;
  readonly averagePrices: readonly (Decimal | null | undefined)[];
}

function compare(
  id: InstrumentId,
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): Compared {
  const instrument = context.instruments.find((i) => i.id === id);
  const ours = local.positions.find((p) => p.instrument === id);
  const [own, beside] = [ours?.quantity ?? Decimal.zero, ours?.beside ?? Decimal.zero];
  const theirPosition = venue.positions.find((p) => p.instrument === id);
  const theirs = theirPosition?.quantity ?? Decimal.zero;
  const ownMissed = missed.own.filter((f) => f.instrument === id);
  const changeBy = (fills: readonly Fill[]) => sumOf(fills, (f) => fillEffect(f, instrument).baseChange);
  const expected = own.plus(changeBy(ownMissed));
  const rest = theirs.minus(expected).minus(beside);
  const settledUs = ours?.settledUs ?? 0;
  const foreignFills = missed.foreign.filter((f) => f.instrument === id && f.timeUs > settledUs);
  return {
    ...{ id, own, beside, guarded: ours?.guarded ?? null, theirs, expected, rest },
    isRestDust: instrument !== undefined && isDust(rest, markOf(id, venue), instrument),
    foreignFills,
    byForeignFills: changeBy(foreignFills),
    areBookable: foreignFills.every(
      ({ side, quantity }) =>
        (side === 'buy') === expected.isNegative() && !quantity.greaterThan(expected.abs()),
    ),
    haveTakenOurs: foreignFills.every((fill) => {
      const ours = [...local.fills, ...ownMissed].filter((f) => f.instrument === id);
      const later = ours.filter(({ timeUs }) => timeUs > fill.timeUs);
      const others = foreignFills.slice(0, foreignFills.indexOf(fill));
      const held = expected.minus(changeBy(later)).plus(changeBy(others));
      return (fill.side === 'buy') === held.isNegative() && !fill.quantity.greaterThan(held.abs());
    }),
    isOpenedBehind: changeBy(
      [...local.fills, ...ownMissed].filter(
        ({ instrument: of, timeUs }) => of === id && timeUs > newestOf(foreignFills),
      ),
    ).equals(expected),
    hasMissed: ownMissed.length > 0,
    isBehind: missed.behind.has(id),
    isHistoryComplete: [local.fills, ownMissed].some((fills) =>
      fills.some((f) => f.instrument === id && f.timeUs >= context.fillsSinceUs),
    ),
    doBalancesAgree: instrument === undefined || agree(instrument, theirs, venue, context),
    averagePrices: [ours?.averagePrice, theirPosition?.averagePrice],
  };
}

/** Says whether the account holds as much of the coin as the venue's positions come to. */
function agree(
  { id, base, market }: Instrument,
  theirs: Decimal,
  { balances, positions, setup }: VenueBooks,
  { instruments }: ReconciliationContext,
): boolean {
  if (setup.shortSpot || !MARKET_TRAITS[market].deliversBase) return true;
  const alike = instruments.filter((i) => i.id !== id && i.base === base && i.market === market);
  const sum = (list: readonly Decimal[]) => list.reduce((all, one) => all.plus(one), Decimal.zero);
  const total = sum(balances.filter(({ asset }) => asset === base).map((b) => b.total));
  const others = sum(
    positions.filter((p) => alike.some((i) => i.id === p.instrument)).map((p) => p.quantity),
  );
  return total.minus(others).equals(theirs);
}

function differenceOf(c: Compared, cure: DifferenceCure, found: Found | null): BookDifference {
  const { id: instrument, own, beside, theirs: held } = c;
  return { instrument, own, beside, held, cure, evidence: found?.discrepancy.evidence ?? [] };
}

/** What differs in size, null if nothing does. */
function sizeOf(c: Compared): Found | null {
  if (c.rest.isZero() || c.isBehind) return null;
  const { id, rest, expected, beside } = c;
  const before = `${c.own}`;
  const after = expected.plus(rest);
  const evidence = c.foreignFills.map(evidenceOf);
  const byForeign = c.byForeignFills.equals(rest) && evidence.length > 0;
  const found = (cure: DifferenceCure, discrepancy: Discrepancy): Found => ({ cure, discrepancy });
  if (c.isRestDust)
    return found('correct', {
      ...about('D3', id, 'adjust_dust', before, `${after}`),
      evidence: [`dust of ${rest}`],
    });
  const isOfBeside = rest.isPositive() !== beside.isPositive() && !rest.abs().greaterThan(beside.abs());
  if (!beside.isZero() && isOfBeside)
    return found('beside', {
      ...about('D2', id, 'adjust_beside', `${beside} beside`, `${beside.plus(rest)} beside`),
      evidence: [...evidence, `${rest} of what was left beside`],
    });
  if (byForeign && c.haveTakenOurs && !c.areBookable)
    return found('fetch', {
      ...about('D4', id, 'ingest_fills', before, `${after}`),
      evidence,
      refusal: `${id}: our exit and somebody else's order closed the same, ${after} is left`,
    });
  if (expected.isZero()) {
    const refusal = `${id}: the venue holds ${rest} that none of our orders opened`;
    return found('person', {
      ...about('D2', id, 'import_foreign', before, `${rest} foreign`),
      evidence,
      refusal,
    });
  }
  if (after.isZero() || c.theirs.isZero()) return gone(c, byForeign, evidence);
  if (after.isPositive() !== expected.isPositive() && !(byForeign && c.isOpenedBehind)) {
    const ours = `${sideOf(expected)} ${expected.abs()}`;
    const refusal = `${id}: we are ${ours}, the venue is ${sideOf(after)} ${after.abs()}`;
    return found('person', {
      ...about('D4', id, 'none', before, before),
      evidence,
      refusal,
      shutsExits: true,
    });
  }
  const shrinks = after.isPositive() === expected.isPositive() && after.abs().lessThan(expected.abs());
  if (byForeign && shrinks && c.areBookable)
    return found('fetch', { ...about('D3', id, 'close_position_externally', before, `${after}`), evidence });
  if (byForeign && !shrinks) {
    const refusal = `${id}: somebody else's orders put ${rest} beside our position`;
    return found('person', {
      ...about('D2', id, 'import_foreign', before, `${before}, ${rest} foreign`),
      evidence,
      refusal,
    });
  }
  const refusal = byForeign
    ? `${id}: somebody else's orders took ${rest.abs()}, of ours and of what lay beside`
    : `${id}: ${rest} of the position is explained by no fill, fee or dust`;
  return found(shrinks && (byForeign || isConclusive(c)) ? 'correct' : 'person', {
    ...about('D3', id, 'adjust_position', before, `${after}`),
    evidence,
    refusal,
  });
}

/** Our position is not at the venue. */
function gone(c: Compared, byForeign: boolean, evidence: readonly string[]): Found {
  const { id, expected } = c;
  const before = `${c.own}`;
  const closed = about('D1', id, 'close_position_externally', before, '0');
  if (byForeign && c.areBookable) return { cure: 'fetch', discrepancy: { ...closed, evidence } };
  const is = `${id}: ${expected} is gone from the venue`;
  const [how, why] =
    evidence.length > 0
      ? [evidence, 'with what lay beside it']
      : [[NO_FILL_CLOSED_IT], 'and no fill of the history says how'];
  if (byForeign || isConclusive(c))
    return {
      cure: 'correct',
      discrepancy: { ...closed, evidence: how, refusal: `${is}, ${why}`, shutsExits: true },
    };
  const doubt = c.isHistoryComplete
    ? 'but the balances do not show it'
    : 'and the fill history may not reach back far enough';
  const refusal = `${is}, ${doubt}`;
  const open = { ...about('D1', id, 'none', before, before), evidence, refusal, shutsExits: true } as const;
  return { cure: 'person', discrepancy: open };
}

/** Whether what no fill explains may be concluded at all, once it is found again. */
function isConclusive({ isHistoryComplete, doBalancesAgree }: Compared): boolean {
  return isHistoryComplete && doBalancesAgree;
}

/** What position-risk believes to hold, and its stops with it. */
function guardOf({ id, own, guarded, hasMissed }: Compared): Found | null {
  if (guarded === null || hasMissed || guarded.equals(own)) return null;
  const evidence = [`position-risk has ${guarded}`];
  const discrepancy = { ...about('D12', id, 'restate_position', `${own}`, `${own}`), evidence };
  return { cure: 'restate', discrepancy };
}

/** Only where the sizes agree: a price of another quantity says nothing. */
function averagePrices(c: Compared): readonly Discrepancy[] {
  const [ours, theirs] = c.averagePrices;
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

function newestOf(fills: readonly Fill[]): number {
  return fills.reduce((newest, { timeUs }) => Math.max(newest, timeUs), 0);
}

function sideOf(quantity: Decimal): string {
  return quantity.isNegative() ? 'short' : 'long';
}
