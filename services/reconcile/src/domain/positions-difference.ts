import { type BookDifference, Decimal, type DifferenceCure, type InstrumentId } from '@algo/model';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { type ComparedPosition, comparePosition } from './compared-position.ts';
import { evidenceOf, type FillsDifference } from './fills-difference.ts';
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
    const compared = comparePosition(id, local, venue, missed, context);
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

function differenceOf(c: ComparedPosition, cure: DifferenceCure, found: Found | null): BookDifference {
  const { id: instrument, own, beside, theirs: held } = c;
  const left = cure === 'correct' ? leftOf(c) : null;
  const isExplained = cure === 'correct' && c.share !== null;
  return {
    instrument,
    own,
    beside,
    held,
    cure,
    left,
    isExplained,
    isUnnamed: c.isUnnamed && !c.isByForeign,
    evidence: found?.discrepancy.evidence ?? [],
  };
}

/**
 * Returns what is ours of what the venue holds: as fills of others tell it, else all but what lies beside,
 * and nothing where what took all of ours took of that as well. *Units*: base, signed.
 */
function leftOf(c: ComparedPosition): Decimal {
  const { share, expected, theirs, beside } = c;
  if (share !== null) return share.own;
  if (hasGoneWithBeside(c)) return theirs;
  const after = theirs.minus(beside);
  const isOver = !expected.isZero() && !after.isZero() && after.isPositive() !== expected.isPositive();
  return isOver ? Decimal.zero : after;
}

/**
 * Whether coins went by no trade, all that lay beside ours and some of ours: whoever takes coins away takes
 * his own first.
 */
function hasGoneWithBeside({ isOfCoins, share, rest, beside, expected }: ComparedPosition): boolean {
  if (!isOfCoins || share !== null || !beside.isPositive() || !expected.isPositive()) return false;
  return rest.plus(beside).isNegative();
}

/** What differs in size, null if nothing does. */
function sizeOf(c: ComparedPosition): Found | null {
  if (c.rest.isZero() || c.isBehind) return null;
  const { id, rest, expected, beside, isByForeign, share, theirs } = c;
  const before = `${c.own}`;
  const after = hasGoneWithBeside(c) ? theirs : expected.plus(rest);
  const evidence = c.foreignFills.map(evidenceOf);
  const isOursLess = share !== null && !share.own.equals(expected);
  const found = (cure: DifferenceCure, discrepancy: Discrepancy): Found => ({ cure, discrepancy });
  const isOfBeside =
    !beside.isZero() && rest.isPositive() !== beside.isPositive() && !rest.abs().greaterThan(beside.abs());
  // No coin of ours comes but by our fills, and what goes is of what came first, however little it is.
  const isOthers = c.isOfCoins && (rest.isPositive() || isOfBeside);
  if (c.isRestDust && share === null && !isOthers)
    return found('correct', {
      ...about('D3', id, 'adjust_dust', before, `${after}`),
      evidence: [`dust of ${rest}`],
    });
  if (c.isUnnamed && !isByForeign)
    return found('person', {
      ...about('D1', id, 'none', before, before),
      evidence,
      refusal: `${id}: the venue does not name it among its positions, and no fill took what we have of it`,
    });
  if ((c.isRestDust || isOfBeside) && !isOursLess)
    return found('beside', {
      ...about('D2', id, 'adjust_beside', `${beside} beside`, `${beside.plus(rest)} beside`),
      evidence: [...evidence, `${rest} of what lies beside`],
    });
  if (isByForeign && c.haveTakenOurs && !c.areBookable)
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
  if (share === null ? after.isZero() || c.theirs.isZero() : share.own.isZero()) return gone(c, evidence);
  if (share === null && after.isPositive() !== expected.isPositive()) {
    const ours = `${sideOf(expected)} ${expected.abs()}`;
    const refusal = `${id}: we are ${ours}, the venue is ${sideOf(after)} ${after.abs()}`;
    return found('person', {
      ...about('D4', id, 'none', before, before),
      evidence,
      refusal,
      shutsExits: true,
    });
  }
  if (isOursLess && c.areBookable)
    return found('fetch', {
      ...about('D3', id, 'close_position_externally', before, `${share.own}`),
      evidence,
    });
  if (isOursLess)
    return found('correct', {
      ...about('D3', id, 'adjust_position', before, `${share.own}`),
      evidence,
      refusal: `${id}: somebody else's orders took of ours and of what lay beside, ${share.own} is left`,
    });
  if (share !== null)
    return found('person', {
      ...about('D2', id, 'import_foreign', before, `${before}, ${rest} foreign`),
      evidence,
      refusal: `${id}: somebody else's orders put ${rest} beside our position`,
    });
  const shrinks = after.abs().lessThan(expected.abs());
  return found(shrinks && (isByForeign || isConclusive(c)) ? 'correct' : 'person', {
    ...about('D3', id, 'adjust_position', before, `${after}`),
    evidence,
    refusal: `${id}: ${rest} of the position is explained by no fill, fee or dust`,
  });
}

/** Our position is not at the venue. */
function gone(c: ComparedPosition, evidence: readonly string[]): Found {
  const { id, expected, isByForeign } = c;
  const before = `${c.own}`;
  const closed = about('D1', id, 'close_position_externally', before, '0');
  if (isByForeign && c.areBookable) return { cure: 'fetch', discrepancy: { ...closed, evidence } };
  const is = `${id}: ${expected} is gone from the venue`;
  const [how, why] =
    evidence.length > 0
      ? [evidence, 'with what lay beside it']
      : [[NO_FILL_CLOSED_IT], 'and no fill of the history says how'];
  if (isByForeign || isConclusive(c))
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
function isConclusive({ isHistoryComplete, doBalancesAgree }: ComparedPosition): boolean {
  return isHistoryComplete && doBalancesAgree;
}

/** What position-risk believes to hold, and its stops with it. */
function guardOf({ id, own, guarded, hasMissed }: ComparedPosition): Found | null {
  if (guarded === null || hasMissed || guarded.equals(own)) return null;
  const evidence = [`position-risk has ${guarded}`];
  const discrepancy = { ...about('D12', id, 'restate_position', `${own}`, `${own}`), evidence };
  return { cure: 'restate', discrepancy };
}

/** Only where the sizes agree: a price of another quantity says nothing. */
function averagePrices(c: ComparedPosition): readonly Discrepancy[] {
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

function sideOf(quantity: Decimal): string {
  return quantity.isNegative() ? 'short' : 'long';
}
