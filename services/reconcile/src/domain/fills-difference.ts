import {
  compareText,
  Decimal,
  type Fill,
  fillKey,
  type InstrumentId,
  isOwnClientOrderId,
  type TimeUs,
  underOwnName,
} from '@algo/model';
import type { LocalBooks, VenueBooks } from './books.ts';
import type { Discrepancy } from './reconciliation-report.ts';

/**
 * How the two lists of fills differ. *Shape*: oldest first; `own` and `foreign` are those we haven't booked;
 * `behind` the instruments in which the venue doesn't show fills that it has told us of.
 */
export interface FillsDifference {
  readonly own: readonly Fill[];
  readonly foreign: readonly Fill[];
  readonly behind: ReadonlySet<InstrumentId>;
  readonly discrepancies: readonly Discrepancy[];
}

/**
 * Returns the fills that the venue has and we have not, ours and others', and what is wrong about them.
 * Missed fills of ours are no reason to refuse: execution books them by itself from the venue's stream (D8).
 */
export function fillsDifference(
  local: LocalBooks,
  venue: Pick<VenueBooks, 'fills'>,
  fillsSinceUs: TimeUs,
): FillsDifference {
  if (areTheSame(local.fills, venue.fills))
    return { own: [], foreign: [], behind: new Set(), discrepancies: [] };
  const known = new Map(local.fills.map((f) => [fillKey(f), f]));
  const orders = [...local.undecided.values(), ...local.ended.values()];
  const theirs = new Map(venue.fills.map((told) => named(underOwnName(told, orders))));
  const missed = [...theirs].flatMap(([key, f]) => (known.has(key) ? [] : [f])).toSorted(byTime);
  const own = missed.filter((f) => isKnown(f, local) || isOwnClientOrderId(f.clientOrderId));
  const foreign = missed.filter((f) => !own.includes(f));
  // The history isn't what it claims to be, or older than what we know.
  const unshown = [...known].flatMap(([key, fill]) =>
    fill.timeUs >= fillsSinceUs && !theirs.has(key) ? [fill] : [],
  );
  const discrepancies = [
    ...byOrder(own).map((fills) => missedFills(fills, local)),
    ...conflicts(known, theirs),
    ...unshown.map((fill) =>
      problem(fill, evidenceOf(fill), 'not in the venue’s history', 'the venue’s history does not show it'),
    ),
  ];
  return { own, foreign, behind: new Set(unshown.map(({ instrument }) => instrument)), discrepancies };
}

function named(fill: Fill): readonly [key: string, fill: Fill] {
  return [fillKey(fill), fill];
}

/** Returns a fill as evidence. */
export function evidenceOf(fill: Fill): string {
  return `fill ${fill.venueTradeId}: ${fill.side} ${fill.quantity} at ${fill.price}`;
}

/** Returns the sum of something over fills. */
export function sumOf(fills: readonly Fill[], of: (fill: Fill) => Decimal): Decimal {
  return fills.reduce((sum, fill) => sum.plus(of(fill)), Decimal.zero);
}

function isKnown({ clientOrderId: id }: Fill, { undecided, ended, sentSince }: LocalBooks): boolean {
  return undecided.has(id) || ended.has(id) || sentSince.has(id);
}

/** Says that both list the same fills in the same order, as they nearly always do. */
function areTheSame(ours: readonly Fill[], theirs: readonly Fill[]): boolean {
  return (
    ours.length === theirs.length &&
    ours.every((fill, i) => {
      const their = theirs[i]!;
      return fill === their || (fillKey(fill) === fillKey(their) && isTheSame(fill, their));
    })
  );
}

function missedFills(fills: readonly Fill[], local: LocalBooks): Discrepancy {
  const { clientOrderId, instrument } = fills[0]!;
  const booked = sumOf(
    local.fills.filter((f) => f.clientOrderId === clientOrderId && f.instrument === instrument),
    (f) => f.quantity,
  );
  const after = booked.plus(sumOf(fills, (f) => f.quantity));
  return {
    class: 'D8',
    instrument,
    clientOrderId,
    subject: `order ${clientOrderId}`,
    evidence: fills.map(evidenceOf),
    action: 'ingest_fills',
    before: `filled ${booked}`,
    after: `filled ${after}`,
    refusal: isKnown(fills[0]!, local)
      ? null
      : `fills of order ${clientOrderId}, which has our prefix and which our events don't know`,
  };
}

type FillsByKey = ReadonlyMap<string, Fill>;

function conflicts(known: FillsByKey, theirs: FillsByKey): readonly Discrepancy[] {
  const found: Discrepancy[] = [];
  for (const [key, fill] of theirs) {
    const ours = known.get(key);
    if (ours === undefined || isTheSame(ours, fill)) continue;
    found.push(
      problem(ours, evidenceOf(ours), evidenceOf(fill), 'the venue now tells it with other numbers'),
    );
  }
  return found;
}

function isTheSame(ours: Fill, theirs: Fill): boolean {
  const { side, quantity, price } = ours;
  return side === theirs.side && quantity.equals(theirs.quantity) && price.equals(theirs.price);
}

function problem(fill: Fill, before: string, theirs: string, why: string): Discrepancy {
  const { instrument, clientOrderId, venueTradeId } = fill;
  return {
    ...{ class: 'D8', instrument, clientOrderId, subject: `fill ${venueTradeId}`, evidence: [theirs] },
    ...{ action: 'none', before, after: before, refusal: `fill ${venueTradeId} of ${clientOrderId}: ${why}` },
  };
}

function byOrder(fills: readonly Fill[]): readonly (readonly Fill[])[] {
  const groups = new Map<string, Fill[]>();
  for (const fill of fills) {
    const key = `${fill.instrument} ${fill.clientOrderId}`;
    groups.set(key, [...(groups.get(key) ?? []), fill]);
  }
  return [...groups.values()];
}

function byTime(a: Fill, b: Fill): number {
  return a.timeUs - b.timeUs || compareText(fillKey(a), fillKey(b));
}
