import {
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  isDust,
  MARKET_TRAITS,
  type Share,
} from '@algo/model';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { replayFills } from './fill-replay.ts';
import { type FillsDifference, sumOf } from './fills-difference.ts';

/**
 * Everything that a comparison knows about one instrument. *Units*: base, signed. `rest` is what nothing has
 * explained.
 */
export interface ComparedPosition {
  readonly id: InstrumentId;
  readonly own: Decimal;
  readonly beside: Decimal;
  readonly guarded: Decimal | null;
  readonly theirs: Decimal;
  /** What is ours once missed fills are booked. */
  readonly expected: Decimal;
  readonly rest: Decimal;
  readonly isRestDust: boolean;
  /** What there is are coins of the account itself: they come and go by no trade as well. */
  readonly isOfCoins: boolean;
  readonly foreignFills: readonly Fill[];
  /** Fills of others explain all of it. */
  readonly isByForeign: boolean;
  /** Each of them takes no more than what is ours, so that execution books it to that. */
  readonly areBookable: boolean;
  /** Each took no more than what was ours then: exits of ours have sold the same once more since. */
  readonly haveTakenOurs: boolean;
  /** What is ours and what is not, where they also say whose it is. */
  readonly share: Share | null;
  readonly hasMissed: boolean;
  /** The venue doesn't show fills that it has told us of: its answer is old, and nothing follows from it. */
  readonly isBehind: boolean;
  /** The venue's list does not name it: a row of zero is an answer, and no row may be a list cut short. */
  readonly isUnnamed: boolean;
  /** All fills are read since the book was settled, or since one of ours. */
  readonly isHistoryComplete: boolean;
  readonly doBalancesAgree: boolean;
  readonly averagePrices: readonly (Decimal | null | undefined)[];
}

/** Holds our book of an instrument, and the fills that we missed, against what the venue shows of it. */
export function comparePosition(
  id: InstrumentId,
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): ComparedPosition {
  const instrument = context.instruments.find((i) => i.id === id);
  const book = local.positions.find((p) => p.instrument === id);
  const [own, beside] = [book?.quantity ?? Decimal.zero, book?.beside ?? Decimal.zero];
  const theirPosition = venue.positions.find((p) => p.instrument === id);
  const theirs = theirPosition?.quantity ?? Decimal.zero;
  const ownMissed = missed.own.filter((f) => f.instrument === id);
  const changeBy = (fills: readonly Fill[]) => sumOf(fills, (f) => fillEffect(f, instrument).baseChange);
  const expected = own.plus(changeBy(ownMissed));
  const rest = theirs.minus(expected).minus(beside);
  const settledUs = book?.settledUs ?? 0;
  const foreignFills = missed.foreign.filter((f) => f.instrument === id && f.timeUs > settledUs);
  const ours = [...local.fills, ...ownMissed].filter((f) => f.instrument === id && f.timeUs > settledUs);
  const isByForeign = foreignFills.length > 0 && changeBy(foreignFills).equals(rest);
  return {
    ...{ id, own, beside, guarded: book?.guarded ?? null, theirs, expected, rest },
    isRestDust: instrument !== undefined && isDust(rest, markOf(id, venue), instrument),
    isOfCoins: isOfCoins(instrument, venue),
    foreignFills,
    isByForeign,
    share: isByForeign
      ? replayFills({ ours, others: foreignFills }, { expected, beside }, (fill) => changeBy([fill]))
      : null,
    areBookable: foreignFills.every(
      ({ side, quantity }) =>
        (side === 'buy') === expected.isNegative() && !quantity.greaterThan(expected.abs()),
    ),
    haveTakenOurs: foreignFills.every((fill) => {
      const later = ours.filter(({ timeUs }) => timeUs > fill.timeUs);
      const others = foreignFills.slice(0, foreignFills.indexOf(fill));
      const held = expected.minus(changeBy(later)).plus(changeBy(others));
      return (fill.side === 'buy') === held.isNegative() && !fill.quantity.greaterThan(held.abs());
    }),
    hasMissed: ownMissed.length > 0,
    isBehind: missed.behind.has(id),
    isUnnamed: theirPosition === undefined,
    isHistoryComplete:
      (settledUs > 0 && settledUs >= context.fillsSinceUs) ||
      [local.fills, ownMissed].some((fills) =>
        fills.some((f) => f.instrument === id && f.timeUs >= context.fillsSinceUs),
      ),
    doBalancesAgree: instrument === undefined || agree(instrument, theirs, venue, context),
    averagePrices: [book?.averagePrice, theirPosition?.averagePrice],
  };
}

/** Says whether a position is coins that lie in the account, none of them lent. */
function isOfCoins(
  instrument: Pick<Instrument, 'market'> | undefined,
  { setup }: Pick<VenueBooks, 'setup'>,
): boolean {
  return instrument !== undefined && !setup.shortSpot && MARKET_TRAITS[instrument.market].deliversBase;
}

/** Says whether the account holds as much of the coin as the venue's positions come to. */
function agree(
  { id, base, market }: Instrument,
  theirs: Decimal,
  { balances, positions, setup }: VenueBooks,
  { instruments }: ReconciliationContext,
): boolean {
  if (!isOfCoins({ market }, { setup })) return true;
  const alike = instruments.filter((i) => i.id !== id && i.base === base && i.market === market);
  const sum = (list: readonly Decimal[]) => list.reduce((all, one) => all.plus(one), Decimal.zero);
  const total = sum(balances.filter(({ asset }) => asset === base).map((b) => b.total));
  const others = sum(
    positions.filter((p) => alike.some((i) => i.id === p.instrument)).map((p) => p.quantity),
  );
  return total.minus(others).equals(theirs);
}

/** Returns a price to value by, null when its books show none; spot has no average. *Units*: quote. */
function markOf(id: InstrumentId, venue: VenueBooks): Decimal | null {
  const average = venue.positions.find((p) => p.instrument === id)?.averagePrice;
  if (average?.isPositive()) return average;
  return venue.fills.findLast((f) => f.instrument === id)?.price ?? null;
}
