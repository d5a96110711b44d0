import type { MessageOf } from '@algo/contracts';
import { type JudgeNotes, micros } from './judge-notes.ts';

type Fill = MessageOf<'OrderFilled'>['fill'];

/** What prices are in: a fee in one of them is no other asset. */
export const QUOTES: readonly string[] = ['USD', 'USDT'];

/** Returns what of the coin itself a fill on spot was paid with. *Units*: millionths of base. */
export function takenInKind({ instrument, fee, feeAsset }: Fill): number {
  const [, market, symbol] = instrument.split('.');
  return market === 'spot' && QUOTES.some((quote) => symbol === `${feeAsset}${quote}`) ? micros(fee) : 0;
}

/** Whether an order is none of ours: of a person, or of the exchange itself. */
export function isOutside(id: string): boolean {
  return /^(hand|liquidation|bought|autoclose|binance)-/.test(id);
}

/** Whether a person has added to what is held, or opened it, by this order. */
export function isAdded(id: string): boolean {
  return id.startsWith('bought-');
}

function changeBy({ side, quantity }: Fill): number {
  return micros(quantity) * (side === 'buy' ? 1 : -1);
}

/** Returns how the judge names a fill. */
export function nameOf({ instrument, clientOrderId, venueTradeId }: Fill): string {
  return `${instrument}/${clientOrderId}/${venueTradeId}`;
}

/**
 * Returns what was held of an instrument up to a moment, of `held` by now: less what of `booked` came behind
 * it. *Units*: millionths of base, signed; µs.
 */
export function heldAt(instrument: string, timeUs: number, held: number, booked: Iterable<Fill>): number {
  let then = held;
  for (const one of booked)
    if (one.instrument === instrument && one.timeUs > timeUs)
      then -= changeBy(one) - (isOutside(one.clientOrderId) ? 0 : takenInKind(one));
  return then;
}

/**
 * Returns what is left of `held` by the fill of somebody else, who can only have closed of it, or of what was
 * held at its time: by `booked`, what came behind it. It took nothing of a position that was opened later. Of
 * fills of one moment nobody knows which was first.
 */
export function leftBy(
  fill: Fill,
  held: number,
  booked: readonly Fill[],
  wasCorrected: boolean,
  notes: JudgeNotes,
): number {
  const left = held + changeBy(fill);
  const isOver = (before: number, after: number) => before * after < 0 || Math.abs(after) > Math.abs(before);
  const others = booked.filter((one) => one !== fill);
  const thens = [fill.timeUs, fill.timeUs - 1].map((us) => heldAt(fill.instrument, us, held, others));
  // Where a correction lies between, nobody can reckon what was held then.
  const isWrong = (then: number) =>
    (then === 0 && !wasCorrected) || (isOver(held, left) && isOver(then, then + changeBy(fill)));
  if (thens.every(isWrong))
    notes.broken(
      'I3 position truth',
      `${nameOf(fill)} of ${left - held} is taken for ours, ${held} are held, ${thens[0]} were`,
    );
  notes.saw('closed outside');
  return left;
}

/** Notes what is rare in a refusal of the exchange; `wasUnknown` where it was proven only later. */
export function noteRefusal(reason: string, wasUnknown: boolean, notes: JudgeNotes): void {
  if (/^(rate_limited|banned|closed|cancel_only)/.test(reason))
    notes.saw(wasUnknown ? 'turned away, proven later' : 'turned away for good');
  if (/fence|epoch/.test(reason)) notes.saw('zombie refused');
  if (/^(rate_limited|banned)/.test(reason)) notes.saw('rate limited');
  if (/^(closed|cancel_only)/.test(reason)) notes.saw('exchange shut');
  if (reason.startsWith('price_band')) notes.saw('order outside the band');
}
