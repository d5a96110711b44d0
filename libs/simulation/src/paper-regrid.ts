import { Decimal, type Instrument } from '@algo/model';
import type { TradingRules } from './paper-filters.ts';
import type { PaperOrder } from './paper-matching.ts';
import type { Print, Tape } from './paper-tape.ts';
import { gridOf } from './price-grid.ts';

/** How many ticks and lots of the new grids one of the old is; both whole. */
export interface Factors {
  readonly ticks: number;
  readonly lots: number;
}

/**
 * Returns an instrument on grids on which all that stood on the old ones and all that its rules allow now are
 * whole: books count in ticks and lots, and what works is not to move by a change of rules.
 */
export function regridded(
  { prices, quantities }: Pick<TradingRules, 'prices' | 'quantities'>,
  instrument: Instrument,
): { readonly rules: TradingRules; readonly factors: Factors } {
  const price = commonStep(prices.size, instrument.priceTick);
  const quantity = commonStep(quantities.size, instrument.quantityStep);
  return {
    rules: { instrument, prices: gridOf(price), quantities: gridOf(quantity) },
    factors: { ticks: wholeRatio(prices.size, price), lots: wholeRatio(quantities.size, quantity) },
  };
}

/** Counts a tape in the new ticks and lots. */
export function regridTape(tape: Tape, { ticks, lots }: Factors): void {
  const print = (one: Print | null) => one && { ...one, ticks: one.ticks * ticks, lots: one.lots * lots };
  tape.last = print(tape.last);
  if (tape.lastBuy !== null) tape.lastBuy = { ...tape.lastBuy, ticks: tape.lastBuy.ticks * ticks };
  if (tape.lastSell !== null) tape.lastSell = { ...tape.lastSell, ticks: tape.lastSell.ticks * ticks };
  tape.flips = tape.flips.map((flip) => flip * ticks);
  tape.visitLots *= lots;
  if (tape.meanVisitLots !== null) tape.meanVisitLots *= lots;
}

/** Returns what of an order is counted in ticks and lots, in the new ones. */
export function regridOrder(
  { lots, limitTicks, triggerTicks, reserveTicks, filledLots, arrival }: PaperOrder,
  by: Factors,
): Partial<PaperOrder> {
  const ticks = (count: number | null) => count && count * by.ticks;
  return {
    ...{ lots: lots * by.lots, filledLots: filledLots * by.lots, reserveTicks: reserveTicks * by.ticks },
    ...{ limitTicks: ticks(limitTicks), triggerTicks: ticks(triggerTicks) },
    arrival: arrival && {
      ...arrival,
      referenceTicks: arrival.referenceTicks * by.ticks,
      flipTicks: arrival.flipTicks * by.ticks,
      queueLots: arrival.queueLots && arrival.queueLots * by.lots,
    },
  };
}

/** The largest step of which both are multiples. */
function commonStep(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  let [x, y] = [unitsAt(a, scale), unitsAt(b, scale)];
  while (y !== 0n) [x, y] = [y, x % y];
  return Decimal.scaled(x, scale);
}

function wholeRatio(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  return Number(unitsAt(a, scale) / unitsAt(b, scale));
}

function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale);
}
