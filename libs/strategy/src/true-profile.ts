import {
  isoTime,
  type MarketProfile,
  type MarketState,
  type ProfileScope,
  type RuleSet,
  structureOf,
  type TimeUs,
  US_PER_DAY,
  US_PER_HOUR,
} from '@algo/model';
import { NOT_AVAILABLE } from './check.ts';

/** What price is judged by: the document looks back an hour, the better rules over the session. */
export const PROFILE_SCOPE: Readonly<Record<RuleSet, ProfileScope>> = { classic: '60m', robust: 'session' };

/**
 * Returns the profile that a set of rules judges price by, null while there is none or a warmed-up engine has
 * not seen all of it: a value area of its last part would be another one.
 */
export function trueProfile(state: MarketState, rules: RuleSet): MarketProfile | null {
  if (trueFromUs(state, rules) !== null) return null;
  return structureOf(state, rules)?.profiles.find(({ scope }) => scope === PROFILE_SCOPE[rules]) ?? null;
}

/** Returns in words why there is no true profile, and from when on there is one. */
export function profileMissing(state: MarketState, rules: RuleSet): string {
  const fromUs = trueFromUs(state, rules);
  if (fromUs === null || state.sinceUs === null) return NOT_AVAILABLE;
  const since = `trades are seen since ${clockWords(state.sinceUs)}`;
  return `${NOT_AVAILABLE}: ${since}, it is true from ${clockWords(fromUs)} on`;
}

/** Returns a time of day in words: `11:20Z`. */
export function clockWords(timeUs: TimeUs): string {
  return `${isoTime(timeUs).slice(11, 16)}Z`;
}

/** Returns from when on the profile is true where it is not yet. */
function trueFromUs({ sinceUs, timeUs }: MarketState, rules: RuleSet): TimeUs | null {
  if (sinceUs === null) return null;
  const fromUs =
    PROFILE_SCOPE[rules] === 'session' ? Math.ceil(sinceUs / US_PER_DAY) * US_PER_DAY : sinceUs + US_PER_HOUR;
  return timeUs < fromUs ? fromUs : null;
}
