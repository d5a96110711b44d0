import type { AccountId } from './ids.ts';
import { type HaltScope, haltScopeKey } from './risk.ts';
import { isoTime, type TimeUs } from './time.ts';

/** Why entries do not pass. Codes are stable; those of a denial for the same cause are spelled alike. */
export const ENTRY_CAUSE_CODES = [
  'ACCOUNT_STREAM_LOST',
  'NO_RECONCILIATION',
  'BOOKS_DIFFER',
  'ACCOUNT_SETUP',
  'INSTRUMENT_SHUT',
  'NO_GUARD',
  'VENUE_SHUT',
  'VENUE_REJECTS',
  'ENTRY_COUNT_MAX',
  'CONSERVATION',
  'REDUCE_ONLY',
  'HALTED',
] as const;
export type EntryCauseCode = (typeof ENTRY_CAUSE_CODES)[number];

/** What ends a cause: a time that is known, the cause's own end, or a person alone. */
export type EntryLift = 'time' | 'itself' | 'person';

/**
 * One reason why entries of a scope do not pass. *Units*: `sinceUs` and `untilUs` event time. *Shape*:
 * `untilUs` null where nobody knows; `detail` says who limited the scope and why, empty where the code says
 * all.
 */
export interface EntryCause {
  readonly code: EntryCauseCode;
  readonly scope: HaltScope;
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs | null;
  readonly lift: EntryLift;
  readonly detail: string;
}

/** So many causes are listed; further ones are counted. */
export const ENTRY_CAUSES_MAX = 32;

/**
 * Why entries of an account do not pass, as execution has it. *Shape*: `causes` empty while all pass, widest
 * scope first, at most ENTRY_CAUSES_MAX; `more` stand beside those.
 */
export interface EntryStanding {
  readonly account: AccountId;
  readonly causes: readonly EntryCause[];
  readonly more: number;
  readonly timeUs: TimeUs;
}

/** Returns true while no entry of the account passes, whatever its instrument and strategy. */
export function isShut({ causes }: Pick<EntryStanding, 'causes'>): boolean {
  return causes.some(({ scope }) => scope.kind === 'account');
}

/** Returns one text for each cause of an account: what it is, and of which scope. */
export function entryCauseKey({ code, scope }: Pick<EntryCause, 'code' | 'scope'>): string {
  return `${code} ${haltScopeKey(scope)}`;
}

const WORDS = {
  ACCOUNT_STREAM_LOST: 'the account stream of the venue is lost',
  NO_RECONCILIATION: 'our books have not been compared with the venue’s lately',
  BOOKS_DIFFER: 'our books and the venue’s differ',
  ACCOUNT_SETUP: 'the account is set up otherwise than it must be',
  INSTRUMENT_SHUT: 'the exchange does not trade it',
  NO_GUARD: 'position-risk says nothing, so nobody would guard a position',
  VENUE_SHUT: 'the venue takes no order',
  VENUE_REJECTS: 'the venue rejected too many orders in a row',
  ENTRY_COUNT_MAX: 'the strategy entered as often as it may',
  CONSERVATION: 'an order was larger than its command asked for',
  REDUCE_ONLY: 'only exits are allowed',
  HALTED: 'trading is halted',
} as const satisfies Record<EntryCauseCode, string>;

/** Returns what stops entries, in plain words. */
export function entryCauseWords({ code, detail }: EntryCause): string {
  return detail === '' ? WORDS[code] : `${WORDS[code]} (${detail})`;
}

/** Returns what ends a cause, in plain words: for a person who may have to do it. */
export function entryRemedyWords({ code, scope, untilUs, lift }: EntryCause): string {
  const resume = `algo resume --scope ${haltScopeKey(scope)} --reason '…'`;
  switch (lift) {
    case 'person':
      return `look into it, then: ${resume}`;
    case 'time': {
      const until = untilUs === null ? 'later' : `at ${isoTime(untilUs).slice(11, 19)} UTC`;
      return code === 'VENUE_REJECTS' ? `ends by itself ${until}, sooner by: ${resume}` : `ends ${until}`;
    }
    case 'itself':
      return ITSELF[code] ?? 'ends by itself';
    default:
      return lift satisfies never;
  }
}

const ITSELF: Partial<Record<EntryCauseCode, string>> = {
  ACCOUNT_STREAM_LOST: 'ends by itself when the stream is back and all has been compared',
  NO_RECONCILIATION: 'ends by itself when a comparison passes; why one failed: algo reconcile --history',
  BOOKS_DIFFER: 'ends by itself when a comparison finds them equal; what a person can do: algo reconcile',
  ACCOUNT_SETUP:
    'ends by itself when it is as it must be; margin mode and leverage may stay: algo acknowledge',
  INSTRUMENT_SHUT: 'ends by itself when the exchange trades it again; exits are still sent',
  NO_GUARD: 'ends by itself when position-risk speaks again; whether it runs: algo status',
};
