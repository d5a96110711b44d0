import { isoTime, type MarketProfile, type MarketState, type TimeUs, US_PER_DAY } from '@algo/model';
import { NOT_AVAILABLE } from './check.ts';

/**
 * Returns the profile of the session, null while there is none or a warmed-up engine has not seen the whole
 * day: a value area of its last hours would be another one.
 */
export function trueSession(state: MarketState): MarketProfile | null {
  return isPartial(state) ? null : state.session;
}

/** Returns in words why there is no true profile, and from when on there is one. */
export function sessionMissing(state: MarketState): string {
  return isPartial(state)
    ? `${NOT_AVAILABLE}: trades are seen since ${clockWords(state.sinceUs)}, it is true from 00:00Z on`
    : NOT_AVAILABLE;
}

/** Returns a time of day in words: `11:20Z`. */
export function clockWords(timeUs: TimeUs): string {
  return `${isoTime(timeUs).slice(11, 16)}Z`;
}

function isPartial(state: MarketState): state is MarketState & { readonly sinceUs: TimeUs } {
  return state.sinceUs !== null && state.sinceUs > Math.floor(state.timeUs / US_PER_DAY) * US_PER_DAY;
}
